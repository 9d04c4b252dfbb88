using Bnn.Inference;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary>Classifies samples so that it can be stopped.</summary>
internal static class Classification
{
    // About a tenth of a second of the interpreter.
    private const long OperationsBetweenLooks = 2_000_000_000;

    /// <summary>Runs the interpreter on every sample, on this thread.</summary>
    /// <exception cref="OperationCanceledException">Stopped between two samples.</exception>
    public static EvaluationResult Run(Interpreter interpreter, LabeledImages samples, CancellationToken cancel)
    {
        var predicted = new int[samples.Count];
        int length = samples.Shape.Count;
        int block = (int)Math.Clamp(OperationsBetweenLooks / Math.Max(1, interpreter.Network.Operations()), 1, 4096);
        for (int first = 0; first < samples.Count; first += block)
        {
            cancel.ThrowIfCancellationRequested();
            int count = Math.Min(block, samples.Count - first);
            interpreter.PredictBatch(samples.Pixels.AsSpan(first * length, count * length), predicted.AsSpan(first, count));
        }
        return new(interpreter.Network.ClassCount, predicted, samples.Labels);
    }
}
