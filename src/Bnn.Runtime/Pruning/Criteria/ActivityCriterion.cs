using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>p · (1 − p) · mean |outgoing latent weight|, with p the share of training images (and positions) on which a channel gives 1.</summary>
internal sealed class ActivityCriterion : Criterion
{
    public override double[]? Weights(PruningParent parent, int layer) => null;

    public override double[] Channels(PruningParent parent, int layer)
    {
        LatentLayer of = parent.Network.Layers[layer];
        return [.. Enumerable.Range(0, of.Channels)
            .Select(c => Spread(parent.Activity[layer], of.Geometry.Positions, c) * MeanOutgoing(parent.Network.Layers[layer + 1], of.Channels, c))];
    }

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
