using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Minus the number of epochs at whose end a weight had another sign than before: what still flips is not needed. Source: Li and Ren, ISQED 2020.</summary>
/// <remarks>
/// Patented in the US (US 12,387,101 B2); one criterion among several. Counts are small whole numbers, so a random part below 1 decides between equal ones: order of
/// inputs would prune whole regions. A channel is worth less the more of its weights flip.
/// </remarks>
internal sealed class FlipCriterion : Criterion
{
    public override double[] Weights(PruningParent parent, int layer)
    {
        LatentLayer of = parent.Network.Layers[layer];
        var scores = new double[of.Inputs * of.Channels];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = RandomCriterion.Unit(parent.Seed, layer, i) - of.Flips[(i / of.Channels * of.Stride) + (i % of.Channels)];
        return scores;
    }
}
