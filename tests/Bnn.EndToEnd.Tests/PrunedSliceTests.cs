using System.Reflection;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.EndToEnd.Tests;

/// <summary>Code without a slice of bit planes answers as the whole network with the weights of that slice masked.</summary>
public class PrunedSliceTests
{
    [Theory, InlineData(null), InlineData("Unrolled"), InlineData("PopCountTable"), InlineData("PixelLanes"), InlineData("SampleLanes")]
    public void Generated_code_without_slices_gives_the_bits_of_the_masked_network(string? lowering)
    {
        const int First = 5;
        WeightMatrix all = RandomNetworks.Weights(16, 24 * 9, new(3), masked: false);
        bool IsKept(int column) => column / 9 % 8 >= First;
        WeightMatrix masked = WeightMatrix.Create(16, 24 * 9, (row, column) => IsKept(column) ? Weight(row, column) : 0);
        int[] columns = [.. Enumerable.Range(0, 24 * 9).Where(IsKept)];
        WeightMatrix narrow = WeightMatrix.Create(16, columns.Length, (row, column) => Weight(row, columns[column]));
        Network whole = Net(from: 0, masked);
        byte[] images = [.. Enumerable.Range(0, 60).SelectMany(seed => RandomNetworks.Input(whole, seed))];
        Assembly assembly = GeneratedModels.Compile([("Masked", BnnWriter.Write(whole)), ("Narrow", BnnWriter.Write(Net(First, narrow)))], lowering);
        foreach (string model in (string[])["Masked", "Narrow"])
            GeneratedModels.Call(typeof(EnginesAgreeTests), nameof(EnginesAgreeTests.CheckModel), assembly, model, whole, images);

        int Weight(int row, int column) => (all.Signs(row)[column / 64] >> column % 64 & 1) != 0 ? 1 : -1;
    }

    private static Network Net(int from, WeightMatrix first)
    {
        EquatableArray<int> kept = Enumerable.Range(from, 8 - from).ToEquatableArray();
        var limits = Enumerable.Range(0, 16).Select(channel => 35 + channel).ToEquatableArray();
        return NetworkVerifier.Require(new("net", new(3, 8, 8), new BitPlanesEncoding(new([kept, kept, kept])),
            new([
                new ConvolutionLayer("first", first, limits, new(3, 3), new(1, 1), new(1, 1, 1, 1), true, 1),
                new MaxPoolLayer("pool", new(2, 2), new(2, 2), default, default), new FlattenLayer("flatten"),
                new ScoresLayer("scores", RandomNetworks.Weights(10, 256, new(7), masked: false), new(new int[10]), 1),
            ]),
            default, default));
    }
}
