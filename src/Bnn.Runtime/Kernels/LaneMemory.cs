using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Words seen as registers of lanes.</summary>
internal static class LaneMemory
{
    /// <summary>Words to add to a stack buffer that <see cref="Align"/> is to move to a cache line.</summary>
    public const int AlignmentWords = 7;

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

    [DoesNotReturn]
    private static void Throw(int length, int registers, int words, string parameter) =>
        throw new ArgumentException(FormattableString.Invariant($"{registers} registers of {words} words do not fit into {length} words."), parameter);
}
