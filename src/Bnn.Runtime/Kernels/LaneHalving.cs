using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Pools of two by two over planes with a pixel in each lane: pairs of rows, then pairs of columns, then what is left side by side.</summary>
/// <remarks>
/// A word of rows becomes a quarter of a word (half of one at the least and the widest pitch). AND is OR of the opposite bits. Windows do not reach beyond the image,
/// so nothing has to be masked; lanes without a pixel hold anything. Cost: some 25 vector operations for four words.
/// </remarks>
internal static class LaneHalving
{
    /// <summary>Halves every channel.</summary>
    /// <param name="input">Layout of the image.</param>
    /// <param name="planes">A plane every <paramref name="stride"/> words.</param>
    /// <param name="stride">Words from one input plane to the next.</param>
    /// <param name="channels">Number of planes.</param>
    /// <param name="and"><c>[⌈channels/64⌉]</c> words, 1 = AND; empty: all OR.</param>
    /// <param name="words">Words of an output plane.</param>
    /// <param name="output">Receives a plane every <paramref name="outputStride"/> words.</param>
    /// <param name="outputStride">Words from one output plane to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PixelLayout input, ReadOnlySpan<ulong> planes, int stride, int channels, ReadOnlySpan<ulong> and, int words, Span<ulong> output, int outputStride)
    {
        int pitch = input.Pitch, inputWords = input.Words, bits = pitch is 8 or 64 ? 32 : 16;
        Span<ulong> four = stackalloc ulong[4];
        for (int c = 0; c < channels; c++)
        {
            ulong flip = !and.IsEmpty && (and[c >> 6] >> (c & 63) & 1) != 0 ? ulong.MaxValue : 0;
            ReadOnlySpan<ulong> from = planes[(c * stride)..];
            ref ulong to = ref output[c * outputStride];
            int written = 0;
            for (int i = 0; i < inputWords && written < words; i += 4)
            {
                // Words behind the plane are read where they exist; they only reach lanes without a pixel.
                Vector256<ulong> x;
                if (from.Length - i >= 4)
                    x = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(from), (nuint)i);
                else
                {
                    four.Clear();
                    from[i..].CopyTo(four);
                    x = Vector256.Create<ulong>(four);
                }
                x ^= Vector256.Create(flip);
                x |= pitch == 64 ? Vector256.Shuffle(x, Vector256.Create(1UL, 0, 3, 2)) : Vector256.ShiftRightLogical(x, pitch);
                x |= Vector256.ShiftRightLogical(x, 1);
                if (pitch == 8)
                    x &= Vector256.Create(0x00FF00FF00FF00FFUL);
                else if (pitch == 16)
                    x &= Vector256.Create(0x0000FFFF0000FFFFUL);
                else if (pitch == 32)
                    x &= Vector256.Create((ulong)uint.MaxValue);
                x = Even(x, pitch);
                if (bits == 16)
                {
                    ulong word = Avx512F.VL.IsSupported
                        ? Avx512F.VL.ConvertToVector128UInt16(x).AsUInt64().ToScalar()
                        : x[0] | x[1] << 16 | x[2] << 32 | x[3] << 48;
                    Unsafe.Add(ref to, written++) = word ^ flip;
                    continue;
                }
                (ulong low, ulong high) = pitch == 64 ? (x[0] | x[2] << 32, 0UL) : (x[0] | x[1] << 32, x[2] | x[3] << 32);
                Unsafe.Add(ref to, written++) = low ^ flip;
                if (pitch == 8 && written < words)
                    Unsafe.Add(ref to, written++) = high ^ flip;
            }
        }
    }

    // The even columns side by side, and the rows that are left behind one another at half of the pitch, or at 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Even(Vector256<ulong> x, int pitch)
    {
        x &= Vector256.Create(0x5555555555555555UL);
        x = (x | Vector256.ShiftRightLogical(x, 1)) & Vector256.Create(0x3333333333333333UL);
        x = (x | Vector256.ShiftRightLogical(x, 2)) & Vector256.Create(0x0F0F0F0F0F0F0F0FUL);
        if (pitch == 8)
        {
            // Rows of four columns at 0, 16, 32, 48 go to 0, 8, 16, 24.
            x = (x | Vector256.ShiftRightLogical(x, 8)) & Vector256.Create(0x0000FFFF0000FFFFUL);
            return (x | Vector256.ShiftRightLogical(x, 16)) & Vector256.Create((ulong)uint.MaxValue);
        }
        x = (x | Vector256.ShiftRightLogical(x, 4)) & Vector256.Create(0x00FF00FF00FF00FFUL);
        if (pitch == 16)
            return (x | Vector256.ShiftRightLogical(x, 24)) & Vector256.Create((ulong)ushort.MaxValue);
        x = (x | Vector256.ShiftRightLogical(x, 8)) & Vector256.Create(0x0000FFFF0000FFFFUL);
        return pitch == 32 ? x : (x | Vector256.ShiftRightLogical(x, 16)) & Vector256.Create((ulong)uint.MaxValue);
    }
}
