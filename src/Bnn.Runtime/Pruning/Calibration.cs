using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Measures pruned copies of a network before any repair: batch norm re-estimated on some training samples, accuracy on the validation split.</summary>
/// <param name="run">The parent.</param>
/// <param name="pool">Threads.</param>
/// <param name="keepsStatistics">Whether batch norm is left as it was.</param>
internal sealed class Calibration(TrainingRun run, WorkerPool pool, bool keepsStatistics = false)
{
    // Batch norm of so many samples is as good as that of all (docs/pruning.md), at a fraction of the time.
    private const int MostSamples = 2000;

    private readonly Start _source = new(run.FinalPass());

    /// <summary>The training samples; null: batch norm is left as it was.</summary>
    public ISampleSource? Samples => keepsStatistics ? null : _source;

    /// <summary>What accuracy is measured on.</summary>
    public LabeledImages Validation => run.Split.Validation;

    /// <summary>See <see cref="KeptSigns"/>; changes no bit.</summary>
    public long MostKeptWords { get; init; } = KeptSigns.MostWords;

    /// <summary>Share of the validation split that is right, in [0, 1]. Changes running means and variances.</summary>
    public double Accuracy(LatentNetwork network, CancellationToken cancel = default)
    {
        Evaluator evaluator = EvaluatorOf(network);
        if (Samples is { } samples)
            evaluator.ReestimateStatistics(samples, cancel);
        return evaluator.Run(Validation, cancel).Accuracy;
    }

    /// <summary>Runs a network.</summary>
    public Evaluator EvaluatorOf(LatentNetwork network) => new(network, pool, network.LogitScale(run.Options.Temperature)) { MostKeptWords = MostKeptWords };

    private sealed class Start(ISampleSource source) : ISampleSource
    {
        public int Count => Math.Min(MostSamples, source.Count);

        public ReadOnlySpan<byte> Sample(int index, int worker) => source.Sample(index, worker);
    }
}
