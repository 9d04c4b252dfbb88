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

    /// <summary>One layer that takes four bytes.</summary>
    public static Network Tiny() => new(
        "tiny", Shape.Vector(4), new RawBitsEncoding(),
        new([new ScoresLayer("scores", WeightMatrix.Create(2, 4, (c, p) => c == 0 ? 1 : -1), new([0, 0]), 1)]), default, default);

    private static bool IsBright(int label, int p) => label < 5 ? p / 8 == label + 1 : p % 8 == label - 4;
}
