using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>What goes, how much of it, and what is done afterwards.</summary>
/// <remarks>Options and parent decide every bit of the result.</remarks>
public sealed record PruningOptions
{
    /// <summary>What <see cref="MaskDamping"/> should be in a short repair of convolutions, where weights at whole steps come and go too fast for the others to follow (docs/pruning.md).</summary>
    public const double RepairDamping = 0.9;

    /// <summary>Name of the pruned model; null keeps the parent's.</summary>
    public string? Name { get; init; }

    /// <summary>What says how much something is worth: one of <see cref="PruningScores.All"/>.</summary>
    public string Score { get; init; } = "activity";

    /// <summary>What is pruned as one.</summary>
    public Granularity Granularity { get; init; }

    /// <summary>
    /// Share to prune, in [0, 1), rounded to whole groups, of which at least one stays: a number for all hidden layers, or one for each layer with weights, commas
    /// between them; null: <see cref="Allocation"/> decides.
    /// </summary>
    public string? Rate { get; init; }

    /// <summary>What shares a budget out among the layers.</summary>
    public Allocation Allocation { get; init; }

    /// <summary>
    /// The score by which <see cref="Allocation.Sensitivity"/> and <see cref="Allocation.Greedy"/> share a budget out; null: <see cref="Score"/>. With the score "random" that is the control
    /// that has the same shares, and differs in nothing but which weights go.
    /// </summary>
    public string? AllocationScore { get; init; }

    /// <summary>Operations to keep, a share in (0, 1) of the parent's; 0: no such budget.</summary>
    public double TargetOperations { get; init; }

    /// <summary>Time to keep by the planner's estimate, a share in (0, 1) of the parent's; 0: no such budget.</summary>
    public double TargetTime { get; init; }

    /// <summary>Whether <see cref="TargetTime"/> is about a sample of a large batch instead of a single one.</summary>
    public bool IsTimeOfBatch { get; init; }

    /// <summary>Validation accuracy that pruning a layer alone may cost before any repair, a share in (0, 1); 0: no such budget.</summary>
    public double MaxLayerDrop { get; init; }

    /// <summary>Of <see cref="Allocation.Flips"/>: a weight that flipped more often than this is insensitive.</summary>
    public int FlipsAbove { get; init; }

    /// <summary>
    /// Of <see cref="PruningScores.Dynamic"/>: see <see cref="TrainingOptions.MaskDamping"/>; null: <see cref="RepairDamping"/> for networks with convolutions, 0 for others.
    /// </summary>
    public double? MaskDamping { get; init; } = 0;

    /// <summary>Whether what is left is trained from random weights instead of those it has.</summary>
    public bool IsFromScratch { get; init; }

    /// <summary>Whether batch norm is left as it is before the repair: the control of re-estimating it.</summary>
    public bool KeepsStatistics { get; init; }

    /// <summary>Decides random scores, and order and augmentation of the repair.</summary>
    public ulong Seed { get; init; }

    /// <summary>Epochs of repair.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Largest learning rate of the repair; warm-up and cosine as in training.</summary>
    public double LearningRate { get; init; } = 0.005;
}
