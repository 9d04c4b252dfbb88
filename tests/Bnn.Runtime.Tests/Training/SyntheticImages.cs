using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

/// <summary>Small data sets that can be learned: each class is a random picture, each sample that picture with noise.</summary>
internal static class SyntheticImages
{
    public static LabeledImages Create(int count, Shape shape, int classes, ulong seed, int noise = 120)
    {
        var pixels = new byte[count * shape.Count];
        var labels = new byte[count];
        for (int n = 0; n < count; n++)
        {
            labels[n] = (byte)(n % classes);
            for (int i = 0; i < shape.Count; i++)
            {
                int picture = CounterRandom.Below(CounterRandom.Next(seed, 0, labels[n], (ulong)i), 256);
                int change = CounterRandom.Below(CounterRandom.Next(seed, 0, 1000 + (ulong)n, (ulong)i), (2 * noise) + 1) - noise;
                pixels[(n * shape.Count) + i] = (byte)Math.Clamp(picture + change, 0, 255);
            }
        }
        return new("synthetic", shape, pixels, labels, Enumerable.Range(0, classes).Select(c => $"class {c}").ToArray());
    }

    public static LabeledImages Small { get; } = Create(700, new(1, 6, 7), classes: 5, seed: 1);

    public static TrainingOptions Options { get; } = new()
    {
        Architecture = "dense-40 dense-21 scores",
        Encoding = "eight-bit",
        Epochs = 4,
        BatchSize = 50,
        WarmUpSteps = 5,
        Shift = 1,
        Flip = true,
    };
}
