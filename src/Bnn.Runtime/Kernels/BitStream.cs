using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Bits in words, read and written at any bit: bit i of a stream is bit i mod 64 of word ⌊i/64⌋.</summary>
/// <remarks>No bounds are checked. A stream that is read has one readable word of any content behind its last one.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BitStream
{
    /// <summary>Words that a stream of <paramref name="bits"/> bits needs with the readable word behind it.</summary>
    public static int WordsFor(int bits) => Model.WeightMatrix.WordsFor(bits) + 1;

    /// <summary>The lowest <paramref name="count"/> bits, in [1, 64].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Low(int count) => ulong.MaxValue >> (64 - count);

    /// <summary>The 64 bits from <paramref name="bit"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ref readonly ulong words, int bit)
    {
        ref ulong word = ref Unsafe.Add(ref Unsafe.AsRef(in words), (nint)(uint)bit >> 6);
        // Two shifts, because a shift by 64 is one by 0.
        return word >> bit | Unsafe.Add(ref word, 1) << 1 << ~bit;
    }

    /// <summary>Sets the bits from <paramref name="bit"/> on that are set in <paramref name="bits"/>; the next word is touched only if one falls into it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Or(ref ulong words, int bit, ulong bits)
    {
        ref ulong word = ref Unsafe.Add(ref words, (nint)(uint)bit >> 6);
        word |= bits << bit;
        ulong rest = bits >> 1 >> ~bit;
        if (rest != 0)
            Unsafe.Add(ref word, 1) |= rest;
    }
}
