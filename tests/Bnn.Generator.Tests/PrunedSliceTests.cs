using System.Text.RegularExpressions;
using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Passes;
using Bnn.Generator.Compiler.Planning;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.Generator.Tests;

/// <summary>A slice of bit planes whose weights are masked costs nothing: its code is that of a network without these planes.</summary>
public sealed partial class PrunedSliceTests
{
    private static readonly int[] s_all = [0, 1, 2, 3, 4, 5, 6, 7];
    private static readonly int[] s_top = [5, 6, 7];

    [Fact]
    public void Masked_slices_leave_the_code_of_the_network_without_them()
    {
        foreach (string? lowering in (string?[])[null, "Unrolled", "PopCountTable", "PixelLanes", "SampleLanes"])
        {
            string masked = Models.Source(Masked(), new() { Lowering = lowering }), narrow = Models.Source(Narrow(), new() { Lowering = lowering });
            Assert.Equal(Code(narrow), Code(masked));
            Assert.Equal([5, 6, 7, 5, 6, 7, 5, 6, 7], BitsRead(masked));
            Assert.Equal([.. s_all, .. s_all, .. s_all], BitsRead(Models.Source(Whole(), new() { Lowering = lowering })));
        }
    }

    [Fact]
    public void The_plan_counts_neither_loads_nor_operations_of_them()
    {
        Plan masked = BnnCompiler.Plan(Masked(), Models.Settings()), narrow = BnnCompiler.Plan(Narrow(), Models.Settings());
        Assert.Contains("pass        unread-input-elimination", masked.Text, StringComparison.Ordinal);
        Assert.Contains("input       9x8x8 bits", masked.Text, StringComparison.Ordinal);
        Assert.Equal(Lines(narrow), Lines(masked));
        Assert.Equal(1 * 8 * 8 * 16 * 27 * 3, masked.Network.Operations(0)); // H · W · F · 27 · k

        static string[] Lines(Plan plan) => [.. plan.Text.Split('\n').Where(line => !line.StartsWith("pass", StringComparison.Ordinal))];
    }

    [Fact]
    public void The_output_is_that_of_the_masked_network()
    {
        Network masked = Masked(), narrow = Narrow();
        for (int seed = 0; seed < 40; seed++)
        {
            byte[] input = RandomNetworks.Input(masked, seed);
            Assert.Equal(Reference.Run(masked, input).Scores, Reference.Run(narrow, input).Scores);
        }
    }

    // Code alone: without comments and the hash of the file.
    private static string[] Code(string source) =>
        [.. source.Split('\n').Where(line => !line.StartsWith("//", StringComparison.Ordinal) && !Sha256().IsMatch(line))];

    // Bits packed one by one, or for pixel lanes together: −1 − bit.
    private static int[] BitsRead(string source) =>
    [
        .. LoadedBit().Matches(source).Select(match => Number(match.Groups[1].Value)),
        .. BitsIntoLanes().Matches(source).SelectMany(match => match.Groups[1].Value.Split(',')).Select(test => -1 - Number(test)),
    ];

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static Network Whole() => Net(s_all, First());

    private static Network Masked()
    {
        ConvolutionLayer first = First();
        return Net(s_all, Models.Masked(first, column => s_top.Contains(column / 9 % 8)));
    }

    private static Network Narrow()
    {
        var masked = (ConvolutionLayer)Masked().Layers[0];
        int[] columns = [.. Enumerable.Range(0, masked.Weights.Columns).Where(column => s_top.Contains(column / 9 % 8))];
        return Net(s_top, masked with { Weights = WeightMatrix.Create(masked.Weights.Rows, columns.Length, (row, column) => masked.Weights.At(row, columns[column])) });
    }

    private static ConvolutionLayer First() => Models.Convolution(1, 24, 16, 3, padding: 1);

    private static Network Net(int[] kept, ConvolutionLayer first) =>
        Models.Net(new(3, 8, 8), new BitPlanesEncoding(new([Models.Ints(kept), Models.Ints(kept), Models.Ints(kept)])), first,
            new MaxPoolLayer("pool", new(2, 2), new(2, 2), default, default), Models.Convolution(2, 16, 16, 3, padding: 1), new FlattenLayer("flatten"),
            new ScoresLayer("scores", Models.Weights(10, 256, new(7)), Models.Ints(new int[10]), 1));

    [GeneratedRegex(@"InputPacking\.Bit\(input\.Slice\([0-9, ]+\), ([0-9]),")]
    private static partial Regex LoadedBit();

    [GeneratedRegex(@"\.FromBytes\(new int\[\] \{ [^}]* \}, new int\[\] \{ ([^}]*) \}\)")]
    private static partial Regex BitsIntoLanes();

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Sha256();
}
