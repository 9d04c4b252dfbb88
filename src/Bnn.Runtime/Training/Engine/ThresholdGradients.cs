namespace Bnn.Training;

/// <summary>Bits of learned thresholds on their way through training: the tables of the encoder, and gradients from those by the bits.</summary>
/// <remarks>
/// The gradient by a threshold is Σ over samples and positions of gradient by the bit · slope(y) · (−1 / width) with y = (v − t) / width, and slope that of
/// the surrogate. The bits of the bytes 0 and 255 are the same for every legal threshold, so they have no slope: in a dark image they would be most of
/// the sum. It is taken for groups (a sample, or 32 inputs of a dense layer) in tasks of their own and then over the groups in their order, so
/// that the number of threads changes no bit.
/// </remarks>
internal sealed unsafe class ThresholdGradients
{
    private const int Values = 256;
    private readonly InputThresholds _thresholds;
    private readonly Batch _batch;
    private readonly SampleEncoder _encoder;
    private readonly int _planes, _planeSize, _inputLength;
    private readonly int _panels;           // groups, if a dense layer is the first one; else samples are
    private readonly byte[] _samples;       // [Capacity][inputLength]
    private readonly float[] _slopes;       // [planes][256]: d bit / d threshold
    private readonly double[] _sums;        // [groups][planes]
    private readonly FloatBuffer _gradients;

    /// <param name="thresholds">What is learned.</param>
    /// <param name="batch">The samples.</param>
    /// <param name="encoder">Gets the tables.</param>
    /// <param name="layer">The first one.</param>
    public ThresholdGradients(InputThresholds thresholds, Batch batch, SampleEncoder encoder, LatentLayer layer)
    {
        (_thresholds, _batch, _encoder, _planes) = (thresholds, batch, encoder, thresholds.Channels.Length);
        (_planeSize, _inputLength) = (encoder.PlaneSize, encoder.InputLength);
        _samples = new byte[checked(batch.Capacity * _inputLength)];
        _slopes = new float[Values * _planes];
        _panels = layer.Geometry.Kind == LayerKind.Convolution ? 0 : Gemm.RightPanels(layer.Inputs);
        _sums = new double[Math.Max(batch.Capacity, _panels) * _planes];
        _gradients = new(thresholds.Values.Values.Length);
    }

    /// <summary>Lets the encoder use the thresholds as they are now.</summary>
    public void Refresh()
    {
        for (int plane = 0; plane < _planes; plane++)
        {
            float threshold = _thresholds.Values.Values.Span[plane];
            Span<float> bits = _encoder.Table(plane);
            for (int value = 0; value < Values; value++)
                bits[value] = value is 0 ? -1 : value is Values - 1 ? 1 : _batch.Binarization.Value((value - threshold) / InputThresholds.Width);
        }
    }

    /// <summary>Gets the slopes ready for a backward pass.</summary>
    public void Begin()
    {
        for (int plane = 0; plane < _planes; plane++)
        {
            float threshold = _thresholds.Values.Values.Span[plane];
            for (int value = 1; value < Values - 1; value++)
                _slopes[(plane * Values) + value] = _batch.Binarization.Pass(-1 / InputThresholds.Width, (value - threshold) / InputThresholds.Width);
        }
    }

    /// <summary>Keeps the bytes of a sample for the backward pass.</summary>
    public void Take(int row, ReadOnlySpan<byte> sample) => sample.CopyTo(_samples.AsSpan(row * _inputLength));

    /// <summary>Adds up the gradients by the bits of one sample: a group.</summary>
    /// <param name="row">The sample.</param>
    /// <param name="gradients"><c>[planes][positions]</c></param>
    public void AddSample(int row, float* gradients)
    {
        for (int plane = 0; plane < _planes; plane++, gradients += _planeSize)
        {
            ReadOnlySpan<byte> bytes = Bytes(row, plane);
            ReadOnlySpan<float> slopes = _slopes.AsSpan(plane * Values, Values);
            double sum = 0;
            for (int i = 0; i < bytes.Length; i++)
                sum += gradients[i] * slopes[bytes[i]];
            _sums[(row * _planes) + plane] = sum;
        }
    }

    /// <summary>Adds up the gradients by up to 32 inputs of a dense layer: a group.</summary>
    /// <param name="panel">Its number.</param>
    /// <param name="count">Inputs.</param>
    /// <param name="isSummed">Whether an input is the sum of a plane over its positions.</param>
    /// <param name="gradients"><c>[rows][32]</c></param>
    public void AddInputs(int panel, int count, bool isSummed, float* gradients)
    {
        Span<double> sums = _sums.AsSpan(panel * _planes, _planes);
        sums.Clear();
        int first = panel * Gemm.Columns;
        for (int i = 0; i < count;)
        {
            int plane = isSummed ? first + i : (first + i) / _planeSize, start = isSummed ? 0 : (first + i) % _planeSize;
            int width = isSummed ? 1 : Math.Min(count - i, _planeSize - start), positions = isSummed ? _planeSize : width;
            ReadOnlySpan<float> slopes = _slopes.AsSpan(plane * Values, Values);
            float* of = gradients + i;
            for (int row = 0; row < _batch.Rows; row++, of += Gemm.Columns)
            {
                ReadOnlySpan<byte> bytes = Bytes(row, plane).Slice(start, positions);
                double sum = 0;
                for (int p = 0; p < bytes.Length; p++)
                    sum += of[isSummed ? 0 : p] * slopes[bytes[p]];
                sums[plane] += sum;
            }
            i += width;
        }
    }

    /// <summary>Adds up the groups, and takes the step on the thresholds.</summary>
    public void Step(IGradientSink sink)
    {
        int groups = _panels == 0 ? _batch.Rows : _panels;
        Span<float> gradients = _gradients.Span;
        for (int plane = 0; plane < _planes; plane++)
        {
            double sum = 0;
            for (int group = 0; group < groups; group++)
                sum += _sums[(group * _planes) + plane];
            gradients[plane] = (float)sum;
        }
        sink.Take(_thresholds.Values, 0, gradients.Length, _gradients.Pointer, float.PositiveInfinity);
        _thresholds.Settle();
    }

    private ReadOnlySpan<byte> Bytes(int row, int plane) => _samples.AsSpan((row * _inputLength) + (_thresholds.Channels[plane] * _planeSize), _planeSize);
}
