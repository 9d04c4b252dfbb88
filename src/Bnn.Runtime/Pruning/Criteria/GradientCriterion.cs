using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>−w · ∂loss/∂w, w the binary weight: by how much the loss rises, to first order, if the weight is taken away. Source: arXiv:1611.06440.</summary>
/// <remarks>The sign counts: a weight whose loss falls without it goes before one that does not matter.</remarks>
internal sealed class GradientCriterion : Criterion
{
    public override double[] Weights(PruningParent parent, int layer)
    {
        LatentLayer of = parent.Network.Layers[layer];
        double[] gradients = parent.Gradients[layer];
        return [.. gradients.Select((gradient, i) => -gradient * of.Weight(i / of.Channels, i % of.Channels))];
    }
}
