using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Pools of two by two over planes with a pixel in each lane, as those of <see cref="LaneHalving"/>, with instructions that pick single bits of a word: some ten instructions for a word.</summary>
internal static unsafe class BitHalving
{
    /// <summary>The largest pitch whose words hold both rows of a window.</summary>
    public const int MostPitch = 32;

    /// <summary>Pools every channel. The processor must have the instructions, <see cref="InputWindow.IsFast"/>.</summary>
    /// <param name="input">Layout of the image, of a pitch up to <see cref="MostPitch"/>.</param>
    /// <param name="planes">A plane every <paramref name="stride"/> words.</param>
    /// <param name="stride">Words from one input plane to the next.</param>
    /// <param name="channels">Number of planes.</param>
    /// <param name="and"><c>[⌈channels/64⌉]</c> words, 1 = AND, which is OR of the opposite bits; empty: all OR.</param>
    /// <param name="words">Words of an output plane.</param>
    /// <param name="output">Receives a plane every <paramref name="outputStride"/> words.</param>
    /// <param name="outputStride">Words from one output plane to the next.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pool(PixelLayout input, ReadOnlySpan<ulong> planes, int stride, int channels, ReadOnlySpan<ulong> and, int words, Span<ulong> output, int outputStride)
    {
        int pitch = input.Pitch, inputWords = input.Words;
        if (pitch > MostPitch || planes.Length < ((channels - 1) * stride) + inputWords || output.Length < ((channels - 1) * outputStride) + words)
            throw new ArgumentException($"{channels} planes of {input} do not fit into {planes.Length} and {output.Length} words.", nameof(input));
        // Even columns of even rows; four columns stand at the least pitch.
        ulong even = pitch == 8 ? 0x0055005500550055UL : pitch == 16 ? 0x0000555500005555UL : 0x55555555UL;
        int perWord = pitch == 8 ? 2 : 4, wholes = Math.Min(words, inputWords / perWord);
        fixed (ulong* first = planes, to = output)
        {
            for (int c = 0; c < channels; c++)
            {
                ulong flip = !and.IsEmpty && (and[c >> 6] >> (c & 63) & 1) != 0 ? ulong.MaxValue : 0;
                ulong* from = first + (c * stride), next = to + (c * outputStride), end = next + words;
                if (pitch == 8)
                {
                    for (ulong* last = next + wholes; next < last; next++, from += 2)
                        *next = (Spread(Half(from[0] ^ flip, 8, even)) | Spread(Half(from[1] ^ flip, 8, even)) << 32) ^ flip;
                    if (next < end)
                        *next = Spread(Half(*from ^ flip, 8, even)) ^ flip;
                    continue;
                }
                for (ulong* last = next + wholes; next < last; next++, from += 4)
                {
                    ulong low = Half(from[0] ^ flip, pitch, even) | Half(from[1] ^ flip, pitch, even) << 16;
                    ulong high = Half(from[2] ^ flip, pitch, even) | Half(from[3] ^ flip, pitch, even) << 16;
                    *next = (low | high << 32) ^ flip;
                }
                if (next == end)
                    continue;
                ulong word = 0;
                for (int i = 0; i < inputWords % 4; i++)
                    word |= Half(from[i] ^ flip, pitch, even) << (16 * i);
                *next = word ^ flip;
            }
        }
    }

    // The even columns of the even rows of a word, side by side, each of four pixels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Half(ulong rows, int pitch, ulong even)
    {
        rows |= rows >> pitch;
        return Bmi2.X64.ParallelBitExtract(rows | rows >> 1, even);
    }

    // Rows of four columns at a pitch of 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Spread(ulong rows) => Bmi2.X64.ParallelBitDeposit(rows, 0x0F0F0F0FUL);
}
