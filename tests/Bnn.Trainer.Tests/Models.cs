using Bnn.Model;

namespace Bnn.Trainer.Tests;

/// <summary>Small networks made by hand.</summary>
internal static class Models
{
    /// <summary>Answers right on every sample of <see cref="SyntheticDigits"/>: a channel for each bright row or column.</summary>
    public static Network Digits() => new(
        "digits", new Shape(1, 8, 8), new ThresholdEncoding(new([8])),
        new(
        [
            new DenseLayer("lines", WeightMatrix.Create(10, 64, (label, p) => IsBright(label, p) ? 1 : 0), new(new int[10])),
            new ScoresLayer("scores", WeightMatrix.Create(10, 10, (label, channel) => label == channel ? 1 : -1), new(new int[10]), 1),
        ]),
        Enumerable.Range(0, 10).Select(c => $"{c}").ToEquatableArray(), new([new MetadataEntry("data", "synthetic \u202E digits")]));

    /// <summary>Convolutions around a pool, and a dense layer, with random weights of a fixed seed: everything that a plan may hold.</summary>
    public static Network Convolutions()
    {
        var random = new Random(7);
        return new(
            "convolutions", new Shape(1, 12, 12), new ThermometerEncoding(new([new([64, 128, 192])])),
            new(
            [
                new ConvolutionLayer("first", Weights(32, 27), Limits(32, 27), new Extent(3, 3), new Extent(1, 1), new Padding(1, 1, 1, 1), false, 1),
                new MaxPoolLayer("pool", new Extent(2, 2), new Extent(2, 2), default, default),
                new ConvolutionLayer("second", Weights(64, 288), Limits(64, 288), new Extent(3, 3), new Extent(1, 1), new Padding(1, 1, 1, 1), false, 1),
                new DenseLayer("hidden", Weights(64, 2304), Limits(64, 2304)),
                new ScoresLayer("scores", Weights(10, 64), new(new int[10]), 1),
            ]),
            default, default);

        WeightMatrix Weights(int rows, int columns) => WeightMatrix.Create(rows, columns, (_, _) => random.Next(2) == 0 ? 1 : -1);

        EquatableArray<int> Limits(int rows, int columns) => Enumerable.Range(0, rows).Select(_ => (columns / 2) + random.Next(-2, 3)).ToEquatableArray();
    }

    /// <summary>One layer that takes four bytes.</summary>
    public static Network Tiny() => new(
        "tiny", Shape.Vector(4), new RawBitsEncoding(),
        new([new ScoresLayer("scores", WeightMatrix.Create(2, 4, (c, p) => c == 0 ? 1 : -1), new([0, 0]), 1)]), default, default);

    private static bool IsBright(int label, int p) => label < 5 ? p / 8 == label + 1 : p % 8 == label - 4;
}
