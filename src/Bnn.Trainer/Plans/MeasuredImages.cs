using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Plans;

/// <summary>Images to measure with.</summary>
/// <param name="Pixels"><c>[n, input length]</c> bytes.</param>
/// <param name="Description">What they are, for people.</param>
internal sealed record MeasuredImages(byte[] Pixels, string Description)
{
    private const int Seed = 1;

    /// <summary>Real images.</summary>
    public static MeasuredImages Of(LabeledImages images, string split) => new(images.Pixels, $"{images.Name}, {split} split");

    /// <summary>Noise from a fixed seed: half of the input bits are 1.</summary>
    public static MeasuredImages Noise(Network network)
    {
        var random = new Random(Seed);
        var pixels = new byte[(long)network.InputLength * Math.Max(1, Math.Min(PlanMeasurement.MostSamples, (1 << 24) / network.InputLength))];
        if (network.Encoding is EightBitEncoding or BitPlanesEncoding)
            random.NextBytes(pixels);
        else
        {
            // Above every threshold, or below all.
            byte one = network.Encoding is RawBitsEncoding ? (byte)1 : byte.MaxValue;
            for (int i = 0; i < pixels.Length; i++)
                pixels[i] = random.Next(2) == 0 ? (byte)0 : one;
        }
        return new(pixels, $"noise with half of the input bits 1 (seed {Seed})");
    }

    /// <summary>So many images, the first ones again if there are fewer.</summary>
    public byte[] Take(int length)
    {
        var taken = new byte[length];
        for (int i = 0; i < length; i += Pixels.Length)
            Pixels.AsSpan(0, Math.Min(Pixels.Length, length - i)).CopyTo(taken.AsSpan(i));
        return taken;
    }
}
