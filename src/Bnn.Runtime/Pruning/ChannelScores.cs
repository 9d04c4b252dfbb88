using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>What says how much a channel is worth.</summary>
public enum ChannelScore
{
    /// <summary>p · (1 − p) · mean |outgoing latent weight|, with p the share of training images (and positions) on which the channel gives 1.</summary>
    Activity,

    /// <summary>A random number: the control that every other score is compared with.</summary>
    Random,
}

/// <summary>Computes the scores of hidden channels; low ones are removed first.</summary>
internal static class ChannelScores
{
    /// <param name="score">Which one.</param>
    /// <param name="network">Trained.</param>
    /// <param name="activity"><c>[hidden layers][channels · positions]</c> share of images on which a bit is 1.</param>
    /// <param name="seed">Decides random scores.</param>
    /// <returns><c>[hidden layers][channels]</c></returns>
    public static double[][] Compute(ChannelScore score, LatentNetwork network, double[][] activity, ulong seed) =>
        network.Norms.Select((norm, l) => Enumerable.Range(0, norm.Channels).Select(c => score switch
        {
            ChannelScore.Activity => Spread(activity[l], network.Layers[l].Geometry.Positions, c) * MeanOutgoing(network.Layers[l + 1], norm.Channels, c),
            ChannelScore.Random => CounterRandom.ToUnit(CounterRandom.Next(seed, CounterRandom.Stream.PruningScores, (ulong)l, (ulong)c)),
            _ => throw new ArgumentOutOfRangeException(nameof(score)),
        }).ToArray()).ToArray();

    private static double Spread(double[] activity, int positions, int channel)
    {
        double p = activity.AsSpan(channel * positions, positions).ToArray().Average();
        return p * (1 - p);
    }

    // Over all weights that read the channel: one for each tap of a convolution, or for each position before a dense layer.
    private static double MeanOutgoing(LatentLayer next, int channels, int channel)
    {
        double sum = 0;
        int inputs = next.Inputs / channels;
        for (int i = channel * inputs; i < (channel + 1) * inputs; i++)
        {
            foreach (float weight in next.Weights.Values.Span.Slice(i * next.Stride, next.Channels))
                sum += Math.Abs(weight);
        }
        return sum / ((double)next.Channels * inputs);
    }
}
