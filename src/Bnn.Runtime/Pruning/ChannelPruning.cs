using Bnn.Model;
using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>How hidden channels are chosen and what follows.</summary>
public sealed record ChannelPruningOptions
{
    /// <summary>Name of the smaller model; null keeps the parent's.</summary>
    public string? Name { get; init; }

    /// <summary>Share of the channels of each hidden layer to remove, in [0, 1), rounded to whole channels; at least one channel stays.</summary>
    public double Share { get; init; } = 0.3;

    /// <summary>The score: channels with the lowest go.</summary>
    public ChannelScore Score { get; init; } = ChannelScore.Activity;

    /// <summary>Decides random scores, and order and augmentation of the fine-tuning.</summary>
    public ulong Seed { get; init; }

    /// <summary>Epochs of fine-tuning.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Largest learning rate of the fine-tuning; warm-up and cosine as in training.</summary>
    public double LearningRate { get; init; } = 0.005;
}

/// <summary>Removes whole hidden channels from a trained network.</summary>
/// <remarks>See docs/pruning.md for the score, the surgery and the controls without which a result says nothing.</remarks>
public static class ChannelPruning
{
    /// <summary>Removes channels and gives a run that fine-tunes what is left; train it like any other, then fold it.</summary>
    /// <param name="parent">The run to prune, at the end of an epoch; not changed.</param>
    /// <param name="options">What to remove.</param>
    /// <exception cref="ArgumentException">The share lies outside [0, 1), or there is no hidden layer.</exception>
    /// <remarks>Scores and batch norm come from the training split alone. Deterministic; of equal scores the lower channel goes first.</remarks>
    public static ChannelPruningResult Prune(TrainingRun parent, ChannelPruningOptions options)
    {
        if (!(options.Share is >= 0 and < 1))
            throw new ArgumentException(FormattableString.Invariant($"The share to remove is {options.Share}, but must lie in [0, 1)."), nameof(options));
        if (parent.Options.FullPrecision)
            throw new ArgumentException("A full-precision network has no binary channels to remove.", nameof(parent));
        LatentNetwork whole = parent.Network;
        if (whole.Norms.Length == 0)
            throw new ArgumentException("The network has no hidden layer to take channels from.", nameof(parent));
        using var pool = new WorkerPool(parent.Threads);
        if (whole.Layers.Any(layer => layer.Geometry.Convolution is { Groups: > 1 }))
            throw new ArgumentException("Channels of a network with grouped convolutions cannot be removed one by one.", nameof(parent));
        long[][] active = new Evaluator(whole, pool, parent.Temperature).CountActive(parent.Split.Training);
        double[][] activity = active.Select(counts => counts.Select(count => (double)count / parent.Split.Training.Count).ToArray()).ToArray();
        double[][] scores = ChannelScores.Compute(options.Score, whole, activity, options.Seed);
        int[][] kept = scores.Select(layer => Highest(layer, options.Share)).ToArray();

        LatentNetwork smaller = ChannelSurgery.Keep(whole, kept, activity[^1]);
        string method = FormattableString.Invariant($"channels-{(options.Score == ChannelScore.Random ? "random" : "activity")} {options.Share}");
        TrainingOptions fineTuning = parent.Options with
        {
            Name = options.Name ?? parent.Options.Name,
            Architecture = smaller.Architecture.ToString(),
            Epochs = options.Epochs,
            LearningRate = options.LearningRate,
            Seed = options.Seed,
        };
        TrainingRun run = parent.Derive(fineTuning, smaller, method, options.Seed);
        var evaluator = new Evaluator(smaller, pool, run.Temperature);
        evaluator.ReestimateStatistics(run.FinalPass());
        return new(run, Rows(kept), Rows(scores), evaluator.Run(run.Split.Validation).Accuracy);
    }

    private static int[] Highest(double[] scores, double share)
    {
        int remove = Math.Min(scores.Length - 1, (int)((scores.Length * share) + 0.5));
        return Enumerable.Range(0, scores.Length).OrderBy(c => scores[c]).ThenBy(c => c).Skip(remove).Order().ToArray();
    }

    private static EquatableArray<EquatableArray<T>> Rows<T>(T[][] rows)
        where T : IEquatable<T> => rows.Select(row => new EquatableArray<T>(row)).ToEquatableArray();
}

/// <summary>What was removed, and the run that goes on.</summary>
/// <param name="Run">Fine-tunes the smaller network; the caller disposes it.</param>
/// <param name="Kept"><c>[hidden layers][kept]</c> channel numbers of the parent, rising.</param>
/// <param name="Scores"><c>[hidden layers][channels]</c> scores of the parent's channels.</param>
/// <param name="AccuracyBeforeFineTuning">Validation accuracy after surgery and re-estimated batch norm, in [0, 1]; NaN without a validation split.</param>
public sealed record ChannelPruningResult(
    TrainingRun Run, EquatableArray<EquatableArray<int>> Kept, EquatableArray<EquatableArray<double>> Scores, double AccuracyBeforeFineTuning);
