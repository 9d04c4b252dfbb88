using System.ComponentModel;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Puts a <see cref="SampleNetwork"/> together, from the input to the scores. All weights are packed as in the file, columns channel-major.</summary>
/// <param name="inputLength">Bytes of a sample.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SampleNetworkBuilder(int inputLength)
{
    private readonly List<SampleSource> _sources = [];
    private readonly List<SampleStep> _steps = [];
    private int _planes;
    private bool _isEightBit;

    /// <summary>Planes of the bits <c>value ≥ threshold</c>, behind those that are there.</summary>
    /// <param name="first">The first value of a sample.</param>
    /// <param name="count">How many.</param>
    /// <param name="threshold">In [1, 255].</param>
    public SampleNetworkBuilder AtLeast(int first, int count, int threshold) => Add(first, count, isThreshold: true, threshold);

    /// <summary>Planes of bit number <paramref name="bit"/>, behind those that are there.</summary>
    /// <param name="first">The first value of a sample.</param>
    /// <param name="count">How many.</param>
    /// <param name="bit">In [0, 7], 0 the least significant.</param>
    public SampleNetworkBuilder Bit(int first, int count, int bit) => Add(first, count, isThreshold: false, bit);

    /// <summary>All values of a sample, each a byte with eight planes; a first convolution may take the bytes themselves.</summary>
    public SampleNetworkBuilder EightBit()
    {
        _isEightBit = true;
        return this;
    }

    /// <summary>A dense layer.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, or one row that all channels share, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <param name="isEightBit">Whether each input is a byte: plane b · K + i is bit b of input i.</param>
    public SampleNetworkBuilder Dense(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, bool isEightBit = false) =>
        Add(new SampleDenseStep(LaneLayer.Create(inputs, signs, RowMasks.Expand(masks, signs), limits, isEightBit)));

    /// <summary>A dense layer whose registers of 256 lanes go through generated code, others through the kernel made from the same weights.</summary>
    /// <param name="circuit">The generated code.</param>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>.</param>
    /// <param name="masks">The same shape, one row that all channels share, or empty.</param>
    /// <param name="limits"><c>[C]</c></param>
    public SampleNetworkBuilder Circuit(SampleCircuit circuit, int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits) =>
        Add(new SampleCircuitStep(circuit, LaneLayer.Create(inputs, signs, RowMasks.Expand(masks, signs), limits)));

    /// <summary>A convolution.</summary>
    /// <param name="window">Image, kernel, stride and padding.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="paddingBit">The bit outside the image.</param>
    /// <param name="groups">Divides the channels and the rows of weights.</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, column = (channel · kernel rows + row) · kernel columns + column.</param>
    /// <param name="masks">The same shape, one row that all channels share, or empty.</param>
    /// <param name="limits"><c>[C]</c></param>
    /// <param name="isEightBit">Whether each input is a byte.</param>
    public SampleNetworkBuilder Convolution(
        SampleWindow window, int channels, bool paddingBit, int groups,
        ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, bool isEightBit = false)
    {
        masks = RowMasks.Expand(masks, signs);
        if (_isEightBit && isEightBit && groups == 1 && TapSums.Fits(channels * window.Taps, masks))
        {
            var taps = TapGroups.Of(channels, window.WindowHeight, window.WindowWidth, window.StrideWidth, isAcross: true, limits.Length);
            _sources.Add(new SampleByteConvolution(window, channels, paddingBit, new(taps, signs, masks, limits)));
            _isEightBit = false;
            return this;
        }
        return Add(new SampleConvolutionStep(SampleConvolution.Create(window, channels, paddingBit, groups, signs, masks, limits, isEightBit)));
    }

    /// <summary>A pool.</summary>
    /// <param name="window">Image, window, stride and padding.</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="and"><c>[⌈channels/64⌉]</c> words, 1 = AND; empty: all OR.</param>
    public SampleNetworkBuilder Pool(SampleWindow window, int channels, ReadOnlySpan<ulong> and) => Add(new SamplePoolStep(window, channels, and.ToArray()));

    /// <summary>The scores, and the network.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>.</param>
    /// <param name="masks">The same shape, one row that all channels share, or empty.</param>
    /// <param name="biases"><c>[C]</c></param>
    /// <param name="scale">Positive.</param>
    /// <param name="isEightBit">Whether each input is a byte.</param>
    /// <exception cref="ArgumentException">Layers do not fit one another.</exception>
    public SampleNetwork Scores(
        int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> biases, int scale, bool isEightBit = false)
    {
        EightPlanes();
        return new(inputLength, [.. _sources], [.. _steps], LaneScores.Create(inputs, signs, RowMasks.Expand(masks, signs), biases, scale, isEightBit));
    }

    /// <summary>Scores summed over all positions, and the network.</summary>
    /// <remarks>They are those of a dense layer whose weights repeat at every position.</remarks>
    /// <param name="channels">K; K · <paramref name="positions"/> is at most 65,536.</param>
    /// <param name="positions">Rows times columns of the image.</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>.</param>
    /// <param name="masks">The same shape, one row that all channels share, or empty.</param>
    /// <param name="biases"><c>[C]</c></param>
    /// <param name="scale">Positive.</param>
    /// <param name="isEightBit">Whether each input is a byte.</param>
    /// <exception cref="ArgumentException">Layers do not fit one another.</exception>
    public SampleNetwork SumScores(
        int channels, int positions, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> biases, int scale, bool isEightBit = false) =>
        Scores(channels * positions, Repeat(signs, channels, positions), Repeat(masks, channels, positions), biases, scale, isEightBit);

    // Every bit of each row as often as there are positions.
    private static ulong[] Repeat(ReadOnlySpan<ulong> rows, int columns, int times)
    {
        int from = WeightMatrix.WordsFor(columns), to = WeightMatrix.WordsFor(columns * times);
        var repeated = new ulong[rows.Length / from * to];
        for (int row = 0; row < rows.Length / from; row++)
        {
            for (int i = 0; i < columns * times; i++)
            {
                int column = i / times;
                repeated[(row * to) + (i >> 6)] |= (rows[(row * from) + (column >> 6)] >> (column & 63) & 1) << (i & 63);
            }
        }
        return repeated;
    }

    private void EightPlanes()
    {
        for (int bit = 0; _isEightBit && bit < 8; bit++)
            Bit(0, inputLength, bit);
        _isEightBit = false;
    }

    private SampleNetworkBuilder Add(int first, int count, bool isThreshold, int value)
    {
        if (first < 0 || count < 1 || count > inputLength - first)
            throw new ArgumentException($"Values {first} to {first + (long)count} are not among the {inputLength} of a sample.", nameof(count));
        _sources.Add(new SampleRun(first, count, isThreshold, value, _planes));
        _planes += count;
        return this;
    }

    private SampleNetworkBuilder Add(SampleStep step)
    {
        EightPlanes();
        _steps.Add(step);
        return this;
    }
}
