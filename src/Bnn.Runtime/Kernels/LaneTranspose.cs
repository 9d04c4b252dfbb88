using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Transposes 1 to 8 matrices of 64 x 64 bits, or of 8 x 8 bytes, side by side: word i of the registers is a matrix, register r its row r.</summary>
/// <remarks>
/// Exact, and its own inverse. Stages of exchanges of blocks, three at a time on eight registers, so that each is loaded and stored twice (once for bytes):
/// 1,152 operations of the width for bits, 288 for a matrix with 256 lanes; 72 for bytes. No operation crosses a word: it is the same code for every width.
/// Source: Warren, Hacker's Delight, 2nd edition, 7-3.
/// </remarks>
internal static class LaneTranspose
{
    /// <summary>Rows of a matrix, and registers that are taken.</summary>
    public const int Rows = 64;

    /// <summary>Bit c of word i of register r and bit r of word i of register c change places.</summary>
    /// <param name="rows">The first of <see cref="Rows"/> registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes>(ref TLanes rows)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int r = 0; r < 8; r++)
            Eight(ref Unsafe.Add(ref rows, r), 8, 8, 0x00000000FFFFFFFF, 0x0000FFFF0000FFFF, 0x00FF00FF00FF00FF);
        for (int r = 0; r < 64; r += 8)
            Eight(ref Unsafe.Add(ref rows, r), 1, 1, 0x0F0F0F0F0F0F0F0F, 0x3333333333333333, 0x5555555555555555);
    }

    /// <summary>Byte c of word i of register r and byte r of word i of register c change places.</summary>
    /// <param name="rows">The first of eight registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Bytes<TLanes>(ref TLanes rows)
        where TLanes : unmanaged, ILanes<TLanes> =>
        Eight(ref rows, 1, 8, 0x00000000FFFFFFFF, 0x0000FFFF0000FFFF, 0x00FF00FF00FF00FF);

    // Three stages on registers step apart, whose blocks lie distance bits apart: first those 4 steps apart, then 2, then 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight<TLanes>(ref TLanes rows, int step, int distance, ulong far, ulong middle, ulong near)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes a = rows, b = Unsafe.Add(ref rows, step), c = Unsafe.Add(ref rows, 2 * step), d = Unsafe.Add(ref rows, 3 * step);
        TLanes e = Unsafe.Add(ref rows, 4 * step), f = Unsafe.Add(ref rows, 5 * step), g = Unsafe.Add(ref rows, 6 * step), h = Unsafe.Add(ref rows, 7 * step);
        TLanes low = TLanes.Broadcast(far);
        Exchange(ref a, ref e, low, 4 * distance);
        Exchange(ref b, ref f, low, 4 * distance);
        Exchange(ref c, ref g, low, 4 * distance);
        Exchange(ref d, ref h, low, 4 * distance);
        low = TLanes.Broadcast(middle);
        Exchange(ref a, ref c, low, 2 * distance);
        Exchange(ref b, ref d, low, 2 * distance);
        Exchange(ref e, ref g, low, 2 * distance);
        Exchange(ref f, ref h, low, 2 * distance);
        low = TLanes.Broadcast(near);
        Exchange(ref a, ref b, low, distance);
        Exchange(ref c, ref d, low, distance);
        Exchange(ref e, ref f, low, distance);
        Exchange(ref g, ref h, low, distance);
        rows = a;
        Unsafe.Add(ref rows, step) = b;
        Unsafe.Add(ref rows, 2 * step) = c;
        Unsafe.Add(ref rows, 3 * step) = d;
        Unsafe.Add(ref rows, 4 * step) = e;
        Unsafe.Add(ref rows, 5 * step) = f;
        Unsafe.Add(ref rows, 6 * step) = g;
        Unsafe.Add(ref rows, 7 * step) = h;
    }

    // The high columns of the first row and the low ones of the second change places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange<TLanes>(ref TLanes first, ref TLanes second, TLanes low, int distance)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes difference = (TLanes.ShiftRight(first, distance) ^ second) & low;
        second ^= difference;
        first ^= TLanes.ShiftLeft(difference, distance);
    }
}
