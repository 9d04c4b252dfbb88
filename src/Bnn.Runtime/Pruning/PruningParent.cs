using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>A trained network with what criteria ask about it, worked out when they do.</summary>
internal sealed class PruningParent(TrainingRun run, WorkerPool pool, ulong seed)
{
    private double[][]? _activity;
    private double[][]? _gradients;

    /// <summary>The run, at the end of an epoch; not changed.</summary>
    public TrainingRun Run => run;

    /// <summary>Its network.</summary>
    public LatentNetwork Network => run.Network;

    /// <summary>Decides what is random.</summary>
    public ulong Seed => seed;

    /// <summary>Share of the training images on which each bit of the hidden layers is +1, <c>[hidden layers][channels · positions]</c>.</summary>
    public double[][] Activity => _activity ??= [.. new Evaluator(Network, pool, run.Temperature).CountActive(run.Split.Training)
        .Select(counts => counts.Select(count => (double)count / run.Split.Training.Count).ToArray())];

    /// <summary>Gradient of the mean loss by each binary weight over some batches of the training split, <c>[layers][Inputs · Channels]</c>.</summary>
    public double[][] Gradients => _gradients ??= WeightGradients.Mean(run, pool);
}
