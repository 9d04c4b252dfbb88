using Bnn.Model;
using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>How hidden channels are chosen and what follows.</summary>
public sealed record ChannelPruningOptions
{
    /// <summary>Name of the smaller model; null keeps the parent's.</summary>
    public string? Name { get; init; }

    /// <summary>Share of the channels of each hidden layer to remove, in [0, 1); at least one channel stays.</summary>
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

/// <summary>What says how much a channel is worth.</summary>
public enum ChannelScore
{
    /// <summary>p · (1 − p) · mean |outgoing latent weight|, with p the share of training images on which the channel gives 1.</summary>
    Activity,

    /// <summary>A random number: the control that every other score is compared with.</summary>
    Random,
}

/// <summary>Removes whole hidden channels from a trained network.</summary>
public static class ChannelPruning
{
    /// <summary>Removes channels and gives a run that fine-tunes what is left; train it like any other, then fold it.</summary>
    /// <param name="parent">The run to prune; not changed.</param>
    /// <param name="options">What to remove.</param>
    public static ChannelPruningResult Prune(TrainingRun parent, ChannelPruningOptions options) => throw new NotImplementedException();
}

/// <summary>What was removed, and the run that goes on.</summary>
/// <param name="Run">Fine-tunes the smaller network; the caller disposes it.</param>
/// <param name="Kept"><c>[hidden layers][kept]</c> channel numbers of the parent, rising.</param>
/// <param name="Scores"><c>[hidden layers][channels]</c> scores of the parent's channels.</param>
/// <param name="AccuracyBeforeFineTuning">Validation accuracy after surgery and re-estimated batch norm, in [0, 1]; NaN without a validation split.</param>
public sealed record ChannelPruningResult(
    TrainingRun Run, EquatableArray<EquatableArray<int>> Kept, EquatableArray<EquatableArray<double>> Scores, double AccuracyBeforeFineTuning);
