using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;
using W = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary>What is kept of a batch behind a convolution and its pools: the sums, where they came from, and the gradients by their bits; and batch norm over them.</summary>
/// <remarks>Values and gradients that a convolution needs in planes are made anew from these for each sample: reading memory costs more than a sign.</remarks>
internal sealed unsafe class ConvolutionResults
{
    private readonly Batch _batch;
    private readonly ConvolutionStage _stage;
    private readonly BatchNorm _norm;
    private readonly int _channels, _stride, _positions;
    private readonly int _length;                   // results of a sample; what lies behind them may be overwritten, so samples keep a distance
    private readonly FloatBuffer _sums;             // [Capacity][_length]
    private readonly int[] _sources;                // the same: the output that each result is; empty without pools
    private readonly FloatBuffer _gradients;        // of the loss by the bits, the same
    private readonly double[] _totals, _squares;    // [Capacity][channels]
    private readonly FloatBuffer _shiftSums, _scaleSums;    // [Capacity][stride]
    private readonly FloatBuffer _shiftMeans, _scaleMeans;  // [stride]

    public ConvolutionResults(Batch batch, ConvolutionStage stage)
    {
        (_batch, _stage, _norm, _channels, _stride) = (batch, stage, stage.Norm!, stage.Layer.Channels, stage.Layer.Stride);
        LayerGeometry geometry = stage.Layer.Geometry;
        _positions = geometry.Positions;
        _length = (geometry.Result.Count + (2 * V.Count) - 1) / V.Count * V.Count;
        int capacity = batch.Capacity;
        _sums = new(checked(capacity * _length));
        _sources = GC.AllocateArray<int>(geometry.Pools.Length == 0 ? 0 : capacity * _length, pinned: true);
        _gradients = new(checked(capacity * _length));
        (_totals, _squares) = (new double[capacity * _channels], new double[capacity * _channels]);
        (_shiftSums, _scaleSums) = (new(capacity * _stride), new(capacity * _stride));
        (_shiftMeans, _scaleMeans) = (new(_stride), new(_stride));
    }

    /// <summary>Sums of a channel of a sample, <c>[positions]</c>; up to seven floats behind them may be overwritten, if the next channel is written later.</summary>
    public float* Sums(int row, int channel) => _sums.Pointer + ((long)row * _length) + (channel * _positions);

    /// <summary>Gradients by the bits of a channel of a sample, <c>[positions]</c>.</summary>
    public float* Gradients(int row, int channel) => _gradients.Pointer + ((long)row * _length) + (channel * _positions);

    /// <summary>Where the sums of a channel came from, as row · pitch + column, likewise; empty without pools.</summary>
    public Span<int> Sources(int row, int channel) => _sources.Length == 0 ? default : _sources.AsSpan((row * _length) + (channel * _positions), _positions);

    /// <summary>Adds up the sums of a channel that are written now.</summary>
    public void TakeStatistics(int row, int channel)
    {
        int item = (row * _channels) + channel;
        (_totals[item], _squares[item]) = Moments(Sums(row, channel), _positions);
    }

    /// <summary>See <see cref="Stage.AddStatistics"/>.</summary>
    public void AddStatistics(double[] sums, double[] squares)
    {
        for (int row = 0; row < _batch.Rows; row++)
        {
            for (int c = 0; c < _channels; c++)
            {
                sums[c] += _totals[(row * _channels) + c];
                squares[c] += _squares[(row * _channels) + c];
            }
        }
    }

    /// <summary>Means and factors of this pass; moves the running ones.</summary>
    public void SetNorm()
    {
        double count = (double)_batch.Rows * _positions;
        for (int c = 0; c < _channels; c++)
        {
            float mean = _norm.Mean.Pointer[c], variance = _norm.Variance.Pointer[c];
            if (_batch.UseBatchStatistics)
            {
                double sum = 0, squares = 0;
                for (int row = 0; row < _batch.Rows; row++)
                {
                    sum += _totals[(row * _channels) + c];
                    squares += _squares[(row * _channels) + c];
                }
                (float runningMean, float runningVariance) = (mean, variance);
                (mean, variance) = BatchNorm.Moments(sum, squares, count);
                _norm.Mean.Pointer[c] = MathF.FusedMultiplyAdd(BatchNorm.Momentum, mean - runningMean, runningMean);
                _norm.Variance.Pointer[c] = MathF.FusedMultiplyAdd(BatchNorm.Momentum, variance - runningVariance, runningVariance);
            }
            float inverse = BatchNorm.InverseDeviation(variance);
            _stage.Means.Pointer[c] = mean;
            _stage.InverseDeviations.Pointer[c] = inverse;
            _stage.Factors.Pointer[c] = _norm.Scale is null ? inverse : inverse * _norm.Scale.Values.Pointer[c];
        }
    }

    /// <summary>Writes the values of a channel of a sample that the next stage sees, in rows of <paramref name="width"/> that begin <paramref name="pitch"/> floats apart.</summary>
    public void WriteValues(int row, int channel, float* values, int width, int pitch)
    {
        float mean = _stage.Means.Pointer[channel], factor = _stage.Factors.Pointer[channel], shift = _norm.Shift.Values.Pointer[channel];
        float* sums = Sums(row, channel), end = sums + _positions;
        Binarization binarization = _batch.Binarization;
        if (pitch == width)
            (width, pitch) = (_positions, _positions);
        if (width >= W.Count)
        {
            W means = Vector512.Create(mean), factors = Vector512.Create(factor), shifts = Vector512.Create(shift);
            for (; sums < end; sums += width, values += pitch)
            {
                // The last vector of a row may compute some values twice.
                for (int i = 0; i < width; i += W.Count)
                {
                    int at = Math.Min(i, width - W.Count);
                    binarization.Value(BatchNorm.Normalize(Vector512.Load(sums + at), means, factors, shifts)).Store(values + at);
                }
            }
            return;
        }
        V narrowMeans = Vector256.Create(mean), narrowFactors = Vector256.Create(factor), narrowShifts = Vector256.Create(shift);
        for (; sums < end; sums += width, values += pitch)
        {
            if (width < V.Count)
            {
                for (int i = 0; i < width; i++)
                    values[i] = binarization.Value(BatchNorm.Normalize(sums[i], mean, factor, shift));
                continue;
            }
            for (int i = 0; i < width; i += V.Count)
            {
                int at = Math.Min(i, width - V.Count);
                binarization.Value(BatchNorm.Normalize(Vector256.Load(sums + at), narrowMeans, narrowFactors, narrowShifts)).Store(values + at);
            }
        }
    }

    /// <summary>Writes the signs of a channel of a sample: a bit is 1 where the value is −1, <c>[⌈positions / 64⌉]</c>, tail bits 0.</summary>
    public void WriteSigns(int row, int channel, ulong* signs)
    {
        float mean = _stage.Means.Pointer[channel], factor = _stage.Factors.Pointer[channel], shift = _norm.Shift.Values.Pointer[channel];
        W means = Vector512.Create(mean), factors = Vector512.Create(factor), shifts = Vector512.Create(shift);
        float* sums = Sums(row, channel);
        for (int first = 0; first < _positions; first += 64)
        {
            int end = Math.Min(_positions, first + 64), i = first;
            ulong bits = 0;
            for (; i + W.Count <= end; i += W.Count)
            {
                W y = BatchNorm.Normalize(Vector512.Load(sums + i), means, factors, shifts);
                bits |= Vector512.LessThan(y, W.Zero).ExtractMostSignificantBits() << (i - first);
            }
            for (; i < end; i++)
                bits |= BatchNorm.Normalize(sums[i], mean, factor, shift) >= 0 ? 0 : 1UL << (i - first);
            *signs++ = bits;
        }
    }

    /// <summary>Takes signs of a channel of a sample, as <see cref="WriteSigns"/> gives them, in place of its sums. Goes with <see cref="SetSignNorm"/>.</summary>
    public void TakeSigns(int row, int channel, ulong* signs)
    {
        V positive = Vector256.Create(float.PositiveInfinity);
        Vector256<int> bits = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        float* sums = Sums(row, channel);
        for (int i = 0; i < _positions; i += V.Count)
        {
            Vector256<int> eight = Vector256.Create((int)(signs[i / 64] >> (i % 64))) & bits;
            Vector256.ConditionalSelect(Vector256.Equals(eight, Vector256<int>.Zero).AsSingle(), positive, -positive).Store(sums + i);
        }
    }

    /// <summary>Means and factors under which infinite sums give their signs, whatever the shift.</summary>
    public void SetSignNorm()
    {
        _stage.Means.Span.Clear();
        _stage.Factors.Span.Fill(1);
    }

    /// <summary>Masks the gradients by the bits of a sample that are written now, and adds them up for batch norm.</summary>
    public void MaskSample(int row)
    {
        switch (_batch.Binarization.Surrogate)
        {
            case Surrogate.BiReal:
                MaskSample(new BiRealSurrogate(), row);
                break;
            case Surrogate.Reste:
                MaskSample(new ResteSurrogate(_batch.Binarization.Order), row);
                break;
            default:
                MaskSample(new ClipSurrogate(), row);
                break;
        }
    }

    private void MaskSample<T>(T surrogate, int row)
        where T : struct, ISurrogate
    {
        float* sums = Sums(row, 0), gradients = Gradients(row, 0);
        for (int c = 0; c < _channels; c++, sums += _positions, gradients += _positions)
        {
            float mean = _stage.Means.Pointer[c], inverse = _stage.InverseDeviations.Pointer[c];
            float factor = _stage.Factors.Pointer[c], shift = _norm.Shift.Values.Pointer[c];
            W means = Vector512.Create(mean), inverses = Vector512.Create(inverse), factors = Vector512.Create(factor), shifts = Vector512.Create(shift);
            W shiftLanes = W.Zero, scaleLanes = W.Zero;
            int i = 0;
            for (; i + W.Count <= _positions; i += W.Count)
            {
                W sum = Vector512.Load(sums + i);
                W g = surrogate.Pass(Vector512.Load(gradients + i), BatchNorm.Normalize(sum, means, factors, shifts));
                g.Store(gradients + i);
                shiftLanes += g;
                scaleLanes = Vector512.FusedMultiplyAdd(g, (sum - means) * inverses, scaleLanes);
            }
            float shiftSum = Total(shiftLanes), scaleSum = Total(scaleLanes);
            for (; i < _positions; i++)
            {
                float y = BatchNorm.Normalize(sums[i], mean, factor, shift);
                float g = surrogate.Pass(Vector256.Create(gradients[i]), Vector256.Create(y)).ToScalar();
                gradients[i] = g;
                shiftSum += g;
                scaleSum = MathF.FusedMultiplyAdd(g, (sums[i] - mean) * inverse, scaleSum);
            }
            _shiftSums.Pointer[(row * _stride) + c] = shiftSum;
            _scaleSums.Pointer[(row * _stride) + c] = scaleSum;
        }
    }

    /// <summary>Adds up the gradients by batch norm over the samples, one after the other, and takes the step on shift and scale. The factors of this pass stay.</summary>
    public void StepNorm(IGradientSink sink)
    {
        Total(_shiftSums, _shiftMeans.Span);
        Total(_scaleSums, _scaleMeans.Span);
        sink.Take(_norm.Shift, 0, _stride, _shiftMeans.Pointer, float.PositiveInfinity);
        if (_norm.Scale is not null)
            sink.Take(_norm.Scale, 0, _stride, _scaleMeans.Pointer, float.PositiveInfinity);
        float count = (float)_batch.Rows * _positions;
        for (int c = 0; c < _channels; c++)
        {
            _shiftMeans.Pointer[c] /= count;
            _scaleMeans.Pointer[c] /= count;
        }
    }

    /// <summary>Gradients by the sums of a channel of a sample: scale / σ · (g − Σg / n − x̂ · Σ(g·x̂) / n), in rows as in <see cref="WriteValues"/>.</summary>
    public void WriteSumGradients(int row, int channel, float* result, int width, int pitch)
    {
        float mean = _stage.Means.Pointer[channel], inverse = _stage.InverseDeviations.Pointer[channel], factor = _stage.Factors.Pointer[channel];
        float shiftMean = _shiftMeans.Pointer[channel], scaleMean = _scaleMeans.Pointer[channel];
        float* sums = Sums(row, channel), end = sums + _positions, gradients = Gradients(row, channel);
        if (pitch == width)
            (width, pitch) = (_positions, _positions);
        if (width >= W.Count)
        {
            W means = Vector512.Create(mean), inverses = Vector512.Create(inverse), factors = Vector512.Create(factor);
            W shiftMeans = Vector512.Create(shiftMean), scaleMeans = Vector512.Create(scaleMean);
            for (; sums < end; sums += width, gradients += width, result += pitch)
            {
                for (int i = 0; i < width; i += W.Count)
                {
                    int at = Math.Min(i, width - W.Count);
                    W normal = (Vector512.Load(sums + at) - means) * inverses;
                    (factors * Vector512.FusedMultiplyAdd(-normal, scaleMeans, Vector512.Load(gradients + at) - shiftMeans)).Store(result + at);
                }
            }
            return;
        }
        V narrowMeans = Vector256.Create(mean), narrowInverses = Vector256.Create(inverse), narrowFactors = Vector256.Create(factor);
        V narrowShiftMeans = Vector256.Create(shiftMean), narrowScaleMeans = Vector256.Create(scaleMean);
        for (; sums < end; sums += width, gradients += width, result += pitch)
        {
            if (width < V.Count)
            {
                for (int i = 0; i < width; i++)
                    result[i] = factor * MathF.FusedMultiplyAdd(-((sums[i] - mean) * inverse), scaleMean, gradients[i] - shiftMean);
                continue;
            }
            for (int i = 0; i < width; i += V.Count)
            {
                int at = Math.Min(i, width - V.Count);
                V normal = (Vector256.Load(sums + at) - narrowMeans) * narrowInverses;
                V g = Vector256.FusedMultiplyAdd(-normal, narrowScaleMeans, Vector256.Load(gradients + at) - narrowShiftMeans);
                (narrowFactors * g).Store(result + at);
            }
        }
    }

    // The sum of sixteen lanes: halves are added until four are left, then those of even and of odd lanes.
    private static float Total(W lanes)
    {
        V eight = lanes.GetLower() + lanes.GetUpper();
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    // Sums of integers in double: exact, so in any order. Those of real weights are added up in one order everywhere.
    private static (double Sum, double Squares) Moments(float* values, int count)
    {
        Vector512<double> sum = Vector512<double>.Zero, squares = sum;
        int i = 0;
        for (; i + Vector512<float>.Count <= count; i += Vector512<float>.Count)
        {
            (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.Load(values + i));
            sum += low + high;
            squares = Vector512.FusedMultiplyAdd(high, high, Vector512.FusedMultiplyAdd(low, low, squares));
        }
        double total = Total(sum), totalSquares = Total(squares);
        for (; i < count; i++)
        {
            total += values[i];
            totalSquares += (double)values[i] * values[i];
        }
        return (total, totalSquares);
    }

    private static double Total(Vector512<double> lanes)
    {
        Vector256<double> four = lanes.GetLower() + lanes.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    private void Total(FloatBuffer perRow, Span<float> totals)
    {
        totals.Clear();
        for (int row = 0; row < _batch.Rows; row++)
        {
            ReadOnlySpan<float> of = perRow.Span.Slice(row * _stride, _channels);
            for (int c = 0; c < of.Length; c++)
                totals[c] += of[c];
        }
    }
}
