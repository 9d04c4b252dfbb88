using System.Runtime.Intrinsics;

namespace Bnn.Training;

/// <summary>Loss and gradients of the batch that a <see cref="ForwardPass"/> has just run, and the optimiser's step on them.</summary>
/// <remarks>
/// Straight-through estimator: the sign of a channel passes the gradient where |y| ≤ 1, the sign of a latent weight passes it unchanged
/// (latents are kept in [−1, 1]). Both are the true gradient of the network in which sign is replaced by clipping to [−1, 1], which
/// <see cref="Binarization"/> can do to check them. Source: arXiv:1308.3432, arXiv:1602.02830.
/// </remarks>
internal sealed unsafe class BackwardPass : IGradientSink
{
    private readonly ForwardPass _forward;
    private readonly LatentNetwork _network;
    private readonly double[] _losses;
    private readonly double[][] _probabilities;
    private readonly FloatBuffer _biasGradients;
    private readonly Action<int, int> _lossTask;
    private readonly double _smoothing, _temperature;
    private readonly double[][] _logits;
    private byte[] _labels = [];
    private Adam _adam;
    private Bop _bop;

    /// <param name="forward">Its stages are run backward.</param>
    /// <param name="labelSmoothing">Share of the target spread over all classes.</param>
    /// <param name="temperature">Logit = temperature · (dot + rounded bias).</param>
    public BackwardPass(ForwardPass forward, double labelSmoothing, double temperature)
    {
        (_forward, _network, _smoothing, _temperature) = (forward, forward.Network, labelSmoothing, temperature);
        _losses = new double[forward.Batch.Capacity];
        _biasGradients = new(_network.Biases.Values.Length);
        _probabilities = Enumerable.Range(0, forward.Batch.Pool.Threads).Select(_ => new double[_network.Classes]).ToArray();
        _logits = Enumerable.Range(0, forward.Batch.Pool.Threads).Select(_ => new double[2 * _network.Classes]).ToArray();
        _lossTask = LossOfTile;
    }

    /// <summary>If set, receives the gradients instead of the optimiser. For gradient checks.</summary>
    public IGradientSink? Check { get; init; }

    /// <summary>Has run the batch on its teacher before each step; null: the labels alone are the target.</summary>
    public Distillation? Distillation { get; init; }

    /// <summary>Threshold of <see cref="Training.Bop"/>, which then changes the weights; null: Adam does.</summary>
    public double? FlipThreshold { get; init; }

    /// <summary>Computes the mean loss of the batch, in nats, and takes one step against its gradient.</summary>
    /// <param name="labels"><c>[rows]</c>, at least as many as the batch has.</param>
    /// <param name="learningRate">Of Adam in this step.</param>
    /// <param name="adaptivity">Of Bop in this step.</param>
    public double Step(byte[] labels, double learningRate, double adaptivity = 0)
    {
        _labels = labels;
        _adam = new(learningRate, ++_network.OptimizerSteps);
        _bop = new((float)adaptivity, (float)FlipThreshold.GetValueOrDefault());
        IGradientSink sink = Check ?? this;
        int rows = _forward.Batch.Rows;
        _forward.Batch.Pool.Run(Gemm.LeftPanels(rows), _lossTask);
        for (int l = _forward.Stages.Length - 1; l >= 0; l--)
        {
            _forward.Batch.EnterLayer(l);
            _forward.Stages[l].Backward(sink);
        }
        StepBiases(sink);
        double loss = 0;
        for (int row = 0; row < rows; row++)
            loss += _losses[row];
        return loss / rows;
    }

    void IGradientSink.Take(TrainedArray array, int first, int count, float* gradients, float bound)
    {
        if (array.Trained is { } trained)
        {
            for (int i = 0; i < count; i += Vector256<float>.Count)
                (Vector256.Load(gradients + i) * Vector256.Load(trained.Pointer + first + i)).Store(gradients + i);
        }
        if (FlipThreshold is not null && float.IsFinite(bound))
            _bop.Update(array, first, count, gradients);
        else
            _adam.Update(array, first, count, gradients, bound);
    }

    // Softmax and cross-entropy of twelve samples: gradient by a dot = temperature · (p − target) / rows.
    private void LossOfTile(int tile, int worker)
    {
        Batch batch = _forward.Batch;
        DenseStage scores = _forward.Scores;
        int classes = _network.Classes;
        double[] p = _probabilities[worker];
        int first = tile * Gemm.Rows, rows = Math.Min(Gemm.Rows, batch.Rows - first);
        for (int row = first; row < first + rows; row++)
        {
            for (int c = 0; c < classes; c++)
                p[c] = _temperature * _forward.Score(row, c);
            p.CopyTo(_logits[worker], 0);
            _losses[row] = CrossEntropy.Evaluate(p, _labels[row], _smoothing);
            for (int c = 0; c < classes; c++)
                p[c] -= (c == _labels[row] ? 1 - _smoothing : 0) + (_smoothing / classes);
            if (Distillation is not null)
                _losses[row] = Distillation.Blend(row, _losses[row], p, _logits[worker]);
            for (int c = 0; c < classes; c++)
                scores.SetGradient(row, c, (float)(p[c] * _temperature / batch.Rows));
        }
        scores.PackGradients(first);
    }

    private void StepBiases(IGradientSink sink)
    {
        Span<float> sums = _biasGradients.Span;
        sums.Clear();
        for (int c = 0; c < _network.Classes; c++)
        {
            for (int row = 0; row < _forward.Batch.Rows; row++)
                sums[c] += _forward.Scores.Gradient(row, c);
        }
        sink.Take(_network.Biases, 0, sums.Length, _biasGradients.Pointer, float.PositiveInfinity);
    }
}
