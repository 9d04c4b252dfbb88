namespace Bnn.Training;

/// <summary>Runs whole data sets through the latent network in floats, with the running statistics of batch norm.</summary>
internal sealed unsafe class Evaluator
{
    private const int BatchSize = 240;
    private readonly WorkerPool _pool;
    private readonly ForwardPass _forward;
    private readonly double _temperature;

    public Evaluator(LatentNetwork network, WorkerPool pool, double temperature)
    {
        (_pool, _temperature) = (pool, temperature);
        _forward = new(network, BatchSize, pool);
    }

    /// <summary>Classes, accuracy and loss over <paramref name="images"/>.</summary>
    public FloatEvaluation Run(LabeledImages images)
    {
        LatentNetwork network = _forward.Network;
        var scores = new int[images.Count * network.Classes];
        var logits = new double[network.Classes];
        var source = new PlainSource(images);
        double loss = 0;
        int correct = 0;
        for (int first = 0; first < images.Count; first += BatchSize)
        {
            int rows = Math.Min(BatchSize, images.Count - first);
            _forward.Run(source, first, rows, useBatchStatistics: false);
            for (int row = 0; row < rows; row++)
            {
                Span<int> of = scores.AsSpan((first + row) * network.Classes, network.Classes);
                for (int c = 0; c < of.Length; c++)
                {
                    of[c] = (int)Dot(network.Layers.Length - 1, row, c) + network.Bias(c);
                    logits[c] = _temperature * of[c];
                }
                correct += Inference.Reference.ArgMax(of) == images.Labels[first + row] ? 1 : 0;
                loss += CrossEntropy.Evaluate(logits, images.Labels[first + row], smoothing: 0);
            }
        }
        return images.Count == 0 ? new(scores, double.NaN, double.NaN) : new(scores, loss / images.Count, (double)correct / images.Count);
    }

    /// <summary>Replaces running means and variances by those over <paramref name="source"/>, layer after layer: each sees the final bits before it.</summary>
    /// <remarks>Sums of integers in double: exact up to 2^53, and in a fixed order beyond.</remarks>
    public void ReestimateStatistics(ISampleSource source)
    {
        LatentNetwork network = _forward.Network;
        for (int l = 0; l < network.Norms.Length; l++)
        {
            BatchNorm norm = network.Norms[l];
            var sums = new double[norm.Channels];
            var squares = new double[norm.Channels];
            for (int first = 0; first < source.Count; first += BatchSize)
            {
                int rows = Math.Min(BatchSize, source.Count - first);
                _forward.RunTo(l, source, first, rows, useBatchStatistics: false);
                _pool.Run(network.Layers[l].Panels, (panel, _) =>
                {
                    for (int c = panel * Gemm.Columns; c < Math.Min(norm.Channels, (panel + 1) * Gemm.Columns); c++)
                    {
                        for (int row = 0; row < rows; row++)
                        {
                            double dot = Dot(l, row, c);
                            sums[c] += dot;
                            squares[c] += dot * dot;
                        }
                    }
                });
            }
            for (int c = 0; c < norm.Channels; c++)
            {
                double mean = sums[c] / source.Count;
                norm.Mean.Span[c] = (float)mean;
                norm.Variance.Span[c] = (float)Math.Max(0, (squares[c] / source.Count) - (mean * mean));
            }
        }
    }

    /// <summary>For each hidden channel the number of <paramref name="images"/> on which it gives +1, <c>[hidden layers][channels]</c>.</summary>
    public long[][] CountActive(LabeledImages images)
    {
        LatentNetwork network = _forward.Network;
        long[][] active = network.Norms.Select(norm => new long[norm.Channels]).ToArray();
        var source = new PlainSource(images);
        for (int first = 0; first < images.Count; first += BatchSize)
        {
            int rows = Math.Min(BatchSize, images.Count - first);
            _forward.Run(source, first, rows, useBatchStatistics: false);
            for (int l = 0; l < active.Length; l++)
            {
                for (int row = 0; row < rows; row++)
                {
                    for (int c = 0; c < active[l].Length; c++)
                        active[l][c] += Bit(l, row, c) ? 1 : 0;
                }
            }
        }
        return active;
    }

    /// <summary>The bits of every hidden layer for one sample, <c>[hidden layers][channels]</c>.</summary>
    public bool[][] HiddenBits(LabeledImages images, int index)
    {
        _forward.Run(new PlainSource(images), index, rows: 1, useBatchStatistics: false);
        return _forward.Network.Norms.Select((norm, l) => Enumerable.Range(0, norm.Channels).Select(c => Bit(l, row: 0, c)).ToArray()).ToArray();
    }

    private float Dot(int layer, int row, int channel) =>
        _forward.Dots[layer].Pointer[(((((long)channel >> 5) * _forward.Capacity) + row) * Gemm.Columns) + (channel & 31)];

    private bool Bit(int layer, int row, int channel) =>
        _forward.Values[layer + 1].Pointer[((long)row * _forward.Network.Layers[layer].Stride) + channel] > 0;
}

/// <summary>What the float network makes of a data set.</summary>
/// <param name="Scores"><c>[n, classes]</c></param>
/// <param name="Loss">Mean cross-entropy in nats; NaN without samples.</param>
/// <param name="Accuracy">Share in [0, 1]; NaN without samples.</param>
internal sealed record FloatEvaluation(int[] Scores, double Loss, double Accuracy);
