using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Words seen as registers of lanes.</summary>
internal static class LaneMemory
{
    /// <summary>The first register of a span that is long enough.</summary>
    public static ref TLanes First<TLanes>(ReadOnlySpan<ulong> words)
        where TLanes : unmanaged, ILanes<TLanes> =>
        ref Unsafe.As<ulong, TLanes>(ref MemoryMarshal.GetReference(words));

    /// <summary>The first register from <paramref name="memory"/> on, which does not move, that begins at a multiple of 64 bytes.</summary>
    public static unsafe ref TLanes Align<TLanes>(ulong* memory)
        where TLanes : unmanaged, ILanes<TLanes> =>
        ref *(TLanes*)(((nuint)memory + 63) & ~(nuint)63);

    /// <summary>Throws unless <paramref name="length"/> words hold <paramref name="registers"/> registers.</summary>
    /// <exception cref="ArgumentException">The message names both.</exception>
    public static void Check<TLanes>(int length, int registers, string parameter)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (length < (long)registers * TLanes.Words)
            Throw(length, registers, TLanes.Words, parameter);
    }

    /// <summary>Number of samples in <paramref name="length"/> bytes.</summary>
    /// <exception cref="ArgumentException">They are no whole number of samples, or more than lanes.</exception>
    public static int Samples<TLanes>(int length, int imageLength)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int samples = imageLength > 0 ? length / imageLength : -1;
        if ((uint)samples > 64u * (uint)TLanes.Words || (long)samples * imageLength != length)
            throw new ArgumentException($"{length} bytes are not up to {64 * TLanes.Words} samples of {imageLength}.", nameof(length));
        return samples;
    }

    /// <summary>Throws unless <paramref name="samples"/> have a lane each.</summary>
    /// <exception cref="ArgumentException">They have not.</exception>
    public static void CheckLanes<TLanes>(int samples, string parameter)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if ((uint)samples > 64u * (uint)TLanes.Words)
            throw new ArgumentException(FormattableString.Invariant($"Must be the results of up to {64 * TLanes.Words} samples."), parameter);
    }

    /// <summary>The word of a lane after a transposition: row lane mod 64 of matrix lane / 64.</summary>
    public static ulong OfLane<TLanes>(ref ulong transposed, int lane)
        where TLanes : unmanaged, ILanes<TLanes> =>
        Unsafe.Add(ref transposed, ((lane & 63) * TLanes.Words) + (lane >> 6));

    [DoesNotReturn]
    private static void Throw(int length, int registers, int words, string parameter) =>
        throw new ArgumentException(FormattableString.Invariant($"{registers} registers of {words} words do not fit into {length} words."), parameter);
}
