using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Planes with a pixel in each lane, to and from streams of bits without gaps, and their ones.</summary>
/// <remarks>Exact; some ten instructions for each word of each plane, twenty without those that pick single bits. Allocates nothing.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PixelPlanes
{
    /// <summary>Spreads a channel-major stream over planes.</summary>
    /// <param name="stream"><c>[channels, height, width]</c> bits without gaps, and a readable word.</param>
    /// <param name="channels">Number of planes.</param>
    /// <param name="layout">Where the pixels go.</param>
    /// <param name="planes">Receives a plane every <paramref name="stride"/> words.</param>
    /// <param name="stride">Words from one plane to the next.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromStream(ReadOnlySpan<ulong> stream, int channels, PixelLayout layout, Span<ulong> planes, int stride)
    {
        Check(stream.Length, channels, layout, planes.Length, stride);
        ref ulong from = ref MemoryMarshal.GetReference(stream);
        var rows = new RowSpacing(layout, InputWindow.IsFast);
        int words = layout.Words, whole = layout.RowsOfWord * layout.Width, pixels = layout.Height * layout.Width;
        for (int c = 0; c < channels; c++)
        {
            ref ulong plane = ref MemoryMarshal.GetReference(planes.Slice(c * stride, words));
            for (int i = 0, bit = c * pixels; i < words; i++, bit += whole)
                Unsafe.Add(ref plane, i) = rows.Spread(BitStream.Read(in from, bit));
        }
    }

    /// <summary>Gathers planes into a channel-major stream.</summary>
    /// <param name="planes">A plane every <paramref name="stride"/> words.</param>
    /// <param name="stride">Words from one plane to the next.</param>
    /// <param name="channels">Number of planes.</param>
    /// <param name="layout">Where the pixels are.</param>
    /// <param name="stream">Receives <c>[channels, height, width]</c> bits without gaps, tail bits 0; a word longer than they need.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToStream(ReadOnlySpan<ulong> planes, int stride, int channels, PixelLayout layout, Span<ulong> stream)
    {
        Check(stream.Length, channels, layout, planes.Length, stride);
        var writer = new BitWriter(stream);
        var rows = new RowSpacing(layout, InputWindow.IsFast);
        int words = layout.Words, whole = layout.RowsOfWord * layout.Width, last = (layout.Height * layout.Width) - ((words - 1) * whole);
        for (int c = 0; c < channels; c++)
        {
            ref ulong plane = ref MemoryMarshal.GetReference(planes.Slice(c * stride, words));
            for (int i = 0; i < words - 1; i++)
                writer.Write(rows.Close(Unsafe.Add(ref plane, i)), whole);
            writer.Write(rows.Close(Unsafe.Add(ref plane, words - 1)) & BitStream.Low(last), last);
        }
        writer.Flush();
    }

    /// <summary>Number of ones of a plane.</summary>
    /// <param name="plane">At least the words of a plane.</param>
    /// <param name="layout">Where the pixels are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Ones(ReadOnlySpan<ulong> plane, PixelLayout layout)
    {
        int ones = 0, whole = layout.Height / layout.RowsOfWord;
        ulong mask = layout.WordMask;
        for (int i = 0; i < whole; i++)
            ones += BitOperations.PopCount(plane[i] & mask);
        for (int y = whole * layout.RowsOfWord; y < layout.Height; y++)
            ones += BitOperations.PopCount(layout.Row(ref MemoryMarshal.GetReference(plane), y));
        return ones;
    }

    private static void Check(int stream, int channels, PixelLayout layout, int planes, int stride)
    {
        long bits = (long)channels * layout.Height * layout.Width;
        if (channels < 1 || stride < layout.Words || planes < ((long)(channels - 1) * stride) + layout.Words || stream < ((bits + 63) / 64) + 1)
            throw new ArgumentException($"{channels} planes of {layout.Words} words, {stride} apart, or {bits} bits do not fit {planes} and {stream} words.");
    }
}
