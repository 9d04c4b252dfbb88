using Bnn.Model;

namespace Bnn.Training;

/// <summary>A training run: starts from random weights, from a checkpoint or from another run, and goes on epoch by epoch.</summary>
public sealed class TrainingRun : IDisposable
{
    /// <summary>Starts from random weights.</summary>
    public static TrainingRun Start(TrainingOptions options, LabeledImages data, int threads = 0) => throw new NotImplementedException();

    /// <summary>Goes on where a checkpoint was taken, to the same bits as if there had been no break.</summary>
    public static TrainingRun Resume(Checkpoint checkpoint, LabeledImages data, int threads = 0) => throw new NotImplementedException();

    /// <summary>Trains the weights of <paramref name="parent"/> further, on a schedule of its own: a control for pruning.</summary>
    public static TrainingRun Continue(TrainingRun parent, int epochs, double learningRate, ulong seed = 0) => throw new NotImplementedException();

    /// <summary>What the run computes.</summary>
    public TrainingOptions Options => throw new NotImplementedException();

    /// <summary>The data, parted.</summary>
    public DataSplit Split => throw new NotImplementedException();

    /// <summary>Where the first weights came from; null: random.</summary>
    public RunProvenance? Provenance => throw new NotImplementedException();

    /// <summary>One record for each epoch done.</summary>
    public IReadOnlyList<EpochRecord> History => throw new NotImplementedException();

    /// <summary>Epochs done.</summary>
    public int EpochsDone => History.Count;

    /// <summary>Whether all epochs of the options are done.</summary>
    public bool IsFinished => EpochsDone >= Options.Epochs;

    /// <summary>Steps of an epoch.</summary>
    public int StepsPerEpoch => throw new NotImplementedException();

    /// <summary>Trains one epoch. Cancelled between two steps, it throws and the run can no longer be used: resume the last checkpoint.</summary>
    public EpochRecord RunEpoch(Action<TrainingProgress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>A copy of the whole state.</summary>
    public Checkpoint ToCheckpoint() => throw new NotImplementedException();

    /// <summary>Re-estimates batch norm over the training split, folds, and states accuracy and provenance in the metadata. Changes nothing in the run.</summary>
    public FoldedModel Fold() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() { }
}

/// <summary>A network folded from a run, and what its float original scored: the same classes, image by image.</summary>
/// <param name="Network">Ready to be written.</param>
/// <param name="ValidationAccuracy">Share in [0, 1]; NaN without a validation split.</param>
/// <param name="ValidationLoss">Mean cross-entropy in nats.</param>
public sealed record FoldedModel(Network Network, double ValidationAccuracy, double ValidationLoss);
