using Bnn.Model;

namespace Bnn.Training;

/// <summary>What one epoch gave.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="LearningRate">Of its last step.</param>
/// <param name="TrainingLoss">Mean cross-entropy in nats over the epoch's steps, on augmented images and with batch statistics.</param>
/// <param name="ValidationLoss">Mean cross-entropy in nats on the validation split, with running statistics; NaN without a validation split.</param>
/// <param name="ValidationAccuracy">Share in [0, 1] of the validation split that is classified rightly; NaN without one.</param>
/// <param name="FlipShares"><c>[layers]</c>, share of weights whose sign is another than at the end of the epoch before.</param>
public sealed record EpochRecord(
    int Epoch, double LearningRate, double TrainingLoss, double ValidationLoss, double ValidationAccuracy, EquatableArray<double> FlipShares);

/// <summary>Where a run stands, reported after every step.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">All epochs of the run.</param>
/// <param name="Step">Steps done of this epoch.</param>
/// <param name="Steps">Steps of an epoch.</param>
/// <param name="Loss">Mean training loss of this epoch so far, in nats.</param>
/// <param name="ImagesPerSecond">Since the epoch began.</param>
public readonly record struct TrainingProgress(int Epoch, int Epochs, int Step, int Steps, double Loss, double ImagesPerSecond);
