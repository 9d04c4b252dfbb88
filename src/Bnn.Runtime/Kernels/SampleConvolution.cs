using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>A convolution of a batch with a sample in each lane: at every position an adder tree counts the planes under the kernel.</summary>
/// <remarks>
/// Exact: bit for bit count ≤ limit. Plane (channel · height + row) · width + column holds one pixel of all samples, so nothing is shifted and no lane
/// stays empty, whatever the size of the image. Cost for each position: a copy of K registers, and a <see cref="LaneLayer"/>. Running allocates
/// nothing and is thread-safe.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SampleConvolution
{
    private readonly LaneLayer[] _groups;
    private readonly SampleWindow _window;
    private readonly int _channels, _bits, _planesRead;
    private readonly ulong _padding;

    private SampleConvolution(LaneLayer[] groups, SampleWindow window, int channels, int bits, ulong padding) =>
        (_groups, _window, _channels, _bits, _planesRead, _padding) = (groups, window, channels, bits, groups.Max(group => group.PlanesRead), padding);

    /// <summary>Input planes, one for each value; eight times as many on an eight-bit input, whose plane b · values + i is bit b of value i.</summary>
    public int Planes => _channels * _window.Pixels * _bits;

    /// <summary>Output planes, one for each channel and position.</summary>
    public int OutputPlanes => _groups.Length * _groups[0].Channels * _window.Positions;

    /// <summary>Planes added for one register of samples at all positions.</summary>
    public long Additions => _groups.Sum(group => group.Additions) * _window.Positions;

    /// <summary>Derives the index lists.</summary>
    /// <param name="window">Image, kernel, stride and padding.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="paddingBit">The bit outside the image, on every side.</param>
    /// <param name="groups">Divides the channels and the rows of weights.</param>
    /// <param name="signs">
    /// Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; K = channels / groups · taps, column = (channel · kernel rows + row) · kernel columns + column.
    /// </param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <param name="isEightBit">Whether each input is a byte, bit b of which counts 2^b.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static SampleConvolution Create(
        SampleWindow window, int channels, bool paddingBit, int groups,
        ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, bool isEightBit = false)
    {
        LaneLayer[] layers = LaneLayer.CreateGroups(groups, channels, window.Taps, signs, masks, limits, isEightBit);
        return new(layers, window, channels, isEightBit ? 8 : 1, paddingBit ? ulong.MaxValue : 0);
    }

    /// <summary>Words of scratch that <see cref="Run"/> takes.</summary>
    public int ScratchWords<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => (_planesRead * TLanes.Words) + LaneBuffer.AlignmentWords;

    /// <summary>Gives the output planes of all channels and positions.</summary>
    /// <param name="planes"><c>[Planes, TLanes.Words]</c></param>
    /// <param name="output">Receives <c>[OutputPlanes, TLanes.Words]</c> words.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Run<TLanes>(ReadOnlySpan<ulong> planes, Span<ulong> output, Span<ulong> scratch)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        LaneMemory.Check<TLanes>(planes.Length, Planes, nameof(planes));
        LaneMemory.Check<TLanes>(output.Length, OutputPlanes, nameof(output));
        Span<ulong> patch = LaneBuffer.Align(scratch);
        int groupChannels = _channels / _groups.Length, groupWords = _groups[0].Channels * _window.Positions * TLanes.Words;
        Span<int> pixels = stackalloc int[_window.Taps];
        for (int position = 0; position < _window.Positions; position++)
        {
            _window.PixelsAt(position, pixels);
            for (int g = 0; g < _groups.Length; g++)
            {
                for (int bit = 0; bit < _bits; bit++)
                {
                    ref TLanes to = ref Unsafe.Add(ref LaneMemory.First<TLanes>(patch), bit * groupChannels * _window.Taps);
                    Gather(ref LaneMemory.First<TLanes>(planes), ((bit * _channels) + (g * groupChannels)) * _window.Pixels, groupChannels, pixels, ref to, _groups[g].Complements);
                }
                _groups[g].RunWithComplements<TLanes>(patch, output[((g * groupWords) + (position * TLanes.Words))..], _window.Positions * TLanes.Words);
            }
        }
    }

    // The registers under the kernel, of some channels from a plane on, and their complements so many registers behind them if they are wanted.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather<TLanes>(ref TLanes planes, int plane, int channels, ReadOnlySpan<int> pixels, ref TLanes to, int complements)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes padding = TLanes.Broadcast(_padding);
        int step = _window.Pixels;
        for (int c = 0; c < channels; c++, plane += step)
        {
            foreach (int pixel in pixels)
            {
                TLanes value = pixel < 0 ? padding : Unsafe.Add(ref planes, plane + pixel);
                to = value;
                if (complements != 0)
                    Unsafe.Add(ref to, complements) = ~value;
                to = ref Unsafe.Add(ref to, 1);
            }
        }
    }
}
