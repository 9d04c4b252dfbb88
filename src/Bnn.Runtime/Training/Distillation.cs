namespace Bnn.Training;

/// <summary>Learning from a teacher: a trained network whose probabilities another one learns to give.</summary>
/// <remarks>
/// The teacher sees the same, augmented samples through its own encoding, with its running statistics, and does not change.
/// The loss is (1 − w) · cross-entropy with the labels + w · T² · divergence from the teacher's probabilities, those of both taken at logit / T.
/// Source: arXiv:1503.02531.
/// </remarks>
internal sealed class Distillation
{
    private readonly ForwardPass _forward;
    private readonly double _temperature;

    /// <param name="checkpoint">Of a run on images of the same shape and classes.</param>
    /// <param name="weight">w, in (0, 1].</param>
    /// <param name="softness">T, positive.</param>
    /// <param name="capacity">Samples of a batch.</param>
    /// <param name="pool">Workers.</param>
    public Distillation(Checkpoint checkpoint, double weight, double softness, int capacity, WorkerPool pool)
    {
        (Weight, Softness, _temperature) = (weight, softness, checkpoint.Network.LogitScale(checkpoint.Options.Temperature));
        _forward = new(checkpoint.Network, capacity, pool);
    }

    /// <summary>w</summary>
    public double Weight { get; }

    /// <summary>T</summary>
    public double Softness { get; }

    /// <summary>Runs the samples of a batch.</summary>
    public void Run(ISampleSource source, int first, int rows) => _forward.Run(source, first, rows, useBatchStatistics: false);

    /// <summary>Mixes the teacher's part into loss and gradient of sample <paramref name="row"/>.</summary>
    /// <param name="row">Of the batch.</param>
    /// <param name="loss">With the labels.</param>
    /// <param name="gradients"><c>[classes]</c>, of the loss by the logits; changed.</param>
    /// <param name="logits"><c>[2 · classes]</c>: the learner's, then room; destroyed.</param>
    /// <returns>The loss of both.</returns>
    public double Blend(int row, double loss, Span<double> gradients, Span<double> logits)
    {
        Span<double> own = logits[..gradients.Length], target = logits[gradients.Length..];
        for (int c = 0; c < own.Length; c++)
        {
            own[c] /= Softness;
            target[c] = _temperature / Softness * _forward.Score(row, c);
        }
        double divergence = CrossEntropy.Divergence(own, target);
        for (int c = 0; c < own.Length; c++)
            gradients[c] = ((1 - Weight) * gradients[c]) + (Weight * Softness * (own[c] - target[c]));
        return ((1 - Weight) * loss) + (Weight * Softness * Softness * divergence);
    }
}
