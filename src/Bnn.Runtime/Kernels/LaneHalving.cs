using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Images of half of the height and the width, over planes with a pixel in each lane: pools of two by two, and every other row and column.</summary>
/// <remarks>
/// A word of rows becomes a quarter of a word (half of one at the least and the widest pitch); the result has half of the pitch, or 8. Windows do not reach beyond the
/// image, so nothing has to be masked; lanes without a pixel hold anything. Cost: some 25 vector operations for four words.
/// </remarks>
internal static class LaneHalving
{
    /// <summary>Pools every channel: pairs of rows, then pairs of columns. AND is OR of the opposite bits.</summary>
    /// <param name="input">Layout of the image.</param>
    /// <param name="planes">A plane every <paramref name="stride"/> words.</param>
    /// <param name="stride">Words from one input plane to the next.</param>
    /// <param name="channels">Number of planes.</param>
    /// <param name="and"><c>[⌈channels/64⌉]</c> words, 1 = AND; empty: all OR.</param>
    /// <param name="words">Words of an output plane.</param>
    /// <param name="output">Receives a plane every <paramref name="outputStride"/> words.</param>
    /// <param name="outputStride">Words from one output plane to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pool(PixelLayout input, ReadOnlySpan<ulong> planes, int stride, int channels, ReadOnlySpan<ulong> and, int words, Span<ulong> output, int outputStride)
    {
        int pitch = input.Pitch, inputWords = input.Words;
        for (int c = 0; c < channels; c++)
        {
            ulong flip = !and.IsEmpty && (and[c >> 6] >> (c & 63) & 1) != 0 ? ulong.MaxValue : 0;
            ReadOnlySpan<ulong> from = planes[(c * stride)..];
            Span<ulong> to = output.Slice(c * outputStride, words);
            for (int i = 0, written = 0; i < inputWords && written < words; i += 4)
            {
                Vector256<ulong> x = Load(from, i) ^ Vector256.Create(flip);
                x |= pitch == 64 ? Vector256.Shuffle(x, Vector256.Create(1UL, 0, 3, 2)) : Vector256.ShiftRightLogical(x, pitch);
                x |= Vector256.ShiftRightLogical(x, 1);
                written = Write(x, pitch, flip, to, written);
            }
        }
    }

    /// <summary>Takes every other row and column of a plane.</summary>
    /// <param name="input">Layout of the image.</param>
    /// <param name="plane">The plane.</param>
    /// <param name="row">The first row, 0 or 1.</param>
    /// <param name="column">The first column, 0 or 1.</param>
    /// <param name="output">Receives so many words of the result as it has.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pick(PixelLayout input, ReadOnlySpan<ulong> plane, int row, int column, Span<ulong> output)
    {
        int pitch = input.Pitch, inputWords = input.Words;
        for (int i = 0, written = 0; i < inputWords && written < output.Length; i += 4)
        {
            Vector256<ulong> x = Load(plane, i);
            if (pitch < 64)
                x = Vector256.ShiftRightLogical(x, row * pitch);
            else if (row != 0)
                x = Vector256.Shuffle(x, Vector256.Create(1UL, 0, 3, 2));
            written = Write(Vector256.ShiftRightLogical(x, column), pitch, flip: 0, output, written);
        }
    }

    // Four words; those behind a plane are read where they exist, as they only reach lanes without a pixel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Load(ReadOnlySpan<ulong> words, int at) =>
        words.Length - at >= 4 ? Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(words), (nuint)at) : Last(words[at..]);

    // A buffer on the stack would keep the loop from having this inlined.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector256<ulong> Last(ReadOnlySpan<ulong> words) =>
        Vector256.Create(words[0], words.Length > 1 ? words[1] : 0, words.Length > 2 ? words[2] : 0, 0UL);

    // Of four words the even columns of the even rows, side by side. Gives the words that are written now.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Write(Vector256<ulong> x, int pitch, ulong flip, Span<ulong> to, int written)
    {
        if (pitch == 8)
            x &= Vector256.Create(0x00FF00FF00FF00FFUL);
        else if (pitch == 16)
            x &= Vector256.Create(0x0000FFFF0000FFFFUL);
        else if (pitch == 32)
            x &= Vector256.Create((ulong)uint.MaxValue);
        x = Even(x, pitch);
        if (pitch is 16 or 32)
        {
            ulong word = Avx512F.VL.IsSupported
                ? Avx512F.VL.ConvertToVector128UInt16(x).AsUInt64().ToScalar()
                : x[0] | x[1] << 16 | x[2] << 32 | x[3] << 48;
            Unsafe.Add(ref MemoryMarshal.GetReference(to), written++) = word ^ flip;
            return written;
        }
        (ulong low, ulong high) = pitch == 64 ? (x[0] | x[2] << 32, 0UL) : (x[0] | x[1] << 32, x[2] | x[3] << 32);
        Unsafe.Add(ref MemoryMarshal.GetReference(to), written++) = low ^ flip;
        if (pitch == 8 && written < to.Length)
            Unsafe.Add(ref MemoryMarshal.GetReference(to), written++) = high ^ flip;
        return written;
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
