using System.Text;
using Bnn.Model;
using Bnn.Trainer.Plans;

namespace Bnn.Trainer.Compression;

/// <summary>A network that compression made or began with.</summary>
/// <param name="Name">Of its folder; for the network that it began with, <c>parent</c>.</param>
/// <param name="Way">Name of the way, <c>control</c>, or nothing for the parent.</param>
/// <param name="Share">Share that was to stay.</param>
/// <param name="Network">Folded.</param>
/// <param name="Accuracy">On the validation split, in [0, 1].</param>
/// <param name="Cost">By the planner.</param>
internal sealed record Trial(string Name, string Way, double Share, Network Network, double Accuracy, PlannedCost Cost)
{
    /// <summary>What controls are called.</summary>
    public const string Control = "control";

    /// <summary>Weights that are not pruned.</summary>
    public long LiveWeights { get; } = Network.Layers.OfType<WeightedLayer>().Sum(layer => layer.Weights.LiveCount());

    /// <summary>A sample's.</summary>
    public long Operations { get; } = Network.Operations();

    /// <summary>Bytes of the model file. A mask takes as many as the signs: half of the weights by masks are a larger file than all of them.</summary>
    public int FileBytes { get; } = Encoding.UTF8.GetByteCount(BnnWriter.Write(Network));

    /// <summary>Cycles by the goal.</summary>
    public double Cycles(bool isBatch) => isBatch ? Cost.Batch : Cost.Sample;
}
