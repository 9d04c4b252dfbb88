using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>What says how much a channel is worth.</summary>
public enum ChannelScore
{
    /// <summary>p · (1 − p) · mean |outgoing latent weight|, with p the share of training images on which the channel gives 1.</summary>
    Activity,

    /// <summary>A random number: the control that every other score is compared with.</summary>
    Random,
}

/// <summary>Computes the scores of hidden channels; low ones are removed first.</summary>
internal static class ChannelScores
{
    /// <param name="score">Which one.</param>
    /// <param name="network">Trained.</param>
    /// <param name="activity"><c>[hidden layers][channels]</c> share of images on which a channel gives 1.</param>
    /// <param name="seed">Decides random scores.</param>
    /// <returns><c>[hidden layers][channels]</c></returns>
    public static double[][] Compute(ChannelScore score, LatentNetwork network, double[][] activity, ulong seed) =>
        network.Norms.Select((norm, l) => Enumerable.Range(0, norm.Channels).Select(c => score switch
        {
            ChannelScore.Activity => activity[l][c] * (1 - activity[l][c]) * MeanOutgoing(network.Layers[l + 1], c),
            ChannelScore.Random => CounterRandom.ToUnit(CounterRandom.Next(seed, CounterRandom.Stream.PruningScores, (ulong)l, (ulong)c)),
            _ => throw new ArgumentOutOfRangeException(nameof(score)),
        }).ToArray()).ToArray();

    private static double MeanOutgoing(LatentLayer next, int input)
    {
        double sum = 0;
        foreach (float weight in next.Weights.Values.Span.Slice(input * next.Stride, next.Channels))
            sum += Math.Abs(weight);
        return sum / next.Channels;
    }
}
