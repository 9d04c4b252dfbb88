using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Passes;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Tests;

/// <summary>Small networks and what the compiler makes of them.</summary>
internal static class Models
{
    /// <summary>64 bits - 24 channels - 10 classes, as trained on 8x8 digits.</summary>
    public static Network Digits(int seed = 1)
    {
        var random = new Random(seed);
        WeightMatrix hidden = Weights(24, 64, random), classes = Weights(10, 24, random);
        return Net(new Shape(1, 8, 8), new ThresholdEncoding(new([8])),
            new DenseLayer("hidden", hidden, Enumerable.Repeat(31, 24).ToEquatableArray()),
            new ScoresLayer("scores", classes, Enumerable.Range(0, 10).ToEquatableArray(), 1));
    }

    public static Network Net(Shape input, InputEncoding encoding, params Layer[] layers) =>
        NetworkVerifier.Require(new("test", input, encoding, new(layers), default, default));

    /// <summary>Raw bits, so that a sample can be any bit pattern.</summary>
    public static Network Bits(int inputs, params Layer[] layers) => Net(Shape.Vector(inputs), new RawBitsEncoding(), layers);

    /// <summary>A matrix from text: + and − are weights, . is masked; one row each.</summary>
    public static WeightMatrix Rows(params string[] rows) =>
        WeightMatrix.Create(rows.Length, rows[0].Length, (row, column) => rows[row][column] switch { '+' => 1, '-' => -1, _ => 0 });

    public static WeightMatrix Weights(int rows, int columns, Random random, double live = 1) =>
        WeightMatrix.Create(rows, columns, (_, _) => random.NextDouble() < live ? (random.Next(2) * 2) - 1 : 0);

    public static EquatableArray<int> Ints(params int[] values) => new(values);

    /// <summary>The compact network after all passes.</summary>
    public static Network Compact(Network network) => NetworkPasses.Run(network, _ => { }, default);

    public static CompileSettings Settings(Goal goal = Goal.Latency, Lowering? lowering = null, int budget = CostModel.LayerBudget) =>
        new("Models", "Test", "public", goal, lowering, budget);

    /// <summary>The generated source of a network.</summary>
    public static string Source(Network network, CompileOptions? options = null)
    {
        CompileOutcome outcome = BnnCompiler.Compile(new("test.bnn", BnnWriter.Write(network), options ?? new()));
        Assert.Empty(outcome.Errors);
        return outcome.Model!.Source;
    }
}
