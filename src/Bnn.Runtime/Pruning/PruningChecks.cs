using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Whether options make sense, and a parent has what they prune.</summary>
internal static class PruningChecks
{
    /// <exception cref="ArgumentException">They do not; the message says why.</exception>
    public static void Require(TrainingRun parent, PruningOptions options, bool hasTime)
    {
        Check(!parent.Options.FullPrecision, "A full-precision network has no binary weights to prune.");
        Check(parent.Network.Norms.Length > 0, "The network has no hidden layer to prune.");
        foreach (string score in (string[])[options.Score, options.AllocationScore ?? options.Score])
        {
            Check(PruningScores.All.Contains(score), $"There is no score '{score}'; there are {string.Join(", ", PruningScores.All)}.");
            Check(score != "activity" || options.Granularity == Granularity.Channel, "The score 'activity' knows channels only: take another score, or granularity channel.");
        }
        Check(
            options.Granularity != Granularity.Channel || parent.Network.Layers.All(layer => layer.Geometry.Convolution is not { Groups: > 1 }),
            "Channels of a network with grouped convolutions cannot be removed one by one.");
        Check(options.Score != PruningScores.Dynamic || options.Granularity == Granularity.Weight, "Dynamic masks are about single weights: take granularity weight.");
        Check(options.MaskDamping is null or (>= 0 and <= 1), FormattableString.Invariant($"Mask damping is {options.MaskDamping}, but must lie in [0, 1]."));
        Check(options.MaskDamping == 0 || options.Score == PruningScores.Dynamic, "What is pruned once does not move at all: mask damping goes with the score 'dynamic'.");
        Check(options.TargetOperations is >= 0 and < 1, FormattableString.Invariant($"Operations to keep are {options.TargetOperations}, but must be a share in (0, 1)."));
        Check(options.TargetTime is >= 0 and < 1, FormattableString.Invariant($"Time to keep is {options.TargetTime}, but must be a share in (0, 1)."));
        Check(options.MaxLayerDrop is >= 0 and < 1, FormattableString.Invariant($"The accuracy that a layer may lose is {options.MaxLayerDrop}, but must be a share in (0, 1)."));
        Check(options.TargetTime == 0 || hasTime, "Time to keep needs an estimate of time.");
        int budgets = (options.Rate is not null ? 1 : 0) + (options.TargetOperations > 0 ? 1 : 0) + (options.TargetTime > 0 ? 1 : 0) + (options.MaxLayerDrop > 0 ? 1 : 0);
        Check(
            budgets == 1 || (budgets == 0 && options.Allocation == Allocation.Flips),
            "Give one of a rate, operations to keep, time to keep, and an accuracy that a layer may lose; flips alone can do without.");
        Check(options.Rate is null || options.Allocation == Allocation.Uniform, "A rate leaves nothing to share out.");
        Check(options.MaxLayerDrop == 0 || options.Allocation is Allocation.Sensitivity or Allocation.Greedy, "An accuracy that a layer may lose goes with the allocations sensitivity and greedy.");
        bool measures = options.Allocation is Allocation.Sensitivity or Allocation.Greedy;
        Check(measures || options.AllocationScore is null, "A score to share out by goes with the allocations sensitivity and greedy.");
        Check(!measures || parent.Split.Validation.Count > 0, "Sensitivity is measured on a validation split, but this run has none.");
    }

    private static void Check(bool holds, string problem)
    {
        if (!holds)
            throw new ArgumentException(problem);
    }
}
