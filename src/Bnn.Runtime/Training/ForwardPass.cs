using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>Runs a batch through the latent network in floats, and keeps what the backward pass needs.</summary>
/// <remarks>
/// Every dot is an integer below 2^24, so it is exact in any order. A task is one panel of 32 channels: it takes the signs of its weights,
/// multiplies, normalises and writes the bits, so that nothing but the bits leaves the cache between two layers.
/// </remarks>
internal sealed unsafe class ForwardPass
{
    private readonly WorkerPool _pool;
    private readonly SampleEncoder _encoder;
    private readonly FloatBuffer[] _signs;          // [workers][BlockK][32]
    private readonly Action<int, int> _encodeTask;
    private readonly Action<int, int> _layerTask;
    private ISampleSource? _source;
    private int _first;
    private int _layer;
    private bool _stopAtDots;
    private bool _useBatchStatistics;

    public ForwardPass(LatentNetwork network, int capacity, WorkerPool pool)
    {
        (Network, Capacity, _pool) = (network, Gemm.LeftPanels(capacity) * Gemm.Rows, pool);
        _encoder = new(network.Input, network.Encoding);
        _encodeTask = EncodeTile;
        _layerTask = RunPanel;
        Values = network.Layers.Select(layer => new FloatBuffer(checked(Capacity * Gemm.RightPanels(layer.Inputs) * Gemm.Columns))).ToArray();
        Left = network.Layers.Select(layer => new FloatBuffer(checked(Capacity * layer.Inputs))).ToArray();
        Dots = network.Layers.Select(layer => new FloatBuffer(checked(Capacity * layer.Stride))).ToArray();
        Means = network.Norms.Select(norm => new FloatBuffer(norm.Mean.Length)).ToArray();
        InverseDeviations = network.Norms.Select(norm => new FloatBuffer(norm.Mean.Length)).ToArray();
        Factors = network.Norms.Select(norm => new FloatBuffer(norm.Mean.Length)).ToArray();
        _signs = Enumerable.Range(0, pool.Threads).Select(_ => new FloatBuffer(Gemm.BlockK * Gemm.Columns)).ToArray();
    }

    public LatentNetwork Network { get; }

    /// <summary>Rows that fit, a multiple of 12.</summary>
    public int Capacity { get; }

    /// <summary>Replaces both signs by something with a slope, for gradient checks: the latent weight itself, and y clipped to [−1, 1].</summary>
    public bool IsSmooth { get; init; }

    /// <summary>Rows of the batch.</summary>
    public int Rows { get; private set; }

    /// <summary>What layer l sees, <c>[Capacity, inputs rounded up to 32]</c>.</summary>
    public FloatBuffer[] Values { get; }

    /// <summary>The same as left panels, <c>[Capacity / 12][inputs][12]</c>.</summary>
    public FloatBuffer[] Left { get; }

    /// <summary>Dots of layer l as right panels, <c>[channels / 32][Capacity][32]</c>.</summary>
    public FloatBuffer[] Dots { get; }

    /// <summary>Means that the last pass used.</summary>
    public FloatBuffer[] Means { get; }

    /// <summary>1 / √(variance + ε) that the last pass used.</summary>
    public FloatBuffer[] InverseDeviations { get; }

    /// <summary>The same times scale.</summary>
    public FloatBuffer[] Factors { get; }

    /// <summary>Runs <paramref name="rows"/> samples through all layers; the scores without bias are the dots of the last one.</summary>
    /// <param name="source">Where samples come from.</param>
    /// <param name="first">Index of the first one.</param>
    /// <param name="rows">In [1, <see cref="Capacity"/>].</param>
    /// <param name="useBatchStatistics">Whether to normalise with mean and variance of this batch and to move the running ones; else by the running ones.</param>
    public void Run(ISampleSource source, int first, int rows, bool useBatchStatistics) =>
        RunTo(Network.Layers.Length - 1, source, first, rows, useBatchStatistics);

    /// <summary>Runs up to the dots of layer <paramref name="last"/>, which are not normalised.</summary>
    public void RunTo(int last, ISampleSource source, int first, int rows, bool useBatchStatistics)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Capacity);
        (_source, _first, Rows, _useBatchStatistics) = (source, first, rows, useBatchStatistics);
        _pool.Run(Gemm.LeftPanels(rows), _encodeTask);
        for (_layer = 0; _layer <= last; _layer++)
        {
            _stopAtDots = _layer == last;
            _pool.Run(Network.Layers[_layer].Panels, _layerTask);
        }
    }

    private void EncodeTile(int tile, int worker)
    {
        int inputs = Network.Layers[0].Inputs;
        int stride = Gemm.RightPanels(inputs) * Gemm.Columns;
        int first = tile * Gemm.Rows;
        int rows = Math.Min(Gemm.Rows, Rows - first);
        for (int row = first; row < first + rows; row++)
            _encoder.Encode(_source!.Sample(_first + row, worker), Values[0].Pointer + ((long)row * stride));
        Gemm.PackRows(Values[0].Pointer + ((long)first * stride), stride, rows, inputs, Left[0].Pointer + ((long)first * inputs));
    }

    private void RunPanel(int panel, int worker)
    {
        LatentLayer layer = Network.Layers[_layer];
        float* dots = Dots[_layer].Pointer + ((long)panel * Capacity * Gemm.Columns);
        int tiles = Gemm.LeftPanels(Rows);
        new Span<float>(dots, tiles * Gemm.Rows * Gemm.Columns).Clear();
        float* signs = _signs[worker].Pointer;
        for (int k = 0; k < layer.Inputs; k += Gemm.BlockK)
        {
            int length = Math.Min(Gemm.BlockK, layer.Inputs - k);
            PackSigns(layer.Weights.Values.Pointer + ((long)k * layer.Stride) + (panel * Gemm.Columns), layer.Stride, length, signs);
            for (int tile = 0; tile < tiles; tile++)
            {
                float* left = Left[_layer].Pointer + ((((long)tile * layer.Inputs) + k) * Gemm.Rows);
                Gemm.Tile(length, left, signs, dots + (tile * Gemm.Rows * Gemm.Columns), Gemm.Columns);
            }
        }
        if (_stopAtDots)
            return;
        for (int column = 0; column < Gemm.Columns; column += V.Count)
            NormalizeColumns(dots + column, (panel * Gemm.Columns) + column);
        PackNext(panel);
    }

    private void PackSigns(float* weights, int stride, int rows, float* signs)
    {
        for (int k = 0; k < rows; k++, weights += stride, signs += Gemm.Columns)
        {
            for (int column = 0; column < Gemm.Columns; column += V.Count)
            {
                V weight = Vector256.Load(weights + column);
                (IsSmooth ? weight : Sign(weight)).Store(signs + column);
            }
        }
    }

    // Eight channels from `channel` on: statistics, then the bits for the next layer.
    private void NormalizeColumns(float* dots, int channel)
    {
        BatchNorm norm = Network.Norms[_layer];
        V mean = Vector256.Load(norm.Mean.Pointer + channel);
        V variance = Vector256.Load(norm.Variance.Pointer + channel);
        if (_useBatchStatistics)
        {
            V runningMean = mean, runningVariance = variance, rows = Vector256.Create((float)Rows), momentum = Vector256.Create(BatchNorm.Momentum);
            mean = variance = V.Zero;
            for (int row = 0; row < Rows; row++)
                mean += Vector256.Load(dots + (row * Gemm.Columns));
            mean /= rows;
            for (int row = 0; row < Rows; row++)
            {
                V difference = Vector256.Load(dots + (row * Gemm.Columns)) - mean;
                variance = Vector256.FusedMultiplyAdd(difference, difference, variance);
            }
            variance /= rows;
            Vector256.FusedMultiplyAdd(momentum, mean - runningMean, runningMean).Store(norm.Mean.Pointer + channel);
            Vector256.FusedMultiplyAdd(momentum, variance - runningVariance, runningVariance).Store(norm.Variance.Pointer + channel);
        }
        V inverse = V.One / Vector256.Sqrt(variance + Vector256.Create(BatchNorm.Epsilon));
        V factor = norm.Scale is null ? inverse : inverse * Vector256.Load(norm.Scale.Values.Pointer + channel);
        V shift = Vector256.Load(norm.Shift.Values.Pointer + channel);
        mean.Store(Means[_layer].Pointer + channel);
        inverse.Store(InverseDeviations[_layer].Pointer + channel);
        factor.Store(Factors[_layer].Pointer + channel);

        int stride = Network.Layers[_layer].Stride;
        float* values = Values[_layer + 1].Pointer + channel;
        for (int row = 0; row < Rows; row++)
        {
            V y = BatchNorm.Normalize(Vector256.Load(dots + (row * Gemm.Columns)), mean, factor, shift);
            (IsSmooth ? Vector256.Min(Vector256.Max(y, -V.One), V.One) : Sign(y)).Store(values + ((long)row * stride));
        }
    }

    private void PackNext(int panel)
    {
        int stride = Network.Layers[_layer].Stride;
        int inputs = Network.Layers[_layer].Channels;
        int first = panel * Gemm.Columns;
        int width = Math.Min(Gemm.Columns, inputs - first);
        for (int row = 0; row < Rows; row += Gemm.Rows)
        {
            Gemm.PackRows(Values[_layer + 1].Pointer + ((long)row * stride) + first, stride, Math.Min(Gemm.Rows, Rows - row), width,
                Left[_layer + 1].Pointer + ((long)row * inputs) + (first * Gemm.Rows));
        }
    }

    /// <summary>+1 where x ≥ 0, else −1.</summary>
    internal static V Sign(V x) => Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x, V.Zero), V.One, -V.One);
}
