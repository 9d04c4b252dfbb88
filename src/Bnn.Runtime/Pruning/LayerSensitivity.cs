using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Measures how much accuracy each layer's pruning costs.</summary>
public static class LayerSensitivity
{
    /// <summary>Whether anything can be measured: returns the run if it can.</summary>
    /// <exception cref="ArgumentException">The network has no binary weights or no hidden layer, or the run no validation split; the message says which.</exception>
    public static TrainingRun Require(TrainingRun run)
    {
        PruningChecks.Require(run, new() { Score = "latent", Granularity = Granularity.Weight, Allocation = Allocation.Sensitivity, MaxLayerDrop = 0.01 }, hasTime: false);
        return run;
    }

    /// <summary>Prunes one layer after the other at rates from 0 to 90 %, all others left as they are, and measures on the validation split.</summary>
    /// <param name="run">At the end of an epoch; not changed.</param>
    /// <param name="score">One of <see cref="PruningScores.All"/> but the dynamic one.</param>
    /// <param name="granularity">What goes as one.</param>
    /// <param name="seed">Decides random scores.</param>
    /// <param name="keepsStatistics">Whether batch norm is left as it was; else it is re-estimated on 2,000 training samples each time.</param>
    /// <param name="progress">Called with the measurements that are done, and all.</param>
    /// <param name="cancel">Checked between measurements.</param>
    /// <exception cref="ArgumentException">The network has nothing of the kind to prune, or the run no validation split.</exception>
    public static SensitivityTable Measure(
        TrainingRun run, string score, Granularity granularity, ulong seed = 0, bool keepsStatistics = false, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        PruningChecks.Require(run, new() { Score = score, Granularity = granularity, Allocation = Allocation.Sensitivity, MaxLayerDrop = 0.01 }, hasTime: false);
        using var pool = new WorkerPool(run.Threads);
        var surgery = new Surgery(new(run, pool, seed), Criterion.Of(score), granularity);
        return SensitivityTable.Of(surgery, new(run, pool, keepsStatistics), progress, cancel);
    }
}
