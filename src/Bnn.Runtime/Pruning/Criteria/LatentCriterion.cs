using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>|latent weight|: how far a binary weight is from flipping. Source: Chen, Anderson and Kim, ASP-DAC 2023 (a reconstruction from its abstract).</summary>
internal sealed class LatentCriterion : Criterion
{
    public override double[] Weights(PruningParent parent, int layer)
    {
        LatentLayer of = parent.Network.Layers[layer];
        ReadOnlySpan<float> latents = of.Weights.Values.Span;
        var scores = new double[of.Inputs * of.Channels];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = Math.Abs(latents[(i / of.Channels * of.Stride) + (i % of.Channels)]);
        return scores;
    }
}
