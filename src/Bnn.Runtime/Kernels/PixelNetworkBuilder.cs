using System.ComponentModel;

namespace Bnn.Kernels;

/// <summary>Puts a <see cref="PixelNetwork"/> together, layer by layer. All weights are packed as in the file, columns channel-major.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PixelNetworkBuilder
{
    private PixelLayout _input;
    private int _planes;
    private readonly bool _isPixelMajor;
    private readonly List<PixelStep> _steps = [];
    private PixelLayout _layout;
    private int _channels;
    private bool _isEightBit;
    private PixelSource? _bytes;

    /// <summary>Begins with an image.</summary>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns, at most <see cref="PixelLayout.MostWidth"/>.</param>
    /// <param name="isEightBit">Whether the values are bytes, each bit of which has a plane.</param>
    /// <param name="isPixelMajor">Whether the image comes pixel by pixel; else plane by plane.</param>
    public PixelNetworkBuilder(int channels, int height, int width, bool isEightBit = false, bool isPixelMajor = false)
    {
        _layout = _input = new PixelLayout(height, width);
        (_channels, _isEightBit, _isPixelMajor) = (channels, isEightBit, isPixelMajor);
        _planes = channels * (isEightBit ? 8 : 1);
    }

    /// <summary>The image comes as bytes.</summary>
    /// <param name="channels"><c>[planes]</c> channel of the image that each plane is made of.</param>
    /// <param name="tests"><c>[planes]</c> a threshold in [1, 255]: the bit is v ≥ it; or −1 − b: it is bit b of v.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public PixelNetworkBuilder FromBytes(ReadOnlySpan<int> channels, ReadOnlySpan<int> tests)
    {
        _bytes = new PixelInput(channels, tests);
        return this;
    }

    /// <summary>The image comes as bytes, and each bit of a byte has a plane; a first convolution may take the bytes themselves.</summary>
    public PixelNetworkBuilder FromBytes()
    {
        _bytes = PixelInput.EightBit(_planes / 8);
        return this;
    }

    /// <summary>A convolution.</summary>
    /// <param name="window">Image, kernel, stride and padding.</param>
    /// <param name="paddingBit">The bit outside the image.</param>
    /// <param name="groups">Divides the channels and the rows of weights.</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, column = (channel · kernel rows + row) · kernel columns + column.</param>
    /// <param name="masks">The same shape, one row that all channels share, or empty.</param>
    /// <param name="limits"><c>[C]</c></param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public PixelNetworkBuilder Convolution(
        SampleWindow window, bool paddingBit, int groups, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits)
    {
        masks = RowMasks.Expand(masks, signs);
        int inputs = _channels * window.Taps;
        if (_isEightBit && _bytes is not null && groups == 1 && TapSums.Fits(inputs, masks))
        {
            var taps = TapGroups.Of(_channels, window.WindowHeight, window.WindowWidth, window.StrideHeight, isAcross: false, limits.Length);
            var convolution = new PixelByteConvolution(window, _channels, paddingBit, new(taps, signs, masks, limits));
            (_bytes, _input, _planes, _isEightBit) = (convolution, convolution.Output, convolution.Planes, false);
            (_layout, _channels) = (_input, _planes);
            return this;
        }
        var lanes = new LaneWindow(_layout, window.WindowHeight, window.WindowWidth, window.StrideHeight, window.StrideWidth, window.Top, window.Left,
            window.OutputHeight, window.OutputWidth, paddingBit);
        return Add(new PixelConvolutionStep(LaneConvolution.Create(lanes, _channels, groups, signs, masks, limits, _isEightBit)));
    }

    /// <summary>A pool.</summary>
    /// <param name="window">Image, window, stride and padding; the last window begins at column 63 of the padded image at most.</param>
    /// <param name="and"><c>[⌈channels/64⌉]</c> words, 1 = AND; empty: all OR.</param>
    public PixelNetworkBuilder Pool(SampleWindow window, ReadOnlySpan<ulong> and) =>
        Add(new PixelPoolStep(
            new LanePool(_layout, window.WindowHeight, window.WindowWidth, window.StrideHeight, window.StrideWidth, window.Top, window.Left,
                window.OutputHeight, window.OutputWidth),
            _channels, and.ToArray()));

    /// <summary>The network, which gives bits.</summary>
    /// <param name="isPixelMajor">Whether it gives them pixel by pixel; else plane by plane, which costs nothing.</param>
    public PixelNetwork Build(bool isPixelMajor) => new(_input, _planes, _isPixelMajor, _bytes, [.. _steps], isPixelMajor, sums: null);

    /// <summary>Scores summed over all positions, and the network.</summary>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>.</param>
    /// <param name="masks">The same shape, one row that all channels share, or empty.</param>
    /// <param name="biases"><c>[C]</c></param>
    /// <param name="scale">Positive.</param>
    public PixelNetwork SumScores(ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> biases, int scale) =>
        new(_input, _planes, _isPixelMajor, _bytes, [.. _steps], isOutputPixelMajor: false,
            new PixelSums(_channels, signs.ToArray(), RowMasks.Expand(masks, signs).ToArray(), biases.ToArray(), scale, _isEightBit));

    private PixelNetworkBuilder Add(PixelStep step)
    {
        _steps.Add(step);
        (_layout, _channels, _isEightBit) = (step.Output, step.Channels, false);
        return this;
    }
}
