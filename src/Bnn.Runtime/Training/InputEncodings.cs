using System.Globalization;
using Bnn.Model;

namespace Bnn.Training;

/// <summary>Chooses thresholds and levels from the images that are trained on.</summary>
public static class InputEncodings
{
    /// <summary>Makes the encoding that <paramref name="specification"/> names, fitted to <paramref name="training"/>.</summary>
    /// <param name="specification">
    /// <c>threshold</c>; <c>threshold-128</c> (that value for every channel); <c>thermometer-L</c> with L levels in [1, 255];
    /// <c>bit-planes</c> or <c>bit-planes-N</c> (the N most significant of 8); <c>eight-bit</c>; <c>raw-bits</c>.
    /// </param>
    /// <param name="training">The training split alone: validation and test images must not decide anything.</param>
    /// <exception cref="ArgumentException">The specification is none of these.</exception>
    /// <remarks>
    /// Levels of a channel are the quantiles i / (L + 1), i = 1 … L, of its non-zero values; the quantile q is the smallest value that at least
    /// a share q of them does not exceed. Zero is background and would take all levels. Levels that coincide are moved up to the next free
    /// value, and down from 255 if there is none. A threshold is the one level of L = 1: the median.
    /// </remarks>
    public static InputEncoding Choose(string specification, LabeledImages training)
    {
        (string kind, int? number) = Parse(specification);
        int channels = training.Shape.Channels;
        return kind switch
        {
            "eight-bit" => new EightBitEncoding(),
            "raw-bits" => new RawBitsEncoding(),
            "bit-planes" => new BitPlanesEncoding(PerChannel(channels, _ => new EquatableArray<int>(Enumerable.Range(8 - number!.Value, number.Value).ToArray()))),
            "threshold" => new ThresholdEncoding(PerChannel(channels, channel => number ?? Levels(training, channel, 1)[0])),
            _ => new ThermometerEncoding(PerChannel(channels, channel => new EquatableArray<int>(Levels(training, channel, number!.Value)))),
        };
    }

    /// <summary>Parts a specification into kind and number, and checks both.</summary>
    internal static (string Kind, int? Number) Parse(string specification)
    {
        int dash = specification.LastIndexOf('-');
        if (dash > 0 && int.TryParse(specification.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            string kind = specification[..dash];
            if (kind is "threshold" or "thermometer" && number is >= 1 and <= 255 || kind == "bit-planes" && number is >= 1 and <= 8)
                return (kind, number);
        }
        return specification switch
        {
            "threshold" or "eight-bit" or "raw-bits" => (specification, null),
            "thermometer" => (specification, 4),
            "bit-planes" => (specification, 8),
            _ => throw new ArgumentException(
                $"'{specification}' is no input encoding. Known are threshold, threshold-T, thermometer-L (T and L in [1, 255]), bit-planes, bit-planes-N (N in [1, 8]), eight-bit and raw-bits.",
                nameof(specification)),
        };
    }

    private static EquatableArray<T> PerChannel<T>(int channels, Func<int, T> make)
        where T : IEquatable<T> => Enumerable.Range(0, channels).Select(make).ToEquatableArray();

    private static int[] Levels(LabeledImages images, int channel, int count)
    {
        var histogram = new long[256];
        int plane = images.Shape.Height * images.Shape.Width;
        for (int i = 0; i < images.Count; i++)
        {
            foreach (byte value in images.Image(i).Slice(channel * plane, plane))
                histogram[value]++;
        }
        histogram[0] = 0;
        long total = histogram.Sum();
        var levels = new int[count];
        for (int i = 0; i < count; i++)
        {
            int level = 1;
            for (long below = histogram[1]; total > 0 && level < 255 && below * (count + 1) < total * (i + 1);)
                below += histogram[++level];
            levels[i] = i > 0 ? Math.Max(level, levels[i - 1] + 1) : level;
        }
        for (int i = count - 1, most = 255; i >= 0 && levels[i] > most; i--, most--)
            levels[i] = most;
        return levels;
    }
}
