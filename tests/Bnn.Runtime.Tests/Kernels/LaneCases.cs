using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Bits of lanes in the plainest form, and layers made of model weights.</summary>
internal static class LaneCases
{
    public static LaneLayer Layer(WeightMatrix weights, int[] limits, bool isEightBit) =>
        LaneLayer.Create(weights.Columns, weights.PackedSigns(), weights.PackedMasks(), limits, isEightBit);

    /// <summary><c>[planes, lanes]</c> random bits; some lanes are all 0, all 1, or sparse.</summary>
    public static bool[,] Bits(int planes, int lanes, Random random)
    {
        var bits = new bool[planes, lanes];
        for (int lane = 0; lane < lanes; lane++)
        {
            double ones = (lane % 8) switch { 0 => 0, 1 => 1, 2 => 0.1, 3 => 0.9, _ => 0.5 };
            for (int plane = 0; plane < planes; plane++)
                bits[plane, lane] = random.NextDouble() < ones;
        }
        return bits;
    }

    /// <summary>The same packed: registers of all planes one after another.</summary>
    public static ulong[] Planes(bool[,] bits)
    {
        int words = bits.GetLength(1) / 64;
        var planes = new ulong[bits.GetLength(0) * words];
        for (int plane = 0; plane < bits.GetLength(0); plane++)
        {
            for (int lane = 0; lane < bits.GetLength(1); lane++)
                planes[(plane * words) + (lane >> 6)] |= bits[plane, lane] ? 1UL << (lane & 63) : 0;
        }
        return planes;
    }

    /// <summary>Runs a layer, and compares each of its channels in every lane with a plain count.</summary>
    public static void AssertExact<TLanes>(WeightMatrix weights, int[] limits, bool isEightBit, bool[,] bits, int stride, string what)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var output = new ulong[((limits.Length - 1) * stride) + TLanes.Words];
        Layer(weights, limits, isEightBit).Run<TLanes>(Planes(bits), output, stride);
        for (int c = 0; c < limits.Length; c++)
        {
            for (int lane = 0; lane < 64 * TLanes.Words; lane++)
            {
                bool expected = Count(weights, c, bits, lane, isEightBit) <= limits[c];
                Assert.True(expected == Bit(output.AsSpan(c * stride), lane), $"{what}, channel {c}, lane {lane}: not {expected}");
            }
        }
    }

    public static bool Bit(ReadOnlySpan<ulong> words, int index) => (words[index >> 6] >> (index & 63) & 1) != 0;

    /// <summary>Live positions where input and weight differ; bit b of an eight-bit input, in plane b · columns + column, counts 2^b.</summary>
    public static int Count(WeightMatrix weights, int channel, bool[,] bits, int lane, bool isEightBit)
    {
        int count = 0;
        for (int b = 0; b < (isEightBit ? 8 : 1); b++)
        {
            for (int i = 0; i < weights.Columns; i++)
                count += weights.IsLive(channel, i) && bits[(b * weights.Columns) + i, lane] != weights.IsPositive(channel, i) ? 1 << b : 0;
        }
        return count;
    }
}
