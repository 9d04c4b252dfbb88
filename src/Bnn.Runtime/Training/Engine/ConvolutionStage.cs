using System.Runtime.Intrinsics;
using Bnn.Model;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>A convolution with the pools behind it: sums, largest sum of each window, batch norm, sign.</summary>
/// <remarks>
/// A task takes some samples from the bits before it to pooled sums and, on the way back, from gradients by its bits to gradients by the bits before
/// it; weight gradients are added up for <see cref="Batch.ShardRows"/> samples in a task and then over the shards, in this order whatever the threads.
/// Memory of a batch: padded values, pooled sums with their sources, gradients by the bits; all else is scratch of a worker.
/// </remarks>
internal sealed unsafe class ConvolutionStage : Stage
{
    private readonly ConvolutionLayout _layout;
    private readonly int _resultLength;             // results of a sample; what lies behind them may be overwritten, so samples keep a distance
    private readonly FloatBuffer _planes;           // [Capacity][SampleLength]
    private readonly FloatBuffer _results;          // [Capacity][results]
    private readonly int[] _sources;                // the same: the output that each result is
    private readonly FloatBuffer _gradients;        // of the loss by the bits, the same
    private readonly double[] _sums, _squares;      // [Capacity][channels]
    private readonly FloatBuffer _shiftSums, _scaleSums;    // [Capacity][stride]
    private readonly FloatBuffer _shiftMeans, _scaleMeans;  // [stride]
    private readonly FloatBuffer[] _image, _outputs, _outputGradients;  // per worker
    private readonly SumPooling[] _pooling;         // per worker
    private readonly ConvolutionWeights _weights;
    private readonly ConvolutionWeightGradient _weightGradient;
    private readonly Action<int, int> _packTask, _forwardTask, _maskTask, _backwardTask, _weightTask;
    private IGradientSink _sink = null!;

    public ConvolutionStage(Batch batch, LatentLayer layer, BatchNorm norm, Stage? previous, bool isEightBit)
        : base(batch, layer, norm, previous)
    {
        LayerGeometry geometry = layer.Geometry;
        _layout = new(geometry);
        _weights = new(_layout, layer, needsGradient: previous is not null);
        _resultLength = (geometry.Result.Count + (2 * V.Count) - 1) / V.Count * V.Count;
        int capacity = batch.Capacity;
        _planes = new(checked(capacity * _layout.SampleLength));
        _planes.Span.Fill((geometry.Convolution!.PaddingBit ? 1 : -1) * (isEightBit ? 255 : 1));
        _results = new(checked(capacity * _resultLength));
        _sources = GC.AllocateArray<int>(geometry.Pools.Length == 0 ? 0 : capacity * _resultLength, pinned: true);
        _gradients = new(checked(capacity * _resultLength));
        (_sums, _squares) = (new double[capacity * layer.Channels], new double[capacity * layer.Channels]);
        (_shiftSums, _scaleSums) = (new(capacity * layer.Stride), new(capacity * layer.Stride));
        (_shiftMeans, _scaleMeans) = (new(layer.Stride), new(layer.Stride));
        _weightGradient = new(_layout, layer, batch);
        _image = batch.PerWorker(geometry.Input.Count + V.Count);
        int longest = Math.Max(ConvolutionLayout.WholeTiles(_layout.OutputLength), _weights.LongestPhase);
        _outputs = batch.PerWorker((Gemm.Rows * longest) + (3 * _layout.Pitch) + Gemm.Columns);
        _outputGradients = batch.PerWorker(_layout.GradientLength);
        _pooling = Enumerable.Range(0, batch.Pool.Threads).Select(_ => new SumPooling(_layout)).ToArray();
        (_packTask, _forwardTask, _maskTask, _backwardTask, _weightTask)
            = (_weights.Pack, ForwardSample, MaskSample, BackwardShard, (tile, worker) => _weightGradient.Step(tile, Batch.Shards, worker, _sink));
    }

    private int Positions => Layer.Geometry.Positions;

    /// <inheritdoc/>
    public override void Forward(bool stopAtSums)
    {
        _weights.IsSmooth = Batch.IsSmooth;
        Batch.Pool.Run(_weights.Panels, _packTask, TrainingPhase.Forward);
        Batch.Pool.Run(Batch.Rows, _forwardTask);
        if (!stopAtSums)
            SetNorm();
    }

    /// <inheritdoc/>
    public override void Backward(IGradientSink sink)
    {
        _sink = sink;
        Batch.Pool.Run(Batch.Rows, _maskTask, TrainingPhase.Normalize);
        StepNorm();
        Batch.Pool.Run(Batch.Shards, _backwardTask, TrainingPhase.Normalize);
        Batch.Pool.Run(_weightGradient.Tiles, _weightTask, TrainingPhase.Optimizer);
    }

    /// <inheritdoc/>
    public override float Sum(int row, int channel, int position) => _results.Pointer[((long)row * _resultLength) + (channel * Positions) + position];

    /// <inheritdoc/>
    public override void AddStatistics(double[] sums, double[] squares)
    {
        for (int row = 0; row < Batch.Rows; row++)
        {
            for (int c = 0; c < Layer.Channels; c++)
            {
                sums[c] += _sums[(row * Layer.Channels) + c];
                squares[c] += _squares[(row * Layer.Channels) + c];
            }
        }
    }

    /// <summary>Writes the values of sample <paramref name="row"/> that the next stage sees: ±1, <c>[channels][positions]</c>.</summary>
    public void WriteBits(int row, float* values)
    {
        float* sums = _results.Pointer + ((long)row * _resultLength);
        for (int c = 0; c < Layer.Channels; c++, sums += Positions, values += Positions)
            Activate(sums, Positions, Means.Pointer[c], Factors.Pointer[c], Norm!.Shift.Values.Pointer[c], values);
    }

    /// <summary>Takes the gradients by some of the values that the next, dense stage saw.</summary>
    /// <param name="first">First value.</param>
    /// <param name="count">Values.</param>
    /// <param name="positions">Bits that were added up to one value; each gets its gradient.</param>
    /// <param name="gradients"><c>[rows][32]</c></param>
    public void ReceiveGradients(int first, int count, int positions, float* gradients)
    {
        for (int row = 0; row < Batch.Rows; row++, gradients += Gemm.Columns)
        {
            float* to = _gradients.Pointer + ((long)row * _resultLength) + ((long)first * positions);
            if (positions == 1)
            {
                new ReadOnlySpan<float>(gradients, count).CopyTo(new Span<float>(to, count));
                continue;
            }
            for (int i = 0; i < count; i++, to += positions)
                new Span<float>(to, positions).Fill(gradients[i]);
        }
    }

    private void ForwardSample(int row, int worker)
    {
        float* planes = _planes.Pointer + ((long)row * _layout.SampleLength);
        float* image = _image[worker].Pointer;
        Batch.Enter(worker, Encoder is null ? TrainingPhase.Normalize : TrainingPhase.Encode);
        if (Encoder is not null)
            Batch.Encode(Encoder, row, worker, image);
        else
            ((ConvolutionStage)Previous!).WriteBits(row, image);
        _layout.Spread(image, planes);

        float* outputs = _outputs[worker].Pointer;
        int length = ConvolutionLayout.WholeTiles(_layout.OutputLength);
        fixed (int* taps = _layout.Taps)
        fixed (int* sources = _sources)
        {
            for (int panel = 0; panel < _weights.ForwardPanels; panel++)
            {
                (int channel, int rows, int input) = _weights.Place(panel);
                float* x = planes + ((long)input * _layout.PlaneSize);
                Batch.Enter(worker, TrainingPhase.Forward);
                for (int q = 0; q < length; q += Gemm.Columns)
                    ConvolutionTile.Run(Layer.Inputs, _weights.Forward(panel), x + q, taps, outputs + q, length, rows, _layout.OutputLength - q);
                Batch.Enter(worker, TrainingPhase.Pool);
                for (int r = 0; r < rows; r++)
                {
                    long at = ((long)row * _resultLength) + ((channel + r) * Positions);
                    float* results = _results.Pointer + at;
                    _pooling[worker].Run(outputs + (r * length), results, sources is null ? null : sources + at);
                    int statistics = (row * Layer.Channels) + channel + r;
                    (_sums[statistics], _squares[statistics]) = Moments(results, Positions);
                }
            }
        }
    }

    // Sums of integers in double: exact, so in any order.
    private static (double Sum, double Squares) Moments(float* values, int count)
    {
        Vector256<double> sum = Vector256<double>.Zero, squares = sum;
        int i = 0;
        for (; i + V.Count <= count; i += V.Count)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Load(values + i));
            sum += low + high;
            squares = (squares + (low * low)) + (high * high);
        }
        double total = sum[0] + sum[1] + sum[2] + sum[3], totalSquares = squares[0] + squares[1] + squares[2] + squares[3];
        for (; i < count; i++)
        {
            total += values[i];
            totalSquares += (double)values[i] * values[i];
        }
        return (total, totalSquares);
    }

    private void SetNorm()
    {
        double count = (double)Batch.Rows * Positions;
        for (int c = 0; c < Layer.Channels; c++)
        {
            float mean = Norm!.Mean.Pointer[c], variance = Norm.Variance.Pointer[c];
            if (Batch.UseBatchStatistics)
            {
                double sum = 0, squares = 0;
                for (int row = 0; row < Batch.Rows; row++)
                {
                    sum += _sums[(row * Layer.Channels) + c];
                    squares += _squares[(row * Layer.Channels) + c];
                }
                (float runningMean, float runningVariance) = (mean, variance);
                (mean, variance) = BatchNorm.Moments(sum, squares, count);
                Norm.Mean.Pointer[c] = MathF.FusedMultiplyAdd(BatchNorm.Momentum, mean - runningMean, runningMean);
                Norm.Variance.Pointer[c] = MathF.FusedMultiplyAdd(BatchNorm.Momentum, variance - runningVariance, runningVariance);
            }
            float inverse = BatchNorm.InverseDeviation(variance);
            Means.Pointer[c] = mean;
            InverseDeviations.Pointer[c] = inverse;
            Factors.Pointer[c] = Norm.Scale is null ? inverse : inverse * Norm.Scale.Values.Pointer[c];
        }
    }

    private void Activate(float* sums, int count, float mean, float factor, float shift, float* values)
    {
        V means = Vector256.Create(mean), factors = Vector256.Create(factor), shifts = Vector256.Create(shift);
        int i = 0;
        for (; i + V.Count <= count; i += V.Count)
            BatchNorm.Activate(BatchNorm.Normalize(Vector256.Load(sums + i), means, factors, shifts), Batch.IsSmooth).Store(values + i);
        for (; i < count; i++)
        {
            float y = BatchNorm.Normalize(sums[i], mean, factor, shift);
            values[i] = Batch.IsSmooth ? Math.Clamp(y, -1, 1) : y >= 0 ? 1 : -1;
        }
    }

    // g = gradient where |y| ≤ 1, else 0; and the sums of g and g·x̂ of this sample.
    private void MaskSample(int row, int worker)
    {
        float* sums = _results.Pointer + ((long)row * _resultLength), gradients = _gradients.Pointer + ((long)row * _resultLength);
        for (int c = 0; c < Layer.Channels; c++, sums += Positions, gradients += Positions)
        {
            float mean = Means.Pointer[c], inverse = InverseDeviations.Pointer[c], factor = Factors.Pointer[c], shift = Norm!.Shift.Values.Pointer[c];
            V means = Vector256.Create(mean), inverses = Vector256.Create(inverse), factors = Vector256.Create(factor), shifts = Vector256.Create(shift);
            V shiftLanes = V.Zero, scaleLanes = V.Zero;
            int i = 0;
            for (; i + V.Count <= Positions; i += V.Count)
            {
                V sum = Vector256.Load(sums + i);
                V y = BatchNorm.Normalize(sum, means, factors, shifts);
                V g = Vector256.Load(gradients + i) & Vector256.LessThanOrEqual(Vector256.Abs(y), V.One);
                g.Store(gradients + i);
                shiftLanes += g;
                scaleLanes = Vector256.FusedMultiplyAdd(g, (sum - means) * inverses, scaleLanes);
            }
            float shiftSum = Total(shiftLanes), scaleSum = Total(scaleLanes);
            for (; i < Positions; i++)
            {
                float y = BatchNorm.Normalize(sums[i], mean, factor, shift);
                gradients[i] = Math.Abs(y) <= 1 ? gradients[i] : 0;
                shiftSum += gradients[i];
                scaleSum = MathF.FusedMultiplyAdd(gradients[i], (sums[i] - mean) * inverse, scaleSum);
            }
            _shiftSums.Pointer[(row * Layer.Stride) + c] = shiftSum;
            _scaleSums.Pointer[(row * Layer.Stride) + c] = scaleSum;
        }
    }

    // The sum of eight lanes, in the order ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)).
    private static float Total(V lanes)
    {
        Vector128<float> four = lanes.GetLower() + lanes.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    // Sums over the batch, sample after sample; then the step on shift and scale. The factors of this pass stay.
    private void StepNorm()
    {
        Total(_shiftSums, _shiftMeans.Span);
        Total(_scaleSums, _scaleMeans.Span);
        _sink.Take(Norm!.Shift, 0, Layer.Stride, _shiftMeans.Pointer, float.PositiveInfinity);
        if (Norm.Scale is not null)
            _sink.Take(Norm.Scale, 0, Layer.Stride, _scaleMeans.Pointer, float.PositiveInfinity);
        float count = (float)Batch.Rows * Positions;
        for (int c = 0; c < Layer.Channels; c++)
        {
            _shiftMeans.Pointer[c] /= count;
            _scaleMeans.Pointer[c] /= count;
        }
    }

    private void Total(FloatBuffer perRow, Span<float> totals)
    {
        totals.Clear();
        for (int row = 0; row < Batch.Rows; row++)
        {
            ReadOnlySpan<float> of = perRow.Span.Slice(row * Layer.Stride, Layer.Channels);
            for (int c = 0; c < of.Length; c++)
                totals[c] += of[c];
        }
    }

    private void BackwardShard(int shard, int worker)
    {
        int first = shard * Batch.ShardRows, end = Math.Min(first + Batch.ShardRows, Batch.Rows);
        float* outputGradients = _outputGradients[worker].Pointer;
        _weightGradient.Clear(shard);
        for (int row = first; row < end; row++)
        {
            Batch.Enter(worker, TrainingPhase.Normalize);
            ThroughNorm(row, outputGradients);
            if (Previous is ConvolutionStage before)
            {
                Batch.Enter(worker, TrainingPhase.InputGradient);
                GradientOfValues(row, outputGradients, _outputs[worker].Pointer, before);
            }
            Batch.Enter(worker, TrainingPhase.WeightGradient);
            _weightGradient.Add(shard, _planes.Pointer + ((long)row * _layout.SampleLength), outputGradients, worker);
        }
    }

    // d sum = scale / σ · (g − Σg / n − x̂ · Σ(g·x̂) / n), put at the output that the result came from.
    private void ThroughNorm(int row, float* outputGradients)
    {
        long at = (long)row * _resultLength;
        float* sums = _results.Pointer + at, gradients = _gradients.Pointer + at;
        new Span<float>(outputGradients, _layout.GradientLength).Clear();
        float* to = outputGradients + _layout.GradientOrigin;
        for (int c = 0; c < Layer.Channels; c++, sums += Positions, gradients += Positions, at += Positions, to += _layout.GradientPlaneSize)
        {
            float mean = Means.Pointer[c], inverse = InverseDeviations.Pointer[c], factor = Factors.Pointer[c];
            float shiftMean = _shiftMeans.Pointer[c], scaleMean = _scaleMeans.Pointer[c];
            V means = Vector256.Create(mean), inverses = Vector256.Create(inverse), factors = Vector256.Create(factor);
            V shiftMeans = Vector256.Create(shiftMean), scaleMeans = Vector256.Create(scaleMean);
            int i = 0;
            for (; i + V.Count <= Positions; i += V.Count)
            {
                V normal = (Vector256.Load(sums + i) - means) * inverses;
                (factors * Vector256.FusedMultiplyAdd(-normal, scaleMeans, Vector256.Load(gradients + i) - shiftMeans)).Store(gradients + i);
            }
            for (; i < Positions; i++)
                gradients[i] = factor * MathF.FusedMultiplyAdd(-((sums[i] - mean) * inverse), scaleMean, gradients[i] - shiftMean);
            Scatter(gradients, at, to);
        }
    }

    // Windows may overlap, so that one output gets several gradients.
    private void Scatter(float* gradients, long first, float* outputs)
    {
        if (_sources.Length > 0)
        {
            ReadOnlySpan<int> sources = _sources.AsSpan((int)first, Positions);
            for (int i = 0; i < sources.Length; i++)
                outputs[sources[i]] += gradients[i];
            return;
        }
        int width = Layer.Geometry.Result.Width;
        for (int y = 0; y < Layer.Geometry.Result.Height; y++, gradients += width, outputs += _layout.Pitch)
            new ReadOnlySpan<float>(gradients, width).CopyTo(new Span<float>(outputs, width));
    }

    private void GradientOfValues(int row, float* outputGradients, float* scratch, ConvolutionStage before)
    {
        Shape input = Layer.Geometry.Input;
        Extent stride = Layer.Geometry.Convolution!.Stride;
        float* target = before._gradients.Pointer + ((long)row * before._resultLength);
        // Values that no tap sees get no gradient.
        if (_layout.Phases.Length < stride.Height * stride.Width)
            new Span<float>(target, input.Count).Clear();
        for (int p = 0; p < _layout.Phases.Length; p++)
        {
            ConvolutionPhase phase = _layout.Phases[p];
            int wanted = ((phase.Rows - 1) * _layout.Pitch) + phase.Columns, length = ConvolutionLayout.WholeTiles(wanted);
            int[] taps = _weights.BackwardTaps(p);
            fixed (int* offsets = taps)
            {
                for (int panel = 0; panel < _weights.BackwardPanels; panel++)
                {
                    (int channel, int rows, int output) = _weights.BackwardPlace(panel);
                    float* dy = outputGradients + ((long)output * _layout.GradientPlaneSize);
                    for (int q = 0; q < length; q += Gemm.Columns)
                        ConvolutionTile.Run(taps.Length, _weights.Backward(p, panel), dy + q, offsets, scratch + q, length, rows, wanted - q);
                    for (int r = 0; r < rows; r++)
                        Gather(scratch + (r * length), phase, target + ((long)(channel + r) * input.Height * input.Width));
                }
            }
        }
    }

    private void Gather(float* from, ConvolutionPhase phase, float* image)
    {
        Extent stride = Layer.Geometry.Convolution!.Stride;
        int width = Layer.Geometry.Input.Width;
        for (int u = 0; u < phase.Rows; u++, from += _layout.Pitch)
        {
            float* to = image + ((((phase.FirstRow + u) * stride.Height) + phase.Row - _layout.Padding.Top) * width);
            to += (phase.FirstColumn * stride.Width) + phase.Column - _layout.Padding.Left;
            if (stride.Width == 1)
            {
                new ReadOnlySpan<float>(from, phase.Columns).CopyTo(new Span<float>(to, phase.Columns));
                continue;
            }
            for (int v = 0; v < phase.Columns; v++)
                to[v * stride.Width] = from[v];
        }
    }
}
