using Bnn.Inference;
using Bnn.Inference.Vector;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Whole networks of all layer kinds through the kernels with a sample in each lane, from bytes to scores, against the reference.</summary>
public class LaneNetworkTests
{
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Networks_give_the_scores_and_classes_of_the_reference(int width)
    {
        for (int seed = 0; seed < 60; seed++)
            LaneWidths.Run(width, new Batch(seed % 2 == 0 ? RandomNetworks.Dense(seed) : RandomNetworks.Any(seed), seed));
    }

    [Fact]
    public void Running_allocates_nothing()
    {
        var random = new Random(1);
        WeightMatrix weights = RandomNetworks.Weights(10, 45, random, masked: false);
        LaneLayer layer = LaneCases.Layer(weights, [.. Enumerable.Repeat(22, 10)], isEightBit: false);
        ulong[] signs = weights.PackedSigns();
        int[] limits = [.. Enumerable.Repeat(22, 10)];
        LaneScores scores = LaneScores.Create(45, signs, default, new int[10], 1);
        var window = new LaneWindow(new(9, 9), 3, 3, 1, 1, 1, 1, 9, 9, paddingBit: false);
        LaneConvolution pixels = LaneConvolution.Create(window, 5, 1, signs, default, limits);
        SampleConvolution samples = SampleConvolution.Create(new(9, 9, 3, 3, 1, 1, 1, 1, 9, 9), 5, paddingBit: false, 1, signs, default, limits);
        var pool = new LanePool(window.Output, 2, 2, 2, 2, 0, 0, 4, 4);
        var bytes = new byte[100 * 405];
        var classes = new int[256];
        ulong[] planes = new ulong[405 * 4], output = new ulong[810 * 4], scratch = new ulong[1000];
        int stride = window.Input.Stride<Lanes256>();
        void Run()
        {
            SamplePlanes.AtLeast<Lanes256>(bytes, 405, 0, 405, 7, planes);
            layer.Run<Lanes256>(planes, output, 4);
            scores.Predict<Lanes256>(planes, classes);
            pixels.Run<Lanes256>(planes, output, scratch);
            pool.Run(output, stride, 10, default, planes, 16);
            samples.Run<Lanes256>(planes, output, scratch);
        }
        Assert.Equal(0, Allocations.Of(Run));
    }

    internal sealed class Batch(Network network, int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int samples = new Random(seed).Next(1, 6), length = network.InputLength;
            byte[] images = [.. Enumerable.Range(0, samples).SelectMany(i => RandomNetworks.Input(network, seed + i))];
            SampleLanes lanes = SampleLanes.Of(network, costOfOne: 0, 64 * TLanes.Words)!;
            var classes = new int[samples];
            var values = new int[samples * network.ClassCount];
            Assert.Equal(samples, lanes.Predict(images, classes));
            Assert.Equal(samples, lanes.Scores(images, values));
            for (int i = 0; i < samples; i++)
            {
                int[] expected = Reference.Run(network, images.AsSpan(i * length, length)).Scores;
                Assert.Equal(expected, values.AsSpan(i * network.ClassCount, network.ClassCount).ToArray());
                Assert.Equal(Reference.ArgMax(expected), classes[i]);
            }
        }
    }
}
