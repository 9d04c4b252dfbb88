using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Measures pruned copies of a network before any repair: batch norm re-estimated on some training samples, accuracy on the validation split.</summary>
/// <param name="run">The parent.</param>
/// <param name="pool">Threads.</param>
/// <param name="keepsStatistics">Whether batch norm is left as it was.</param>
internal sealed class Calibration(TrainingRun run, WorkerPool pool, bool keepsStatistics = false)
{
    // Batch norm of so many samples is as good as that of all (docs/pruning.md), at a fraction of the time.
    private const int Samples = 2000;

    private readonly Start _source = new(run.FinalPass());

    /// <summary>Share of the validation split that is right, in [0, 1]. Changes running means and variances.</summary>
    public double Accuracy(LatentNetwork network, CancellationToken cancel = default)
    {
        var evaluator = new Evaluator(network, pool, network.LogitScale(run.Options.Temperature));
        if (!keepsStatistics)
            evaluator.ReestimateStatistics(_source, cancel);
        return evaluator.Run(run.Split.Validation, cancel).Accuracy;
    }

    private sealed class Start(ISampleSource source) : ISampleSource
    {
        public int Count => Math.Min(Samples, source.Count);

        public ReadOnlySpan<byte> Sample(int index, int worker) => source.Sample(index, worker);
    }
}
