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

    /// <summary>The matrix with blocks of channels and inputs that live or are masked together.</summary>
    public static WeightMatrix InBlocks(this WeightMatrix weights, int channels, int inputs, double live, Random random)
    {
        bool[,] lives = new bool[(weights.Rows / channels) + 1, (weights.Columns / inputs) + 1];
        for (int b = 0; b < lives.Length; b++)
            lives[b / lives.GetLength(1), b % lives.GetLength(1)] = random.NextDouble() < live;
        return weights.Keep((row, column) => lives[row / channels, column / inputs]);
    }

    public static EquatableArray<int> Ints(params int[] values) => new(values);

    /// <summary>Image layers, with scores summed over what they give.</summary>
    public static Network Image(Shape input, InputEncoding encoding, params Layer[] layers)
    {
        Shape shape = layers.Aggregate(encoding.Encoded(input), (before, layer) => layer.Output(before));
        return Net(input, encoding, [.. layers, new SumScoresLayer("scores", Weights(3, shape.Channels, new(1)), Ints(1, 0, -1), 2)]);
    }

    /// <summary>A square convolution with limits near the middle, from the seed of its number.</summary>
    public static ConvolutionLayer Convolution(
        int number, int inputs, int channels, int size, int padding, int stride = 1, bool bit = false, int groups = 1, bool isEightBit = false)
    {
        var random = new Random(number);
        WeightMatrix weights = Weights(channels, inputs / groups * size * size, random);
        EquatableArray<int> limits = Enumerable.Range(0, channels)
            .Select(_ => Math.Max(0, (weights.Columns / 2) + random.Next(-2, 3)) * (isEightBit ? 255 : 1)).ToEquatableArray();
        return new($"convolution {number}", weights, limits, new(size, size), new(stride, stride), new(padding, padding, padding, padding), bit, groups);
    }

    /// <summary>The convolution with the columns masked for which <paramref name="isKept"/> is false.</summary>
    public static ConvolutionLayer Masked(ConvolutionLayer layer, Func<int, bool> isKept)
    {
        WeightMatrix weights = layer.Weights.Keep((_, column) => isKept(column));
        return layer with { Weights = weights, Limits = Enumerable.Range(0, weights.Rows).Select(row => weights.LiveCount(row) / 2).ToEquatableArray() };
    }

    /// <summary>One of each kind, for images of two channels.</summary>
    public static InputEncoding[] Encodings =>
    [
        new ThresholdEncoding(Ints(90, 255)), new ThermometerEncoding(new([Ints(1, 80, 200), Ints(128)])),
        new BitPlanesEncoding(new([Ints(0, 3), Ints(5, 6, 7)])),
        new EightBitEncoding(), new RawBitsEncoding(),
    ];

    /// <summary>28x28 images, as a sample would have them.</summary>
    public static Network Fashion()
    {
        EquatableArray<int> levels = Enumerable.Range(1, 8).Select(i => 28 * i).ToEquatableArray();
        var random = new Random(4);
        return Net(new(1, 28, 28), new ThermometerEncoding(new([levels])),
            Convolution(1, 8, 32, 3, padding: 0), new MaxPoolLayer("pool 1", new(2, 2), new(2, 2), default, default),
            Convolution(2, 32, 64, 3, padding: 0), new MaxPoolLayer("pool 2", new(2, 2), new(2, 2), default, default), new FlattenLayer("flatten"),
            new DenseLayer("dense", Weights(256, 1600, random), Enumerable.Repeat(800, 256).ToEquatableArray()),
            new ScoresLayer("scores", Weights(10, 256, random), Ints(new int[10]), 1));
    }

    /// <summary>Network-in-network for 32x32 colour images.</summary>
    public static Network Nin()
    {
        const int wide = 192, middle = 160, narrow = 96;
        var pool = new MaxPoolLayer("pool 1", new(2, 2), new(2, 2), default, default);
        return Net(new(3, 32, 32), new EightBitEncoding(),
            Convolution(1, 3, wide, 5, padding: 2, isEightBit: true), Convolution(2, wide, middle, 1, padding: 0),
            Convolution(3, middle, narrow, 1, padding: 0), pool,
            Convolution(4, narrow, wide, 5, padding: 2), Convolution(5, wide, wide, 1, padding: 0), Convolution(6, wide, wide, 1, padding: 0),
            pool with { Name = "pool 2" },
            Convolution(7, wide, wide, 3, padding: 1), Convolution(8, wide, wide, 1, padding: 0),
            new SumScoresLayer("scores", Weights(10, wide, new(9)), Ints(new int[10]), 1));
    }

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
