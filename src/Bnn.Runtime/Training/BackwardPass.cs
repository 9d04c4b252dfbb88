using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>Loss and gradients of the batch that a <see cref="ForwardPass"/> has just run, and the optimiser's step on them.</summary>
/// <remarks>
/// Straight-through estimator: the sign of a channel passes the gradient where |y| ≤ 1, the sign of a latent weight passes it unchanged
/// (latents are kept in [−1, 1]). Both are the true gradient of the network in which sign is replaced by clipping to [−1, 1], which is
/// how <see cref="ForwardPass.IsSmooth"/> checks them. Source: arXiv:1308.3432, arXiv:1602.02830.
/// </remarks>
internal sealed unsafe class BackwardPass
{
    private const int TilesOfTask = 4;     // a panel of gradients is read from the second-level cache once for so many rows of weights
    private readonly ForwardPass _forward;
    private readonly LatentNetwork _network;
    private readonly WorkerPool _pool;
    private readonly FloatBuffer[] _right;      // gradients of the loss by the dots of layer l, [channels / 32][Capacity][32]
    private readonly FloatBuffer[] _left;       // the same, [Capacity / 12][channels][12]; unused for the first layer
    private readonly double[] _losses;
    private readonly double[][] _probabilities;
    private readonly FloatBuffer[] _scratch;    // per worker: signs of a panel, then gradients of its values
    private readonly FloatBuffer[] _weightLeft;
    private readonly FloatBuffer[] _weightGradients;
    private readonly FloatBuffer _biasGradients;
    private readonly Action<int, int> _lossTask, _inputTask, _weightTask;
    private readonly double _smoothing, _temperature;
    private byte[] _labels = [];
    private Adam _adam;
    private int _layer;

    /// <param name="forward">Its buffers are read.</param>
    /// <param name="pool">The same as that of <paramref name="forward"/>.</param>
    /// <param name="labelSmoothing">Share of the target spread over all classes.</param>
    /// <param name="temperature">Logit = temperature · (dot + rounded bias).</param>
    public BackwardPass(ForwardPass forward, WorkerPool pool, double labelSmoothing, double temperature)
    {
        (_forward, _network, _pool, _smoothing, _temperature) = (forward, forward.Network, pool, labelSmoothing, temperature);
        _right = _network.Layers.Select(layer => new FloatBuffer(forward.Capacity * layer.Stride)).ToArray();
        _left = _network.Layers.Select((layer, l) => new FloatBuffer(l == 0 ? 0 : forward.Capacity * layer.Channels)).ToArray();
        _losses = new double[forward.Capacity];
        _biasGradients = new(_network.Biases.Values.Length);
        int widest = _network.Layers.Max(layer => layer.Stride);
        FloatBuffer[] PerWorker(int length) => Enumerable.Range(0, pool.Threads).Select(_ => new FloatBuffer(length)).ToArray();
        _probabilities = Enumerable.Range(0, pool.Threads).Select(_ => new double[_network.Classes]).ToArray();
        _scratch = PerWorker((widest + forward.Capacity) * Gemm.Columns);
        _weightLeft = PerWorker(TilesOfTask * Gemm.Rows * forward.Capacity);
        _weightGradients = PerWorker(TilesOfTask * Gemm.Rows * widest);
        (_lossTask, _inputTask, _weightTask) = (LossOfTile, GradientOfInputs, GradientOfWeights);
    }

    /// <summary>If set, gradients are copied here, <c>[layers][inputs · stride]</c>, and the weights stay as they are. For gradient checks.</summary>
    public float[][]? WeightGradients { get; init; }

    /// <summary>Like <see cref="WeightGradients"/>, for the shifts: <c>[hidden layers][stride]</c>.</summary>
    public float[][]? ShiftGradients { get; init; }

    /// <summary>Like <see cref="WeightGradients"/>, for the scales: <c>[hidden layers][stride]</c>.</summary>
    public float[][]? ScaleGradients { get; init; }

    /// <summary>Gradients of the biases of the last step, <c>[stride]</c>.</summary>
    public ReadOnlySpan<float> BiasGradients => _biasGradients.Span;

    /// <summary>Computes the mean loss of the batch, in nats, and takes one step against its gradient.</summary>
    /// <param name="labels"><c>[rows]</c>, at least as many as the batch has.</param>
    /// <param name="learningRate">Of this step.</param>
    public double Step(byte[] labels, double learningRate)
    {
        _labels = labels;
        _adam = new(learningRate, ++_network.OptimizerSteps);
        _pool.Run(Gemm.LeftPanels(_forward.Rows), _lossTask);
        for (_layer = _network.Layers.Length - 1; _layer >= 0; _layer--)
        {
            LatentLayer layer = _network.Layers[_layer];
            if (_layer > 0)
                _pool.Run(Gemm.RightPanels(layer.Inputs), _inputTask);
            _pool.Run((layer.Inputs + (TilesOfTask * Gemm.Rows) - 1) / (TilesOfTask * Gemm.Rows), _weightTask);
        }
        StepBiases();
        double loss = 0;
        for (int row = 0; row < _forward.Rows; row++)
            loss += _losses[row];
        return loss / _forward.Rows;
    }

    // Softmax and cross-entropy of twelve samples: gradient by a dot = temperature · (p − target) / rows.
    private void LossOfTile(int tile, int worker)
    {
        int last = _network.Layers.Length - 1, classes = _network.Classes, capacity = _forward.Capacity;
        double[] p = _probabilities[worker];
        int first = tile * Gemm.Rows, rows = Math.Min(Gemm.Rows, _forward.Rows - first);
        for (int row = first; row < first + rows; row++)
        {
            for (int c = 0; c < classes; c++)
            {
                float dot = _forward.Dots[last].Pointer[((((long)c >> 5) * capacity) + row) * Gemm.Columns + (c & 31)];
                float bias = _network.Biases.Values.Pointer[c];
                p[c] = _temperature * (dot + (_forward.IsSmooth ? bias : LatentNetwork.RoundBias(bias)));
            }
            _losses[row] = CrossEntropy.Evaluate(p, _labels[row], _smoothing);
            for (int c = 0; c < classes; c++)
            {
                double target = (c == _labels[row] ? 1 - _smoothing : 0) + (_smoothing / classes);
                _right[last].Pointer[((((long)c >> 5) * capacity) + row) * Gemm.Columns + (c & 31)] = (float)((p[c] - target) * _temperature / _forward.Rows);
            }
        }
        if (last > 0)
        {
            for (int c = 0; c < classes; c += Gemm.Columns)
                PackLeft(last, c / Gemm.Columns, first);
        }
    }

    // Gradient by 32 inputs of the layer, through the batch norm that gave them, to the dots of the layer before.
    private void GradientOfInputs(int panel, int worker)
    {
        LatentLayer layer = _network.Layers[_layer];
        int rows = _forward.Rows, tiles = Gemm.LeftPanels(rows), first = panel * Gemm.Columns;
        float* signs = _scratch[worker].Pointer, gradients = signs + (layer.Channels * Gemm.Columns);
        int width = Math.Min(Gemm.Columns, layer.Inputs - first);
        for (int j = 0; j < Gemm.Columns; j++)
        {
            float* weights = layer.Weights.Values.Pointer + ((long)(first + j) * layer.Stride);
            for (int c = 0; c < layer.Channels; c++)
                signs[(c * Gemm.Columns) + j] = j >= width ? 0 : _forward.IsSmooth ? weights[c] : weights[c] >= 0 ? 1 : -1;
        }
        new Span<float>(gradients, tiles * Gemm.Rows * Gemm.Columns).Clear();
        for (int k = 0; k < layer.Channels; k += Gemm.BlockK)
        {
            int length = Math.Min(Gemm.BlockK, layer.Channels - k);
            for (int tile = 0; tile < tiles; tile++)
            {
                float* left = _left[_layer].Pointer + ((((long)tile * layer.Channels) + k) * Gemm.Rows);
                Gemm.Tile(length, left, signs + (k * Gemm.Columns), gradients + (tile * Gemm.Rows * Gemm.Columns), Gemm.Columns);
            }
        }
        for (int column = 0; column < Gemm.Columns; column += V.Count)
            ThroughNorm(_layer - 1, panel, column, gradients + column);
        if (_layer > 1)
        {
            for (int row = 0; row < rows; row += Gemm.Rows)
                PackLeft(_layer - 1, panel, row);
        }
    }

    // With g = mask · gradient by y and x̂ = (dot − mean) / σ: d shift = Σ g, d scale = Σ g·x̂, d dot = scale / σ · (g − d shift / n − x̂ · d scale / n).
    private void ThroughNorm(int layer, int panel, int column, float* gradients)
    {
        BatchNorm norm = _network.Norms[layer];
        int channel = (panel * Gemm.Columns) + column;
        long offset = ((long)panel * _forward.Capacity * Gemm.Columns) + column;
        float* dots = _forward.Dots[layer].Pointer + offset;
        float* results = _right[layer].Pointer + offset;
        V mean = Vector256.Load(_forward.Means[layer].Pointer + channel), inverse = Vector256.Load(_forward.InverseDeviations[layer].Pointer + channel);
        V factor = Vector256.Load(_forward.Factors[layer].Pointer + channel), shift = Vector256.Load(norm.Shift.Values.Pointer + channel);
        V shiftGradient = V.Zero, scaleGradient = V.Zero;
        for (int row = 0; row < _forward.Rows; row++)
        {
            V dot = Vector256.Load(dots + (row * Gemm.Columns));
            V y = BatchNorm.Normalize(dot, mean, factor, shift);
            V g = Vector256.Load(gradients + (row * Gemm.Columns)) & Vector256.LessThanOrEqual(Vector256.Abs(y), V.One);
            g.Store(gradients + (row * Gemm.Columns));
            shiftGradient += g;
            scaleGradient = Vector256.FusedMultiplyAdd(g, (dot - mean) * inverse, scaleGradient);
        }
        V meanShift = shiftGradient / Vector256.Create((float)_forward.Rows), meanScale = scaleGradient / Vector256.Create((float)_forward.Rows);
        for (int row = 0; row < _forward.Rows; row++)
        {
            V normal = (Vector256.Load(dots + (row * Gemm.Columns)) - mean) * inverse;
            V g = Vector256.Load(gradients + (row * Gemm.Columns)) - meanShift;
            (factor * Vector256.FusedMultiplyAdd(-normal, meanScale, g)).Store(results + (row * Gemm.Columns));
        }
        float* sums = stackalloc float[V.Count];
        shiftGradient.Store(sums);
        StepOrKeep(norm.Shift, channel, V.Count, sums, float.PositiveInfinity, ShiftGradients?[layer]);
        if (norm.Scale is null)
            return;
        scaleGradient.Store(sums);
        StepOrKeep(norm.Scale, channel, V.Count, sums, float.PositiveInfinity, ScaleGradients?[layer]);
    }

    // Gradient by 48 rows of weights: d W[input, channel] = Σ over samples of value · d dot; then their step.
    private void GradientOfWeights(int task, int worker)
    {
        LatentLayer layer = _network.Layers[_layer];
        int rows = _forward.Rows, first = task * TilesOfTask * Gemm.Rows;
        int inputs = Math.Min(TilesOfTask * Gemm.Rows, layer.Inputs - first), tiles = Gemm.LeftPanels(inputs);
        float* left = _weightLeft[worker].Pointer, gradients = _weightGradients[worker].Pointer;
        int valueStride = Gemm.RightPanels(layer.Inputs) * Gemm.Columns;
        for (int tile = 0; tile < tiles; tile++)
        {
            Gemm.PackColumns(_forward.Values[_layer].Pointer + first + (tile * Gemm.Rows), valueStride, Math.Min(Gemm.Rows, inputs - (tile * Gemm.Rows)),
                rows, left + (tile * Gemm.Rows * rows));
        }
        new Span<float>(gradients, tiles * Gemm.Rows * layer.Stride).Clear();
        for (int panel = 0; panel < layer.Panels; panel++)
        {
            float* right = _right[_layer].Pointer + ((long)panel * _forward.Capacity * Gemm.Columns);
            for (int k = 0; k < rows; k += Gemm.BlockK)
            {
                for (int tile = 0; tile < tiles; tile++)
                {
                    Gemm.Tile(Math.Min(Gemm.BlockK, rows - k), left + (((tile * rows) + k) * Gemm.Rows), right + (k * Gemm.Columns),
                        gradients + (tile * Gemm.Rows * layer.Stride) + (panel * Gemm.Columns), layer.Stride);
                }
            }
        }
        StepOrKeep(layer.Weights, first * layer.Stride, inputs * layer.Stride, gradients, 1, WeightGradients?[_layer]);
    }

    private void StepBiases()
    {
        int last = _network.Layers.Length - 1;
        Span<float> sums = _biasGradients.Span;
        sums.Clear();
        for (int c = 0; c < _network.Classes; c++)
        {
            for (int row = 0; row < _forward.Rows; row++)
                sums[c] += _right[last].Pointer[((((long)c >> 5) * _forward.Capacity) + row) * Gemm.Columns + (c & 31)];
        }
        if (WeightGradients is null)
            _adam.Update(_network.Biases, 0, sums.Length, _biasGradients.Pointer, float.PositiveInfinity);
    }

    private void StepOrKeep(TrainedArray array, int first, int count, float* gradients, float bound, float[]? kept)
    {
        if (kept is not null)
            new ReadOnlySpan<float>(gradients, count).CopyTo(kept.AsSpan(first));
        else
            _adam.Update(array, first, count, gradients, bound);
    }

    private void PackLeft(int layer, int panel, int row)
    {
        int channels = _network.Layers[layer].Channels, first = panel * Gemm.Columns;
        float* source = _right[layer].Pointer + ((((long)panel * _forward.Capacity) + row) * Gemm.Columns);
        Gemm.PackRows(source, Gemm.Columns, Math.Min(Gemm.Rows, _forward.Rows - row), Math.Min(Gemm.Columns, channels - first),
            _left[layer].Pointer + ((long)row * channels) + (first * Gemm.Rows));
    }
}
