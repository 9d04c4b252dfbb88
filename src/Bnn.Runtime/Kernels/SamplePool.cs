using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Pooling of a batch with a sample in each lane: OR of the planes of each window, or AND for some channels.</summary>
/// <remarks>Exact; what lies outside the image is ignored. One operation for each pixel of each window.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SamplePool
{
    /// <summary>Pools every channel.</summary>
    /// <param name="window">Image, window, stride and padding; every window holds a pixel.</param>
    /// <param name="planes"><c>[channels, height, width, TLanes.Words]</c></param>
    /// <param name="channels">At least 1.</param>
    /// <param name="and"><c>[⌈channels/64⌉]</c> words, 1 = AND; empty: all OR.</param>
    /// <param name="output">Receives <c>[channels, output height, output width, TLanes.Words]</c> words.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes>(SampleWindow window, ReadOnlySpan<ulong> planes, int channels, ReadOnlySpan<ulong> and, Span<ulong> output)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        LaneMemory.Check<TLanes>(planes.Length, checked(channels * window.Pixels), nameof(planes));
        LaneMemory.Check<TLanes>(output.Length, checked(channels * window.Positions), nameof(output));
        if (!and.IsEmpty && and.Length < Model.WeightMatrix.WordsFor(channels))
            throw new ArgumentException($"{and.Length} words do not hold {channels} bits.", nameof(and));
        ref TLanes from = ref LaneMemory.First<TLanes>(planes);
        ref TLanes to = ref LaneMemory.First<TLanes>(output);
        Span<int> pixels = stackalloc int[window.Taps];
        for (int position = 0; position < window.Positions; position++)
        {
            window.PixelsAt(position, pixels);
            for (int c = 0; c < channels; c++)
            {
                // AND is OR of the opposite bits.
                TLanes flip = TLanes.Broadcast(and.IsEmpty ? 0 : 0UL - (and[c >> 6] >> (c & 63) & 1)), any = TLanes.Broadcast(0);
                foreach (int pixel in pixels)
                {
                    if (pixel >= 0)
                        any |= Unsafe.Add(ref from, (c * window.Pixels) + pixel) ^ flip;
                }
                Unsafe.Add(ref to, (c * window.Positions) + position) = any ^ flip;
            }
        }
    }
}
