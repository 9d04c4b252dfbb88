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
    /// Levels are those that tell most about the class, see docs/training.md. Levels beyond the largest value tell nothing; if more are asked
    /// for than tell anything, the lowest free values fill up. A threshold is the one level of L = 1.
    /// </remarks>
    public static InputEncoding Choose(string specification, LabeledImages training)
    {
        (string kind, int? number) = Parse(specification);
        int channels = training.Shape.Channels;
        return kind switch
        {
            "eight-bit" => new EightBitEncoding(),
            "raw-bits" => new RawBitsEncoding(),
            "bit-planes" => new BitPlanesEncoding(PerChannel(channels, _ => Enumerable.Range(8 - number!.Value, number.Value).ToEquatableArray())),
            "threshold" => new ThresholdEncoding(PerChannel(channels, channel => number ?? InformativeLevels.Choose(training, channel, 1)[0])),
            _ => new ThermometerEncoding(PerChannel(channels, channel => new EquatableArray<int>(InformativeLevels.Choose(training, channel, number!.Value)))),
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
                $"'{specification}' is no input encoding. Known are threshold, threshold-T, thermometer-L (T and L in [1, 255]), "
                + "bit-planes, bit-planes-N (N in [1, 8]), eight-bit and raw-bits.",
                nameof(specification)),
        };
    }

    private static EquatableArray<T> PerChannel<T>(int channels, Func<int, T> make)
        where T : IEquatable<T> => Enumerable.Range(0, channels).Select(make).ToEquatableArray();
}
