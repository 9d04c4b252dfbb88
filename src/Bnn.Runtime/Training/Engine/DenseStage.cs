using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>A stage whose channels see every value: hidden dense layers and scores.</summary>
/// <remarks>
/// Every dot is an integer below 2^24, so it is exact in any order. A task is one panel of 32 channels: it takes the signs of its weights,
/// multiplies, normalises and writes the bits, so that between two dense stages nothing but the bits leaves the cache.
/// Sum-scores see the sum of each channel over its positions, which gives the same scores as adding up the scores of all positions.
/// </remarks>
internal sealed unsafe class DenseStage : Stage
{
    private const int TilesOfTask = 4;     // a panel of gradients is read from the second-level cache once for so many rows of weights
    private readonly int _stride;                   // of values
    private readonly int _positions;                // summed into one value; 1 but for sum-scores
    private readonly FloatBuffer _values;           // what the stage sees, [Capacity, inputs rounded up to 32]
    private readonly FloatBuffer _left;             // the same as left panels, [Capacity / 12][inputs][12]
    private readonly FloatBuffer _dots;             // right panels, [channels / 32][Capacity][32]
    private readonly FloatBuffer _gradients;        // of the loss by the dots, like them
    private readonly FloatBuffer _gradientsLeft;    // the same, [Capacity / 12][channels][12]; unused for the first stage
    private readonly FloatBuffer[] _signs;          // per worker: [BlockK][32]
    private readonly FloatBuffer[] _image;          // per worker: what is summed over positions
    private readonly FloatBuffer[] _scratch;        // per worker: signs of a panel of inputs, then gradients of its values
    private readonly FloatBuffer[] _weightLeft;
    private readonly FloatBuffer[] _weightGradients;
    private readonly Action<int, int> _fillTask, _panelTask, _inputTask, _weightTask, _statisticsTask;
    private bool _stopAtSums;
    private IGradientSink _sink = null!;
    private double[] _sums = [], _squares = [];

    public DenseStage(Batch batch, LatentLayer layer, BatchNorm? norm, Stage? previous)
        : base(batch, layer, norm, previous)
    {
        _stride = Gemm.RightPanels(layer.Inputs) * Gemm.Columns;
        _positions = layer.Geometry.Kind == LayerKind.SumScores ? layer.Geometry.Input.Height * layer.Geometry.Input.Width : 1;
        int capacity = batch.Capacity;
        _values = new(checked(capacity * _stride));
        _left = new(checked(capacity * layer.Inputs));
        _dots = new(checked(capacity * layer.Stride));
        _gradients = new(checked(capacity * layer.Stride));
        _gradientsLeft = new(previous is null ? 0 : checked(capacity * layer.Channels));
        _signs = batch.PerWorker(Gemm.BlockK * Gemm.Columns);
        _image = batch.PerWorker(_positions == 1 ? 0 : checked(layer.Inputs * _positions));
        _scratch = batch.PerWorker((layer.Channels + Transposition.Block + capacity) * Gemm.Columns);
        _weightLeft = batch.PerWorker(TilesOfTask * Gemm.Rows * capacity);
        _weightGradients = batch.PerWorker(TilesOfTask * Gemm.Rows * layer.Stride);
        (_fillTask, _panelTask, _inputTask, _weightTask, _statisticsTask) = (FillTile, RunPanel, GradientOfInputs, GradientOfWeights, AddPanel);
    }

    // The bits of a dense stage are written by its own panels.
    private bool FillsItself => Previous is not DenseStage;

    /// <inheritdoc/>
    public override void Forward(bool stopAtSums)
    {
        _stopAtSums = stopAtSums;
        if (FillsItself)
            Batch.Pool.Run(Gemm.LeftPanels(Batch.Rows), _fillTask, Encoder is null ? TrainingPhase.Normalize : TrainingPhase.Encode);
        RefreshMask();
        Batch.Pool.Run(Layer.Panels, _panelTask, TrainingPhase.Forward);
    }

    /// <inheritdoc/>
    public override void Backward(IGradientSink sink)
    {
        _sink = sink;
        if (Previous is not null)
            Batch.Pool.Run(Gemm.RightPanels(Layer.Inputs), _inputTask, TrainingPhase.InputGradient);
        int rows = TilesOfTask * Gemm.Rows;
        Batch.Pool.Run((Layer.Inputs + rows - 1) / rows, _weightTask, TrainingPhase.WeightGradient);
    }

    /// <inheritdoc/>
    public override float Sum(int row, int channel, int position) => *Item(_dots, row, channel);

    /// <summary>Sets the gradient of the loss by a dot. Call <see cref="PackGradients(int)"/> when twelve rows are complete.</summary>
    public void SetGradient(int row, int channel, float gradient) => *Item(_gradients, row, channel) = gradient;

    /// <summary>The gradient of the loss by a dot.</summary>
    public float Gradient(int row, int channel) => *Item(_gradients, row, channel);

    /// <summary>Makes the gradients of up to twelve rows from <paramref name="row"/> on ready for the stage before.</summary>
    public void PackGradients(int row)
    {
        for (int panel = 0; panel < Layer.Panels && Previous is not null; panel++)
            PackGradients(row, panel);
    }

    /// <inheritdoc/>
    public override void AddStatistics(double[] sums, double[] squares)
    {
        (_sums, _squares) = (sums, squares);
        Batch.Pool.Run(Layer.Panels, _statisticsTask);
    }

    private float* Item(FloatBuffer panels, int row, int channel) => panels.Pointer + (((((long)channel >> 5) * Batch.Capacity) + row) * Gemm.Columns) + (channel & 31);

    private void AddPanel(int panel, int worker)
    {
        for (int c = panel * Gemm.Columns; c < Math.Min(Layer.Channels, (panel + 1) * Gemm.Columns); c++)
        {
            for (int row = 0; row < Batch.Rows; row++)
            {
                double dot = Sum(row, c, 0);
                _sums[c] += dot;
                _squares[c] += dot * dot;
            }
        }
    }

    private void FillTile(int tile, int worker)
    {
        int first = tile * Gemm.Rows;
        int rows = Math.Min(Gemm.Rows, Batch.Rows - first);
        for (int row = first; row < first + rows; row++)
        {
            float* values = _values.Pointer + ((long)row * _stride);
            float* image = _positions == 1 ? values : _image[worker].Pointer;
            if (Encoder is not null)
                Batch.Encode(Encoder, row, worker, image);
            else
                ((ConvolutionStage)Previous!).WriteBits(row, image);
            if (_positions > 1)
                SumPositions(image, values);
        }
        Gemm.PackRows(_values.Pointer + ((long)first * _stride), _stride, rows, Layer.Inputs, _left.Pointer + ((long)first * Layer.Inputs));
    }

    private void SumPositions(float* image, float* values)
    {
        for (int channel = 0; channel < Layer.Inputs; channel++, image += _positions)
        {
            float sum = 0;
            for (int i = 0; i < _positions; i++)
                sum += image[i];
            values[channel] = sum;
        }
    }

    private void RunPanel(int panel, int worker)
    {
        float* dots = _dots.Pointer + ((long)panel * Batch.Capacity * Gemm.Columns);
        int tiles = Gemm.LeftPanels(Batch.Rows);
        new Span<float>(dots, tiles * Gemm.Rows * Gemm.Columns).Clear();
        float* signs = _signs[worker].Pointer;
        for (int k = 0; k < Layer.Inputs; k += Gemm.BlockK)
        {
            int length = Math.Min(Gemm.BlockK, Layer.Inputs - k);
            PackWeights(((long)k * Layer.Stride) + (panel * Gemm.Columns), length, signs);
            for (int tile = 0; tile < tiles; tile++)
            {
                float* left = _left.Pointer + ((((long)tile * Layer.Inputs) + k) * Gemm.Rows);
                Gemm.Tile(length, left, signs, dots + (tile * Gemm.Rows * Gemm.Columns), Gemm.Columns);
            }
        }
        if (_stopAtSums || Norm is null)
            return;
        Batch.Enter(worker, TrainingPhase.Normalize);
        for (int column = 0; column < Gemm.Columns; column += V.Count)
            NormalizeColumns((DenseStage)Next!, dots + column, (panel * Gemm.Columns) + column);
        PackNext((DenseStage)Next!, panel);
    }

    private void PackWeights(long offset, int rows, float* signs)
    {
        if (Layer.Mask is { } mask)
        {
            float* ternary = mask.Weights.Pointer + offset;
            for (int k = 0; k < rows; k++, ternary += Layer.Stride, signs += Gemm.Columns)
                new ReadOnlySpan<float>(ternary, Gemm.Columns).CopyTo(new Span<float>(signs, Gemm.Columns));
            return;
        }
        float* weights = Layer.Weights.Values.Pointer + offset;
        for (int k = 0; k < rows; k++, weights += Layer.Stride, signs += Gemm.Columns)
        {
            for (int column = 0; column < Gemm.Columns; column += V.Count)
            {
                V weight = Vector256.Load(weights + column);
                Batch.Binarization.Weight(weight).Store(signs + column);
            }
        }
    }

    // Eight channels from `channel` on: statistics, then the bits for the next layer.
    private void NormalizeColumns(DenseStage next, float* dots, int channel)
    {
        V mean = Vector256.Load(Norm!.Mean.Pointer + channel);
        V variance = Vector256.Load(Norm.Variance.Pointer + channel);
        if (Batch.UseBatchStatistics)
        {
            V runningMean = mean, runningVariance = variance, rows = Vector256.Create((float)Batch.Rows), momentum = Vector256.Create(BatchNorm.Momentum);
            mean = variance = V.Zero;
            for (int row = 0; row < Batch.Rows; row++)
                mean += Vector256.Load(dots + (row * Gemm.Columns));
            mean /= rows;
            for (int row = 0; row < Batch.Rows; row++)
            {
                V difference = Vector256.Load(dots + (row * Gemm.Columns)) - mean;
                variance = Vector256.FusedMultiplyAdd(difference, difference, variance);
            }
            variance /= rows;
            Vector256.FusedMultiplyAdd(momentum, mean - runningMean, runningMean).Store(Norm.Mean.Pointer + channel);
            Vector256.FusedMultiplyAdd(momentum, variance - runningVariance, runningVariance).Store(Norm.Variance.Pointer + channel);
        }
        V inverse = V.One / Vector256.Sqrt(variance + Vector256.Create(BatchNorm.Epsilon));
        V factor = Norm.Scale is null ? inverse : inverse * Vector256.Load(Norm.Scale.Values.Pointer + channel);
        V shift = Vector256.Load(Norm.Shift.Values.Pointer + channel);
        mean.Store(Means.Pointer + channel);
        inverse.Store(InverseDeviations.Pointer + channel);
        factor.Store(Factors.Pointer + channel);

        float* values = next._values.Pointer + channel;
        for (int row = 0; row < Batch.Rows; row++)
        {
            V y = BatchNorm.Normalize(Vector256.Load(dots + (row * Gemm.Columns)), mean, factor, shift);
            Batch.Binarization.Value(y).Store(values + ((long)row * next._stride));
        }
    }

    private void PackNext(DenseStage next, int panel)
    {
        int first = panel * Gemm.Columns;
        int width = Math.Min(Gemm.Columns, Layer.Channels - first);
        for (int row = 0; row < Batch.Rows; row += Gemm.Rows)
        {
            Gemm.PackRows(next._values.Pointer + ((long)row * next._stride) + first, next._stride, Math.Min(Gemm.Rows, Batch.Rows - row), width,
                next._left.Pointer + ((long)row * Layer.Channels) + (first * Gemm.Rows));
        }
    }

    // The signs of a panel in place; those of inputs that are missing stay 0.
    private void TakeSigns(float* panel, int rows, int width)
    {
        if (Batch.Binarization.IsReal)
            return;
        for (int k = 0; k < rows; k++, panel += Gemm.Columns)
        {
            for (int column = 0; column < width; column += V.Count)
                BatchNorm.Sign(Vector256.Load(panel + column)).Store(panel + column);
            new Span<float>(panel + width, Gemm.Columns - width).Clear();
        }
    }

    // Gradient by 32 inputs; if a dense stage gave them, on through its batch norm to its dots.
    private void GradientOfInputs(int panel, int worker)
    {
        int rows = Batch.Rows, tiles = Gemm.LeftPanels(rows), first = panel * Gemm.Columns;
        float* signs = _scratch[worker].Pointer, gradients = signs + ((Layer.Channels + Transposition.Block) * Gemm.Columns);
        int width = Math.Min(Gemm.Columns, Layer.Inputs - first);
        FloatBuffer weights = Layer.Mask?.Weights ?? Layer.Weights.Values;
        Transposition.ToPanel(weights.Pointer + ((long)first * Layer.Stride), Layer.Stride, width, Layer.Channels, signs);
        if (Layer.Mask is null)
            TakeSigns(signs, Layer.Channels, width);
        new Span<float>(gradients, tiles * Gemm.Rows * Gemm.Columns).Clear();
        for (int k = 0; k < Layer.Channels; k += Gemm.BlockK)
        {
            int length = Math.Min(Gemm.BlockK, Layer.Channels - k);
            for (int tile = 0; tile < tiles; tile++)
            {
                float* left = _gradientsLeft.Pointer + ((((long)tile * Layer.Channels) + k) * Gemm.Rows);
                Gemm.Tile(length, left, signs + (k * Gemm.Columns), gradients + (tile * Gemm.Rows * Gemm.Columns), Gemm.Columns);
            }
        }
        Batch.Enter(worker, TrainingPhase.Normalize);
        if (Previous is DenseStage dense)
            dense.ReceiveGradients(panel, gradients, _sink);
        else
            ((ConvolutionStage)Previous!).ReceiveGradients(first, width, _positions, gradients);
    }

    private void ReceiveGradients(int panel, float* gradients, IGradientSink sink)
    {
        for (int column = 0; column < Gemm.Columns; column += V.Count)
        {
            switch (Batch.Binarization.Surrogate)
            {
                case Surrogate.BiReal:
                    ThroughNorm(new BiRealSurrogate(), panel, column, gradients + column, sink);
                    break;
                case Surrogate.Reste:
                    ThroughNorm(new ResteSurrogate(Batch.Binarization.Order), panel, column, gradients + column, sink);
                    break;
                default:
                    ThroughNorm(new ClipSurrogate(), panel, column, gradients + column, sink);
                    break;
            }
        }
        for (int row = 0; row < Batch.Rows && Previous is not null; row += Gemm.Rows)
            PackGradients(row, panel);
    }

    // With g = slope · gradient by the bit and x̂ = (dot − mean) / σ: d shift = Σ g, d scale = Σ g·x̂, d dot = scale / σ · (g − d shift / n − x̂ · d scale / n).
    private void ThroughNorm<T>(T surrogate, int panel, int column, float* gradients, IGradientSink sink)
        where T : struct, ISurrogate
    {
        int channel = (panel * Gemm.Columns) + column;
        long offset = ((long)panel * Batch.Capacity * Gemm.Columns) + column;
        float* dots = _dots.Pointer + offset;
        float* results = _gradients.Pointer + offset;
        V mean = Vector256.Load(Means.Pointer + channel), inverse = Vector256.Load(InverseDeviations.Pointer + channel);
        V factor = Vector256.Load(Factors.Pointer + channel), shift = Vector256.Load(Norm!.Shift.Values.Pointer + channel);
        V shiftGradient = V.Zero, scaleGradient = V.Zero;
        for (int row = 0; row < Batch.Rows; row++)
        {
            V dot = Vector256.Load(dots + (row * Gemm.Columns));
            V y = BatchNorm.Normalize(dot, mean, factor, shift);
            V g = surrogate.Pass(Vector256.Load(gradients + (row * Gemm.Columns)), y);
            g.Store(gradients + (row * Gemm.Columns));
            shiftGradient += g;
            scaleGradient = Vector256.FusedMultiplyAdd(g, (dot - mean) * inverse, scaleGradient);
        }
        V meanShift = shiftGradient / Vector256.Create((float)Batch.Rows), meanScale = scaleGradient / Vector256.Create((float)Batch.Rows);
        for (int row = 0; row < Batch.Rows; row++)
        {
            V normal = (Vector256.Load(dots + (row * Gemm.Columns)) - mean) * inverse;
            V g = Vector256.Load(gradients + (row * Gemm.Columns)) - meanShift;
            (factor * Vector256.FusedMultiplyAdd(-normal, meanScale, g)).Store(results + (row * Gemm.Columns));
        }
        float* sums = stackalloc float[V.Count];
        shiftGradient.Store(sums);
        sink.Take(Norm.Shift, channel, V.Count, sums, float.PositiveInfinity);
        if (Norm.Scale is null)
            return;
        scaleGradient.Store(sums);
        sink.Take(Norm.Scale, channel, V.Count, sums, float.PositiveInfinity);
    }

    // Gradient by 48 rows of weights: d W[input, channel] = Σ over samples of value · d dot; then their step.
    private void GradientOfWeights(int task, int worker)
    {
        int rows = Batch.Rows, first = task * TilesOfTask * Gemm.Rows;
        int inputs = Math.Min(TilesOfTask * Gemm.Rows, Layer.Inputs - first), tiles = Gemm.LeftPanels(inputs);
        float* left = _weightLeft[worker].Pointer, gradients = _weightGradients[worker].Pointer;
        for (int tile = 0; tile < tiles; tile++)
        {
            Gemm.PackColumns(_values.Pointer + first + (tile * Gemm.Rows), _stride, Math.Min(Gemm.Rows, inputs - (tile * Gemm.Rows)),
                rows, left + (tile * Gemm.Rows * rows));
        }
        new Span<float>(gradients, tiles * Gemm.Rows * Layer.Stride).Clear();
        for (int panel = 0; panel < Layer.Panels; panel++)
        {
            float* right = _gradients.Pointer + ((long)panel * Batch.Capacity * Gemm.Columns);
            for (int k = 0; k < rows; k += Gemm.BlockK)
            {
                for (int tile = 0; tile < tiles; tile++)
                {
                    Gemm.Tile(Math.Min(Gemm.BlockK, rows - k), left + (((tile * rows) + k) * Gemm.Rows), right + (k * Gemm.Columns),
                        gradients + (tile * Gemm.Rows * Layer.Stride) + (panel * Gemm.Columns), Layer.Stride);
                }
            }
        }
        Batch.Enter(worker, TrainingPhase.Optimizer);
        _sink.Take(Layer.Weights, first * Layer.Stride, inputs * Layer.Stride, gradients, Layer.Bound);
    }

    private void PackGradients(int row, int panel)
    {
        int first = panel * Gemm.Columns;
        float* source = _gradients.Pointer + ((((long)panel * Batch.Capacity) + row) * Gemm.Columns);
        Gemm.PackRows(source, Gemm.Columns, Math.Min(Gemm.Rows, Batch.Rows - row), Math.Min(Gemm.Columns, Layer.Channels - first),
            _gradientsLeft.Pointer + ((long)row * Layer.Channels) + (first * Gemm.Rows));
    }
}
