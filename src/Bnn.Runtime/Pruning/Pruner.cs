using System.Globalization;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Prunes a trained network and gives a run that repairs what is left.</summary>
/// <remarks>See docs/pruning.md for scores, surgery and the controls without which a result says nothing.</remarks>
public static class Pruner
{
    /// <summary>Prunes, and gives a run that goes on; train it like any other, then fold it.</summary>
    /// <param name="parent">The run to prune, at the end of an epoch; not changed.</param>
    /// <param name="options">What to remove.</param>
    /// <param name="time">Estimated time of a network in any unit, for <see cref="PruningOptions.TargetTime"/>; null: there is no estimate.</param>
    /// <param name="progress">Called with the measurements of sensitivity that are done, and all.</param>
    /// <param name="cancel">Checked between measurements.</param>
    /// <exception cref="ArgumentException">An option is out of range or does not go with another, or the network has nothing of the kind to prune.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <remarks>
    /// Scores and batch norm come from the training split, sensitivity from the validation split; the test set is never seen. Deterministic; of equal
    /// scores the lower number goes first.
    /// </remarks>
    public static PruningResult Prune(
        TrainingRun parent, PruningOptions options, Func<Network, double>? time = null, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        LatentNetwork whole = parent.Network;
        PruningChecks.Require(parent, options, time is not null);
        using var pool = new WorkerPool(parent.Threads);
        var context = new PruningParent(parent, pool, options.Seed);
        bool isDynamic = options.Score == PruningScores.Dynamic;
        Surgery surgery = SurgeryBy(options.Score), shares = options.AllocationScore is { } other ? SurgeryBy(other) : surgery;
        var calibration = new Calibration(parent, pool, options.KeepsStatistics);
        double[] rates = Rates(context, shares, calibration, options, time, progress, cancel);
        LatentNetwork left = isDynamic ? whole.Clone() : surgery.Cut(rates);
        if (options.IsFromScratch)
            left = Fresh(left, options.Seed);
        if (!isDynamic)
            left.FreezeMasks();
        TrainingOptions repair = parent.Options with
        {
            Name = options.Name ?? parent.Options.Name,
            Architecture = left.Architecture.ToString(),
            Epochs = options.Epochs,
            LearningRate = options.LearningRate,
            Seed = options.Seed,
            LiveShares = isDynamic ? Text(rates.Select(rate => 1 - rate)) : null,
            MaskRamp = isDynamic ? options.IsFromScratch ? 0.6 : 0.5 : 0,
            MaskDamping = options.MaskDamping ?? (left.Layers.Any(layer => layer.Geometry.Convolution is not null) ? PruningOptions.RepairDamping : 0),
            MaskBlock = isDynamic ? parent.Options.MaskBlock : null,
            HasConstantRate = false,
            CountsFlipsOfSteps = false,
            HasFrozenMasks = !isDynamic && left.HasMasks,
            HasFreeLatents = parent.HasFreeLatents && !options.IsFromScratch && left.HasMasks,
        };
        TrainingRun run = parent.Derive(repair, left, Method(options, rates), options.Seed);
        double before = isDynamic ? double.NaN : calibration.Accuracy(left, cancel);
        return new(run, new(rates), surgery.Kept(rates).Select(kept => new EquatableArray<int>(kept)).ToEquatableArray(), before);

        Surgery SurgeryBy(string score) => new(context, Criterion.Of(score == PruningScores.Dynamic ? "latent" : score), options.Granularity);
    }

    private static double[] Rates(
        PruningParent parent, Surgery surgery, Calibration calibration, PruningOptions options, Func<Network, double>? time, Action<int, int>? progress, CancellationToken cancel)
    {
        if (options.Rate is not null)
            return LayerShares.Parse(options.Rate, parent.Network.Architecture, nameof(options.Rate), share => share is >= 0 and < 1, "in [0, 1)", scores: 0);
        bool isTime = options.TargetTime > 0;
        var allocator = new RateAllocator(
            surgery, parent, network => isTime ? time!(Folded(network)) : Folded(network).Operations(), () => SensitivityTable.Of(surgery, calibration, progress, cancel));
        double target = isTime ? options.TargetTime : options.TargetOperations;
        return allocator.Rates(options.Allocation, target == 0 ? double.NaN : target, options.MaxLayerDrop == 0 ? double.NaN : options.MaxLayerDrop, options.FlipsAbove);
    }

    private static Network Folded(LatentNetwork network) => Folding.Fold("pruned", network, default, default);

    // The same shape and masks, other weights.
    private static LatentNetwork Fresh(LatentNetwork shape, ulong seed)
    {
        var fresh = new LatentNetwork(shape.Input, shape.Encoding, shape.Architecture, shape.Classes, shape.HasScale);
        fresh.Initialize(seed);
        foreach ((LatentLayer from, LatentLayer to) in shape.Layers.Zip(fresh.Layers))
        {
            if (from.Mask is { } mask)
                to.Masked().CopyFrom(mask);
        }
        return fresh;
    }

    private static string Method(PruningOptions options, double[] rates)
    {
        string how = $"pruned {options.Score} {options.Granularity.ToString().ToLowerInvariant()} {Text(rates)}";
        return options.IsFromScratch ? how + " from-scratch" : how;
    }

    private static string Text(IEnumerable<double> numbers) => string.Join(',', numbers.Select(number => number.ToString("0.######", CultureInfo.InvariantCulture)));
}

/// <summary>What was pruned, and the run that goes on.</summary>
/// <param name="Run">Repairs the pruned network; the caller disposes it.</param>
/// <param name="Rates"><c>[layers]</c> share of each layer with weights that was pruned.</param>
/// <param name="Kept"><c>[layers][kept]</c> numbers of the groups (channels, weights, words, …) that are left, rising; of dynamic masks those that would be left now.</param>
/// <param name="AccuracyBeforeRepair">Validation accuracy after surgery and re-estimated batch norm, in [0, 1]; NaN without a validation split, and for dynamic masks.</param>
public sealed record PruningResult(TrainingRun Run, EquatableArray<double> Rates, EquatableArray<EquatableArray<int>> Kept, double AccuracyBeforeRepair);
