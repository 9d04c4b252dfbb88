using System.ComponentModel;

namespace Bnn.Kernels;

/// <summary>A convolution of one image with its positions in the lanes: each input channel and tap is a shifted plane, and an adder tree counts them.</summary>
/// <remarks>
/// Exact: bit for bit count ≤ limit at every position. Cost for each register of output positions: <see cref="Additions"/> full adders, a few
/// operations for each plane, a comparison for each channel. Made once from packed weights; running allocates nothing and is thread-safe.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class LaneConvolution
{
    private readonly LaneLayer[] _groups;
    private readonly WordTable[] _words;    // of each group, if all positions are one word; else none
    private readonly LaneWindow _window;
    private readonly int _channels;
    private readonly int _bits, _planesRead;

    private LaneConvolution(LaneLayer[] groups, LaneWindow window, int channels, int bits)
    {
        (_groups, _window, _channels, _bits, _planesRead) = (groups, window, channels, bits, groups.Max(group => group.PlanesRead));
        _words = window.Output.Words == 1 && groups.All(group => WordTable.Fits(group.Table)) ? [.. groups.Select(group => new WordTable(group.Table))] : [];
    }

    /// <summary>Layout of the input planes.</summary>
    public PixelLayout Input => _window.Input;

    /// <summary>Layout of the output planes; its pitch is not always the least one.</summary>
    public PixelLayout Output => _window.Output;

    /// <summary>Input planes: its channels, or eight times as many on an eight-bit input, whose plane b · channels + c is bit b of channel c.</summary>
    public int Planes => _channels * _bits;

    /// <summary>Number of output channels.</summary>
    public int Channels => _groups.Length * _groups[0].Channels;

    /// <summary>Planes added for one register of positions.</summary>
    public long Additions => _groups.Sum(group => group.Additions);

    /// <summary>Derives shifts and index lists.</summary>
    /// <param name="window">Image, kernel, stride and padding.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="groups">Divides the channels and the rows of weights.</param>
    /// <param name="signs">
    /// Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; K = channels / groups · taps, column = (channel · kernel rows + row) · kernel columns + column.
    /// </param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <param name="isEightBit">Whether each input is a byte, bit b of which counts 2^b.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static LaneConvolution Create(
        LaneWindow window, int channels, int groups, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, bool isEightBit = false)
    {
        LaneLayer[] layers = LaneLayer.CreateGroups(groups, channels, window.Taps, signs, masks, limits, isEightBit);
        return new(layers, window, channels, isEightBit ? 8 : 1);
    }

    /// <summary>Words of scratch that <see cref="Run"/> takes.</summary>
    public int ScratchWords<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> =>
        ((_planesRead + 1) * TLanes.Words) + _window.PickedWords<TLanes>(Planes) + LaneBuffer.AlignmentWords;

    /// <summary>Gives the output planes of all channels.</summary>
    /// <param name="input">A plane every <c>Input.Stride&lt;TLanes&gt;()</c> words.</param>
    /// <param name="output">Receives a plane every <c>Output.Stride&lt;TLanes&gt;()</c> words.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Run<TLanes>(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int outputStride = Output.Stride<TLanes>();
        LaneMemory.Check<TLanes>(input.Length, Planes * Input.Registers<TLanes>(), nameof(input));
        LaneMemory.Check<TLanes>(output.Length, Channels * Output.Registers<TLanes>(), nameof(output));
        int planeWords = (_planesRead + 1) * TLanes.Words;
        Span<ulong> planes = LaneBuffer.Align(scratch), picked = planes.Slice(planeWords, _window.PickedWords<TLanes>(Planes));
        planes = planes[..planeWords];
        _window.Pick<TLanes>(input, Planes, picked);
        // A word of a processor without vectors holds one channel, for which the other tree is shorter.
        if (_words.Length > 0 && TLanes.Words > 1)
        {
            RunWord<TLanes>(input, picked, output, outputStride, planes);
            return;
        }
        for (int word = 0; word < Output.Words;)
        {
            // The last positions may fit narrower registers, which cost less.
            int left = Output.Words - word;
            if (TLanes.Words > Lanes128.Words && left <= Lanes128.Words)
                word += RunRegister<TLanes, Lanes128>(input, picked, output, outputStride, planes, word);
            else if (TLanes.Words > Lanes256.Words && left <= Lanes256.Words)
                word += RunRegister<TLanes, Lanes256>(input, picked, output, outputStride, planes, word);
            else
                word += RunRegister<TLanes, TLanes>(input, picked, output, outputStride, planes, word);
        }
    }

    // All positions in one word: several channels share a register.
    private void RunWord<TLanes>(ReadOnlySpan<ulong> input, ReadOnlySpan<ulong> picked, Span<ulong> output, int outputStride, Span<ulong> planes)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int groupChannels = _channels / _groups.Length, groupRows = _groups[0].Channels;
        for (int g = 0; g < _groups.Length; g++)
        {
            _window.Gather<TLanes, Lanes64>(input, picked, Planes, g * groupChannels, groupChannels, 0, planes, _groups[g].Complements);
            planes[_words[g].Zeros] = 0;
            Span<ulong> rows = output[(g * groupRows * outputStride)..];
            if (TLanes.Words > WordTable.Together)
                WordTree.Run<Lanes256>(_words[g], planes, rows, outputStride);
            else
                WordTree.Run<TLanes>(_words[g], planes, rows, outputStride);
        }
    }

    // One register of positions from a word of the planes on; gives its words.
    private int RunRegister<TAll, TLanes>(
        ReadOnlySpan<ulong> input, ReadOnlySpan<ulong> picked, Span<ulong> output, int outputStride, Span<ulong> planes, int word)
        where TAll : unmanaged, ILanes<TAll>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int groupChannels = _channels / _groups.Length, groupRows = _groups[0].Channels, bitWords = groupChannels * _window.Taps * TLanes.Words;
        for (int g = 0; g < _groups.Length; g++)
        {
            // Without groups all bits of all channels are neighbours.
            int times = _groups.Length == 1 ? 1 : _bits, planesOf = _groups.Length == 1 ? Planes : groupChannels;
            for (int bit = 0; bit < times; bit++)
            {
                _window.Gather<TAll, TLanes>(
                    input, picked, Planes, (bit * _channels) + (g * groupChannels), planesOf, word, planes[(bit * bitWords)..], _groups[g].Complements);
            }
            _groups[g].RunWithComplements<TLanes>(planes, output[((g * groupRows * outputStride) + word)..], outputStride);
        }
        return TLanes.Words;
    }
}
