using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using B = System.Runtime.Intrinsics.Vector512<byte>;
using H = System.Runtime.Intrinsics.Vector256<byte>;

namespace Bnn.Training;

/// <summary>Dots of 16 channels of signs with the signs under a kernel: differing bits counted in registers of 64-bit lanes, a channel in each.</summary>
/// <remarks>Exact, so the same floats as products and sums would give, on every processor.</remarks>
internal static unsafe class SignCounts
{
    /// <summary>Channels of a block.</summary>
    public const int Channels = 16;

    // Bytes hold the differences of so many words: at most eight each.
    private const int WordsOfByte = 31;

    /// <summary>Computes dot = all − 2 · differing bits at some places.</summary>
    /// <param name="places">Number of places.</param>
    /// <param name="step">Bytes from a place to the next.</param>
    /// <param name="words">Number of words at a place, at least 1.</param>
    /// <param name="values">The first place, at any byte.</param>
    /// <param name="offsets"><c>[words]</c> bytes from the place to each word.</param>
    /// <param name="masks">The bits that count.</param>
    /// <param name="weights"><c>[words][16]</c></param>
    /// <param name="all"><c>[16]</c> number of bits that count, channel by channel.</param>
    /// <param name="dots">Receives <c>[places][16]</c>.</param>
    public static void Run<T>(int places, int step, int words, byte* values, int* offsets, T masks, ulong* weights, int* all, float* dots)
        where T : struct, ISignMasks
    {
        if (Avx512BW.IsSupported && Vector512.IsHardwareAccelerated)
            Run512(places, step, words, values, offsets, masks, weights, all, dots);
        else if (Avx2.IsSupported)
            Run256(places, step, words, values, offsets, masks, weights, all, dots);
        else
            RunWords(places, step, words, values, offsets, masks, weights, all, dots);
    }

    /// <summary>A count of bits for each channel and word.</summary>
    internal static void RunWords<T>(int places, int step, int words, byte* values, int* offsets, T masks, ulong* weights, int* all, float* dots)
        where T : struct, ISignMasks
    {
        for (; places > 0; places--, values += step, dots += Channels)
        {
            for (int c = 0; c < Channels; c++)
            {
                int count = 0;
                for (int w = 0; w < words; w++)
                    count += BitOperations.PopCount((*(ulong*)(values + offsets[w]) ^ weights[(w * Channels) + c]) & masks.Of(w, c));
                dots[c] = all[c] - (2 * count);
            }
        }
    }

    private static void Run512<T>(int places, int step, int words, byte* values, int* offsets, T masks, ulong* weights, int* all, float* dots)
        where T : struct, ISignMasks
    {
        B table = Vector512.Create(Vector256.Create(Table, Table)), low = Vector512.Create((byte)15);
        for (; places > 0; places--, values += step, dots += Channels)
        {
            Vector512<ulong> counts0 = Vector512<ulong>.Zero, counts1 = counts0;
            for (int first = 0; first < words; first += WordsOfByte)
            {
                B bytes0 = B.Zero, bytes1 = B.Zero;
                for (int w = first; w < Math.Min(words, first + WordsOfByte); w++)
                {
                    Vector512<ulong> value = Vector512.Create(*(ulong*)(values + offsets[w]));
                    B x = ((value ^ Vector512.Load(weights + (w * Channels))) & masks.Eight(w, 0)).AsByte();
                    B y = ((value ^ Vector512.Load(weights + (w * Channels) + 8)) & masks.Eight(w, 8)).AsByte();
                    bytes0 += Avx512BW.Shuffle(table, x & low) + Avx512BW.Shuffle(table, (x.AsUInt16() >> 4).AsByte() & low);
                    bytes1 += Avx512BW.Shuffle(table, y & low) + Avx512BW.Shuffle(table, (y.AsUInt16() >> 4).AsByte() & low);
                }
                counts0 += Avx512BW.SumAbsoluteDifferences(bytes0, B.Zero).AsUInt64();
                counts1 += Avx512BW.SumAbsoluteDifferences(bytes1, B.Zero).AsUInt64();
            }
            Vector512<int> counts = Vector512.Narrow(counts0, counts1).AsInt32();
            Vector512.ConvertToSingle(Vector512.Load(all) - (counts << 1)).Store(dots);
        }
    }

    private static void Run256<T>(int places, int step, int words, byte* values, int* offsets, T masks, ulong* weights, int* all, float* dots)
        where T : struct, ISignMasks
    {
        H table = Vector256.Create(Table, Table), low = Vector256.Create((byte)15);
        for (; places > 0; places--, values += step, dots += Channels)
        {
            for (int c = 0; c < Channels; c += 8)
            {
                Vector256<ulong> counts0 = Vector256<ulong>.Zero, counts1 = counts0;
                for (int first = 0; first < words; first += WordsOfByte)
                {
                    H bytes0 = H.Zero, bytes1 = H.Zero;
                    for (int w = first; w < Math.Min(words, first + WordsOfByte); w++)
                    {
                        Vector256<ulong> value = Vector256.Create(*(ulong*)(values + offsets[w]));
                        H x = ((value ^ Vector256.Load(weights + (w * Channels) + c)) & masks.Four(w, c)).AsByte();
                        H y = ((value ^ Vector256.Load(weights + (w * Channels) + c + 4)) & masks.Four(w, c + 4)).AsByte();
                        bytes0 += Avx2.Shuffle(table, x & low) + Avx2.Shuffle(table, (x.AsUInt16() >> 4).AsByte() & low);
                        bytes1 += Avx2.Shuffle(table, y & low) + Avx2.Shuffle(table, (y.AsUInt16() >> 4).AsByte() & low);
                    }
                    counts0 += Avx2.SumAbsoluteDifferences(bytes0, H.Zero).AsUInt64();
                    counts1 += Avx2.SumAbsoluteDifferences(bytes1, H.Zero).AsUInt64();
                }
                Vector256<int> counts = Vector256.Narrow(counts0, counts1).AsInt32();
                Vector256.ConvertToSingle(Vector256.Load(all + c) - (counts << 1)).Store(dots + c);
            }
        }
    }

    // The bits of each nibble.
    private static Vector128<byte> Table => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
}
