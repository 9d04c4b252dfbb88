using Bnn.Model;

namespace Bnn.Training;

/// <summary>Thresholds of an encoding that are trained with the weights: real numbers t, of which a bit is the sign of v − t.</summary>
/// <remarks>
/// A byte is at least t exactly if it is at least t rounded up, so the byte threshold of the model is no approximation. Those of a channel stay
/// sorted, distinct and in [1, 255]. They begin half a step below the thresholds that were fitted, the middle of the numbers that round up to
/// them. Source: arXiv:2505.13462.
/// </remarks>
internal sealed class InputThresholds
{
    /// <summary>Largest step of a threshold, in byte values, by largest step of a weight: the rate of Adam is so many times that of the weights.</summary>
    public const float RateFactor = 32;

    /// <summary>The sign of v − t has the slope of the sign of y = (v − t) / Width; in byte values.</summary>
    public const float Width = 32;

    private const int Highest = 255;
    private readonly bool _isThermometer;
    private readonly int[] _levels;         // [channels]

    /// <param name="encoding">Where they begin.</param>
    /// <exception cref="ArgumentException">The encoding has no thresholds.</exception>
    public InputThresholds(InputEncoding encoding)
    {
        int[][] fitted = encoding switch
        {
            ThresholdEncoding threshold => [.. threshold.Thresholds.Select(value => new[] { value })],
            ThermometerEncoding thermometer => [.. thermometer.Levels.Select(levels => levels.ToArray())],
            _ => throw new ArgumentException($"The encoding '{encoding.Keyword}' has no thresholds that could be learned.", nameof(encoding)),
        };
        (_isThermometer, _levels) = (encoding is ThermometerEncoding, [.. fitted.Select(levels => levels.Length)]);
        Channels = [.. fitted.SelectMany((levels, channel) => levels.Select(_ => channel))];
        Values = new((Channels.Length + 7) / 8 * 8) { RateFactor = RateFactor };
        int plane = 0;
        foreach (int level in fitted.SelectMany(levels => levels))
            Values.Values.Span[plane++] = level - 0.5f;
    }

    /// <summary>The input channel of each plane.</summary>
    public int[] Channels { get; }

    /// <summary>t of each plane; what is left of the last eight is 0 and read by nobody.</summary>
    public TrainedArray Values { get; }

    /// <summary>What a model file holds of them.</summary>
    public InputEncoding Encoding
    {
        get
        {
            var levels = new EquatableArray<int>[_levels.Length];
            for (int channel = 0, plane = 0; channel < levels.Length; plane += _levels[channel++])
                levels[channel] = Enumerable.Range(plane, _levels[channel]).Select(Level).ToEquatableArray();
            return _isThermometer ? new ThermometerEncoding(new(levels)) : new ThresholdEncoding(levels.Select(of => of[0]).ToEquatableArray());
        }
    }

    /// <summary>Sorts the thresholds of each channel out after a step: one that reached its upper neighbour is moved below it, and none leaves [1, 255].</summary>
    public void Settle()
    {
        for (int channel = 0, plane = 0; channel < _levels.Length; plane += _levels[channel++])
        {
            int end = plane + _levels[channel], bound = Highest;
            for (int i = end - 1; i >= plane; i--)
                bound = Keep(i, int.MinValue, bound) - 1;
            bound = 1;
            for (int i = plane; i < end; i++)
                bound = Keep(i, bound, Highest) + 1;
        }
    }

    private int Level(int plane) => (int)MathF.Ceiling(Values.Values.Span[plane]);

    // The byte threshold of a plane, brought into [least, most].
    private int Keep(int plane, int least, int most)
    {
        int level = Math.Clamp(Level(plane), least, most);
        if (level != Level(plane))
            Values.Values.Span[plane] = level - 0.5f;
        return level;
    }
}
