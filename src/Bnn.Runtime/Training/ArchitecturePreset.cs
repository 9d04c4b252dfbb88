using System.Globalization;

namespace Bnn.Training;

/// <summary>An architecture with a name, and the recipe that suits it.</summary>
/// <param name="Name">On the command line, with an optional width factor behind it: <c>nin@0.25</c>.</param>
/// <param name="About">A line for people.</param>
/// <param name="Text">The words.</param>
/// <remarks>The recipe is what is taken where a user states nothing else.</remarks>
public sealed record ArchitecturePreset(string Name, string About, string Text)
{
    /// <summary>Input encoding in the words of <see cref="InputEncodings.Choose"/>; null: that of the data set.</summary>
    public string? Encoding { get; init; }

    /// <summary>Largest learning rate.</summary>
    public double LearningRate { get; init; } = 0.005;

    /// <summary>Passes over the training split.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>All presets.</summary>
    public static IReadOnlyList<ArchitecturePreset> All { get; } =
    [
        new("mlp-s", "784-256-128-10 on 28x28: the small dense network of many papers", "dense-256 dense-128 scores") { LearningRate = 0.01 },
        new("conv-xs", "conv-s at half its width: a third of the operations", "conv3x3-16 pool conv3x3-32 pool dense-128 scores")
        {
            Encoding = "thermometer-8", Epochs = 24,
        },
        new("conv-s", "two convolutions and a dense layer: for 28x28 pictures", "conv3x3-32 pool conv3x3-64 pool dense-256 scores")
        {
            Encoding = "thermometer-8", Epochs = 24,
        },
        new("lenet-5", "LeNet-5 in the widths that binary networks use", "conv5x5-20-p0 pool conv5x5-50-p0 pool dense-500 scores"),
        new("vgg-small", "five convolutions for 32x32 colour pictures", "conv3x3-48 pool conv3x3-64 conv3x3-64 pool conv3x3-96 conv3x3-96 pool scores")
        {
            Encoding = "eight-bit",
        },
        new("nin", "network in network, nine layers; nin@0.25 trains on two cores", "conv5x5-192 conv1x1-160 conv1x1-96 pool conv5x5-192 conv1x1-192 conv1x1-192 pool conv3x3-192 conv1x1-192 sum-scores")
        {
            Encoding = "eight-bit",
        },
        new("cbnn", "the baseline network of CBNN on separate bit planes", "conv3x3-128 conv3x3-128 pool conv3x3-256 conv3x3-256 pool conv3x3-512 conv3x3-512 pool dense-1024 dense-1024 scores")
        {
            Encoding = "bit-planes",
        },
        new("alexnet-32", "AlexNet cut down to 32x32 pictures", "conv3x3-64-s2 pool conv3x3-192 pool conv3x3-384 conv3x3-256 conv3x3-256 pool dense-1024 dense-1024 scores")
        {
            Encoding = "eight-bit",
        },
    ];

    /// <summary>The names, as a list in words.</summary>
    public static string Names => string.Join(", ", All.Select(preset => preset.Name));

    /// <summary>The preset that <paramref name="word"/> names, with or without a width factor, or null.</summary>
    public static ArchitecturePreset? Named(string word) => All.FirstOrDefault(preset => preset.Name == word.Split('@')[0]);

    /// <summary>The architecture that <paramref name="word"/> names, scaled, or null if it names no preset.</summary>
    /// <exception cref="ArgumentException">The factor is no number in (0, 16].</exception>
    internal static Architecture? Find(string word)
    {
        if (Named(word) is not { } preset)
            return null;
        Architecture architecture = Architecture.Parse(preset.Text);
        int at = word.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
            return architecture;
        return double.TryParse(word.AsSpan(at + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double factor) && factor is > 0 and <= 16
            ? architecture.Scale(factor)
            : throw Architecture.Bad($"'{word}': the width factor must be a number above 0 and at most 16, for example {preset.Name}@0.5");
    }
}
