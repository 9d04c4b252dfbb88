using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Pools of two by two over planes with a pixel in each lane, as those of <see cref="LaneHalving"/>, sixteen words at a time: some thirty instructions.</summary>
/// <remarks>Small planes go together: four of up to four words, or eight of one word. Registers of 256 bits: with wider ones the pools of a network would gain less than a hundredth of its time (docs/decisions/0008-lanes.md).</remarks>
internal static class WideHalving
{
    private const int Block = 16;

    /// <summary>Whether the processor has the instructions.</summary>
    public static bool IsSupported => Avx2.IsSupported && Vector256.IsHardwareAccelerated;

    /// <summary>Pools channels, if there is room for whole registers; all windows take OR.</summary>
    /// <param name="input">Layout of the image.</param>
    /// <param name="planes">A plane every <paramref name="stride"/> words; is used if that is a multiple of four, so that a register reads no plane that does not exist.</param>
    /// <param name="stride">Words from one input plane to the next.</param>
    /// <param name="channels">Number of planes.</param>
    /// <param name="words">Words of an output plane.</param>
    /// <param name="output">Receives a plane every <paramref name="outputStride"/> words; is used if that is a multiple of four.</param>
    /// <param name="outputStride">Words from one output plane to the next.</param>
    /// <returns>The channels that were pooled, from the first on; the others are left.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Pool(PixelLayout input, ReadOnlySpan<ulong> planes, int stride, int channels, int words, Span<ulong> output, int outputStride)
    {
        if (!IsSupported || (stride | outputStride) % 4 != 0 || planes.Length < (long)channels * stride || output.Length < (long)channels * outputStride)
            return 0;
        ref ulong from = ref MemoryMarshal.GetReference(planes);
        ref ulong to = ref MemoryMarshal.GetReference(output);
        if (input.Pitch == 8)
            return input.Words == 1 ? Eights(ref from, stride, channels, ref to, outputStride) : 0;
        if (input.Words <= 4)
            return Fours(input.Pitch, ref from, stride, channels, ref to, outputStride);
        for (int c = 0; c < channels; c++)
        {
            for (int i = 0, written = 0; written < words; i += Block, written += 4)
            {
                // Of the last block so much may lie behind the plane; what is read in its place reaches no pixel.
                ref ulong first = ref Unsafe.Add(ref from, (c * stride) + i);
                int left = stride - i;
                Half(ref first, ref Unsafe.Add(ref first, left > 4 ? 4 : 0), ref Unsafe.Add(ref first, left > 8 ? 8 : 0), ref Unsafe.Add(ref first, left > 12 ? 12 : 0), input.Pitch)
                    .StoreUnsafe(ref to, (nuint)((c * outputStride) + written));
            }
        }
        return channels;
    }

    // Planes of up to four words, each of which becomes one word.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Fours(int pitch, ref ulong from, int stride, int channels, ref ulong to, int outputStride)
    {
        int c = 0;
        for (; c + 4 <= channels; c += 4)
        {
            ref ulong plane = ref Unsafe.Add(ref from, c * stride);
            Vector256<ulong> halves = Half(ref plane, ref Unsafe.Add(ref plane, stride), ref Unsafe.Add(ref plane, 2 * stride), ref Unsafe.Add(ref plane, 3 * stride), pitch);
            Write(halves, ref Unsafe.Add(ref to, c * outputStride), outputStride);
        }
        return c;
    }

    // Planes of eight rows of up to eight pixels, each of which becomes four rows of four at the same pitch.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Eights(ref ulong from, int stride, int channels, ref ulong to, int outputStride)
    {
        int c = 0;
        for (; c + 8 <= channels; c += 8)
        {
            ref ulong plane = ref Unsafe.Add(ref from, c * stride);
            ref ulong word = ref Unsafe.Add(ref to, c * outputStride);
            // In halves of registers, as packing goes.
            Vector256<ulong> rows = Avx2.PackUnsignedSaturate(Rows(ref plane, stride), Rows(ref Unsafe.Add(ref plane, 2 * stride), stride)).AsUInt64();
            // Two planes in each word. What the upper half of a word of the first of them holds reaches no pixel.
            Write(rows, ref word, 2 * outputStride);
            Write(Vector256.ShiftRightLogical(rows, 32), ref Unsafe.Add(ref word, outputStride), 2 * outputStride);
        }
        return c;

        // Four columns in each even byte, of planes 0, 1, 4 and 5.
        static Vector256<short> Rows(ref ulong plane, int stride)
        {
            Vector256<ulong> x = Vector256.Create(plane, Unsafe.Add(ref plane, stride), Unsafe.Add(ref plane, 4 * stride), Unsafe.Add(ref plane, 5 * stride));
            return (Even(x | Vector256.ShiftRightLogical(x, 8)) & Vector256.Create(0x00FF00FF00FF00FFUL)).AsInt16();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector256<ulong> words, ref ulong to, int stride)
    {
        to = words[0];
        Unsafe.Add(ref to, stride) = words[1];
        Unsafe.Add(ref to, 2 * stride) = words[2];
        Unsafe.Add(ref to, 3 * stride) = words[3];
    }

    // Four times four words become four words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Half(ref ulong first, ref ulong second, ref ulong third, ref ulong fourth, int pitch)
    {
        Vector256<byte> bytes = Avx2.PackUnsignedSaturate(Columns(ref first, ref second, pitch), Columns(ref third, ref fourth, pitch));
        // Rows and columns were taken together in halves of registers: now in the order of the words.
        return Avx2.PermuteVar8x32(bytes.AsUInt32(), Vector256.Create(0u, 4, 1, 5, 2, 6, 3, 7)).AsUInt64();
    }

    // Of two rows one, of two columns one: eight columns in each short, of words 0, 1, 4, 5, 2, 3, 6, 7 in turn.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Columns(ref ulong first, ref ulong second, int pitch)
    {
        Vector256<ulong> low = Vector256.LoadUnsafe(ref first), high = Vector256.LoadUnsafe(ref second), rows;
        if (pitch == 64)
        {
            rows = Avx2.UnpackLow(low, high) | Avx2.UnpackHigh(low, high);
        }
        else if (pitch == 32)
        {
            rows = Avx.Shuffle(low.AsSingle(), high.AsSingle(), 0b10_00_10_00).AsUInt64() | Avx.Shuffle(low.AsSingle(), high.AsSingle(), 0b11_01_11_01).AsUInt64();
        }
        else
        {
            Vector256<uint> word = Vector256.Create((uint)ushort.MaxValue);
            rows = Avx2.PackUnsignedSaturate(
                ((low.AsUInt32() | Vector256.ShiftRightLogical(low.AsUInt32(), 16)) & word).AsInt32(),
                ((high.AsUInt32() | Vector256.ShiftRightLogical(high.AsUInt32(), 16)) & word).AsInt32()).AsUInt64();
        }
        // Of two bytes with four columns each: the second behind the first.
        return Avx2.MultiplyAddAdjacent(Even(rows).AsByte(), Vector256.Create((short)0x1001).AsSByte());
    }

    // Pairs of columns of each byte: their OR, four bits side by side.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Even(Vector256<ulong> x)
    {
        x = (x | Vector256.ShiftRightLogical(x, 1)) & Vector256.Create(0x5555555555555555UL);
        x = (x | Vector256.ShiftRightLogical(x, 1)) & Vector256.Create(0x3333333333333333UL);
        return (x | Vector256.ShiftRightLogical(x, 2)) & Vector256.Create(0x0F0F0F0F0F0F0F0FUL);
    }
}
