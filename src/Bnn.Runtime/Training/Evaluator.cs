namespace Bnn.Training;

/// <summary>Runs whole data sets through the latent network in floats, with the running statistics of batch norm.</summary>
internal sealed class Evaluator
{
    private const long ProductsOfBatch = 2_000_000_000;
    private readonly ForwardPass _forward;
    private readonly double _temperature;

    public Evaluator(LatentNetwork network, WorkerPool pool, double temperature)
    {
        _temperature = temperature;
        // Maps of many channels take much memory, and a batch should take less than a tenth of a second. Its size changes no bit.
        long products = network.Layers.Sum(layer => (long)layer.Inputs * layer.Geometry.Output.Count);
        _forward = new(network, (int)Math.Clamp(ProductsOfBatch / products, Gemm.Rows, network.Architecture.HasConvolution ? 48 : 240), pool);
    }

    /// <summary>See <see cref="KeptSigns"/>; changes no bit.</summary>
    public long MostKeptWords { get; init; } = KeptSigns.MostWords;

    /// <summary>Classes, accuracy and loss over <paramref name="images"/>.</summary>
    public FloatEvaluation Run(LabeledImages images, CancellationToken cancel = default) => Run(new PlainSource(images), images.Labels, kept: null, cancel);

    /// <summary>Classes, accuracy and loss over <paramref name="source"/>, with the classes <paramref name="labels"/>.</summary>
    /// <param name="source">The samples.</param>
    /// <param name="labels">Of all samples.</param>
    /// <param name="kept">Signs to begin from; null: from the samples.</param>
    /// <param name="cancel">Checked between batches.</param>
    public FloatEvaluation Run(ISampleSource source, byte[] labels, KeptSigns? kept, CancellationToken cancel = default)
    {
        LatentNetwork network = _forward.Network;
        var scores = new double[source.Count * network.Classes];
        var logits = new double[network.Classes];
        double loss = 0;
        int correct = 0;
        for (int first = 0; first < source.Count; first += BatchSize)
        {
            cancel.ThrowIfCancellationRequested();
            int rows = Math.Min(BatchSize, source.Count - first);
            _forward.RunTo(_forward.Stages.Length - 1, source, first, rows, useBatchStatistics: false, kept);
            for (int row = 0; row < rows; row++)
            {
                Span<double> of = scores.AsSpan((first + row) * network.Classes, network.Classes);
                for (int c = 0; c < of.Length; c++)
                {
                    of[c] = _forward.Score(row, c);
                    logits[c] = _temperature * of[c];
                }
                correct += ArgMax(of) == labels[first + row] ? 1 : 0;
                loss += CrossEntropy.Evaluate(logits, labels[first + row], smoothing: 0);
            }
        }
        return new(scores, source.Count == 0 ? double.NaN : loss / source.Count, correct, source.Count);
    }

    /// <summary>Replaces running means and variances by those over <paramref name="source"/>, layer after layer: each sees the final bits before it.</summary>
    /// <remarks>
    /// Sums of integers in double: exact up to 2^53, and in a fixed order beyond. A layer is run twice, once for its sums and once for its bits, where
    /// <see cref="KeptSigns"/> holds what it reads.
    /// </remarks>
    public void ReestimateStatistics(ISampleSource source, CancellationToken cancel = default) => ReestimateStatistics(source, 0, Keep(source.Count), cancel);

    /// <summary>The same for the layers from one on.</summary>
    /// <param name="source">The samples.</param>
    /// <param name="layer">Batch norm before this one is that of the samples.</param>
    /// <param name="kept">Signs to begin from, overwritten.</param>
    /// <param name="cancel">Checked between batches.</param>
    public void ReestimateStatistics(ISampleSource source, int layer, KeptSigns kept, CancellationToken cancel = default)
    {
        LatentNetwork network = _forward.Network;
        for (int l = layer; l < network.Norms.Length; l++)
        {
            BatchNorm norm = network.Norms[l];
            var sums = new double[norm.Channels];
            var squares = new double[norm.Channels];
            Stage stage = _forward.Stages[l];
            RunTo(l, source, kept, () => stage.AddStatistics(sums, squares), cancel);
            double count = (double)source.Count * network.Layers[l].Geometry.Positions;
            for (int c = 0; c < norm.Channels; c++)
                (norm.Mean.Span[c], norm.Variance.Span[c]) = BatchNorm.Moments(sums[c], squares[c], count);
        }
    }

    /// <summary>A store for so many samples, empty.</summary>
    public KeptSigns Keep(int samples) => new(_forward, samples, MostKeptWords);

    /// <summary>What is kept of another network, for this one.</summary>
    public KeptSigns Keep(KeptSigns other, bool goesOn) => new(other, _forward, goesOn);

    /// <summary>Runs up to the sums of a layer over all samples, and keeps the signs before it where they fit.</summary>
    /// <param name="layer">Last one that is run.</param>
    /// <param name="source">The samples.</param>
    /// <param name="kept">Signs to begin from, overwritten.</param>
    /// <param name="next">Called for each batch.</param>
    /// <param name="cancel">Checked between batches.</param>
    public void RunTo(int layer, ISampleSource source, KeptSigns kept, Action? next = null, CancellationToken cancel = default)
    {
        kept.BeginPass(layer);
        for (int first = 0; first < source.Count; first += BatchSize)
        {
            cancel.ThrowIfCancellationRequested();
            _forward.RunTo(layer, source, first, Math.Min(BatchSize, source.Count - first), useBatchStatistics: false, kept);
            next?.Invoke();
        }
        kept.EndPass();
    }

    /// <summary>For each bit of the hidden layers the number of <paramref name="images"/> on which it is +1, <c>[hidden layers][channels · positions]</c>.</summary>
    public long[][] CountActive(LabeledImages images)
    {
        LatentNetwork network = _forward.Network;
        long[][] active = network.Layers[..^1].Select(layer => new long[layer.Geometry.Result.Count]).ToArray();
        var source = new PlainSource(images);
        for (int first = 0; first < images.Count; first += BatchSize)
        {
            int rows = Math.Min(BatchSize, images.Count - first);
            _forward.Run(source, first, rows, useBatchStatistics: false);
            for (int l = 0; l < active.Length; l++)
            {
                int positions = network.Layers[l].Geometry.Positions;
                for (int row = 0; row < rows; row++)
                {
                    for (int i = 0; i < active[l].Length; i++)
                        active[l][i] += _forward.Stages[l].Bit(row, i / positions, i % positions) ? 1 : 0;
                }
            }
        }
        return active;
    }

    /// <summary>The bits of every hidden layer for one sample, <c>[hidden layers][channels · positions]</c>.</summary>
    public bool[][] HiddenBits(LabeledImages images, int index)
    {
        _forward.Run(new PlainSource(images), index, rows: 1, useBatchStatistics: false);
        return _forward.Stages[..^1].Select(stage => Enumerable.Range(0, stage.Layer.Geometry.Result.Count)
            .Select(i => stage.Bit(row: 0, i / stage.Layer.Geometry.Positions, i % stage.Layer.Geometry.Positions)).ToArray()).ToArray();
    }

    /// <summary>Index of the first of the highest scores, as in a folded network.</summary>
    internal static int ArgMax(ReadOnlySpan<double> scores)
    {
        int best = 0;
        for (int c = 1; c < scores.Length; c++)
            best = scores[c] > scores[best] ? c : best;
        return best;
    }

    private int BatchSize => _forward.Batch.Capacity;
}

/// <summary>What the float network makes of a data set.</summary>
/// <param name="Scores"><c>[n, classes]</c></param>
/// <param name="Loss">Mean cross-entropy in nats; NaN without samples.</param>
/// <param name="Correct">Samples that were classified rightly.</param>
/// <param name="Samples">All.</param>
internal sealed record FloatEvaluation(double[] Scores, double Loss, int Correct, int Samples)
{
    /// <summary>Share in [0, 1]; NaN without samples.</summary>
    public double Accuracy => (double)Correct / Samples;
}
