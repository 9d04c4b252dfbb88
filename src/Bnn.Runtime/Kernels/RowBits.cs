using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Rows of an image as words: picking columns.</summary>
internal static class RowBits
{
    /// <summary>Bits 0, step, 2 · step, … side by side.</summary>
    /// <remarks>About 16 instructions for a step of 2; without ParallelBitExtract, which some processors do in microcode. Other steps bit by bit.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Every(ulong bits, int step) => step == 1 ? bits : step == 2 ? Even(bits) : EveryNth(bits, step);

    private static ulong Even(ulong bits)
    {
        bits &= 0x5555555555555555;
        bits = (bits | bits >> 1) & 0x3333333333333333;
        bits = (bits | bits >> 2) & 0x0F0F0F0F0F0F0F0F;
        bits = (bits | bits >> 4) & 0x00FF00FF00FF00FF;
        bits = (bits | bits >> 8) & 0x0000FFFF0000FFFF;
        return (bits | bits >> 16) & 0x00000000FFFFFFFF;
    }

    private static ulong EveryNth(ulong bits, int step)
    {
        ulong picked = 0;
        for (int from = 0, to = 0; from < 64; from += step, to++)
            picked |= (bits >> from & 1) << to;
        return picked;
    }
}
