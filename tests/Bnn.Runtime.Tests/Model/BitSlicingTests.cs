using Bnn.Inference;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Model;

/// <summary>Checks 1, 2 and 9 of CBNN's method: what bit planes hold, and what they cost.</summary>
public sealed class BitSlicingTests
{
    private static readonly EquatableArray<int> s_bits = new([0, 1, 2, 3, 4, 5, 6, 7]);

    [Fact]
    public void Eight_planes_restore_every_byte_of_every_channel()
    {
        InputPlane[] planes = [.. new BitPlanesEncoding(new([s_bits, s_bits, s_bits])).Planes(3)];
        Assert.Equal(24, planes.Length);
        for (int channel = 0; channel < 3; channel++)
        {
            InputPlane[] own = planes[(8 * channel)..(8 * (channel + 1))];
            Assert.All(own, plane => Assert.Equal(channel, plane.Channel));
            for (int value = 0; value < 256; value++)
                Assert.Equal(value, own.Select((plane, bit) => plane.Bit((byte)value) ? 1 << bit : 0).Sum());
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Planes_weighted_by_powers_of_two_give_the_counts_of_the_integer_layer(bool paddingBit)
    {
        var random = new Random(5);
        var shape = new Shape(3, 6, 5);
        WeightMatrix weights = RandomNetworks.Weights(7, 27, random, masked: true);
        Network Of(InputEncoding encoding) => NetworkVerifier.Require(new(
            "net", shape, encoding,
            new([
                new ConvolutionLayer("first", weights, new(new int[7]), new(3, 3), new(1, 1), new(1, 1, 1, 1), paddingBit, 1),
                new SumScoresLayer("scores", RandomNetworks.Weights(2, 7, new(1), masked: false), new(new int[2]), 1),
            ]),
            default, default));
        var input = new byte[shape.Count];
        random.NextBytes(input);
        int[] integer = Reference.Run(Of(new EightBitEncoding()), input).Counts[0];
        var sum = new int[integer.Length];
        for (int bit = 0; bit < 8; bit++)
        {
            EquatableArray<int> one = new([bit]);
            int[] counts = Reference.Run(Of(new BitPlanesEncoding(new([one, one, one]))), input).Counts[0];
            for (int i = 0; i < sum.Length; i++)
                sum[i] += counts[i] << bit;
        }
        Assert.Equal(integer, sum);
        Assert.Contains(integer, count => count > 255);
    }

    [Theory, InlineData(8), InlineData(3)]
    public void The_first_layer_costs_27_operations_for_each_slice_channel_and_position(int slices)
    {
        EquatableArray<int> kept = new([.. s_bits.Skip(8 - slices)]);
        var network = new LatentNetwork(new(3, 32, 32), new BitPlanesEncoding(new([kept, kept, kept])), Architecture.Parse("cbnn@0.25"), classes: 10, hasScale: false);
        Network folded = Folding.Fold("cbnn", network, default, default);
        Assert.Equal(32L * 32 * 32 * 27 * slices, folded.Operations(0));
        Assert.Equal(32 * 27 * slices, folded.Layers.OfType<WeightedLayer>().First().Weights.Rows * folded.Layers.OfType<WeightedLayer>().First().Weights.Columns);
    }
}
