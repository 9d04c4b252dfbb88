using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>Packs bytes into bits, 64 to a word: one plane of an input encoding.</summary>
/// <remarks>
/// Exact on every lane width: the same bits with 512, 256, 128 bits and without vectors. Cost: about one compare and one mask for each vector of bytes.
/// Packing a run is not inlined: the eight levels of a thermometer would take a method past the 1,024 locals that the JIT optimises.
/// </remarks>
public static class InputPacking
{
    /// <summary>Packs the bits <c>values[i] ≥ threshold</c>.</summary>
    /// <param name="values"><c>[n]</c> bytes.</param>
    /// <param name="threshold">In [1, 255].</param>
    /// <param name="words">Bits from <paramref name="bitOffset"/> on must be 0; bit <paramref name="bitOffset"/> + i receives that of value i.</param>
    /// <param name="bitOffset">Where the plane begins, in bits.</param>
    /// <exception cref="ArgumentException"><paramref name="words"/> has no room.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AtLeast(ReadOnlySpan<byte> values, int threshold, Span<ulong> words, int bitOffset) =>
        Pack(values, new AtLeastTest((byte)threshold), words, bitOffset);

    /// <summary>Packs bit number <paramref name="bit"/> of each value.</summary>
    /// <param name="values"><c>[n]</c> bytes.</param>
    /// <param name="bit">In [0, 7], 0 the least significant.</param>
    /// <param name="words">Bits from <paramref name="bitOffset"/> on must be 0; bit <paramref name="bitOffset"/> + i receives that of value i.</param>
    /// <param name="bitOffset">Where the plane begins, in bits.</param>
    /// <exception cref="ArgumentException"><paramref name="words"/> has no room.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Bit(ReadOnlySpan<byte> values, int bit, Span<ulong> words, int bitOffset) =>
        Pack(values, new BitTest(bit), words, bitOffset);

    /// <summary>Brings the values of an image from channel-major into pixel-major order, so that packing them gives pixel-major bits.</summary>
    /// <param name="values"><c>[channels, pixels]</c> bytes.</param>
    /// <param name="channels">Divides the number of values.</param>
    /// <param name="pixels">Receives <c>[pixels, channels]</c> bytes.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Interleave(ReadOnlySpan<byte> values, int channels, Span<byte> pixels)
    {
        if (channels < 1 || values.Length % channels != 0 || pixels.Length < values.Length)
            throw new ArgumentException($"{values.Length} values of {channels} channels do not fit into {pixels.Length} bytes.", nameof(pixels));
        int count = values.Length / channels;
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<byte> plane = values.Slice(channel * count, count);
            ref byte to = ref Unsafe.Add(ref MemoryMarshal.GetReference(pixels), channel);
            for (int i = 0; i < plane.Length; i++)
                Unsafe.Add(ref to, (nint)i * channels) = plane[i];
        }
    }

    // How a byte becomes a bit; the vector forms leave it in the top bit of each byte.
    private interface ITest
    {
        Vector512<byte> Top(Vector512<byte> values);
        Vector256<byte> Top(Vector256<byte> values);
        Vector128<byte> Top(Vector128<byte> values);
        bool Test(byte value);
    }

    private readonly struct AtLeastTest(byte threshold) : ITest
    {
        public Vector512<byte> Top(Vector512<byte> values) => Vector512.GreaterThanOrEqual(values, Vector512.Create(threshold));
        public Vector256<byte> Top(Vector256<byte> values) => Vector256.GreaterThanOrEqual(values, Vector256.Create(threshold));
        public Vector128<byte> Top(Vector128<byte> values) => Vector128.GreaterThanOrEqual(values, Vector128.Create(threshold));
        public bool Test(byte value) => value >= threshold;
    }

    private readonly struct BitTest(int bit) : ITest
    {
        // Shifting 16-bit lanes moves bits across bytes, but never into the top bit of a byte from another one: it comes from below in the same byte.
        public Vector512<byte> Top(Vector512<byte> values) => Vector512.ShiftLeft(values.AsUInt16(), 7 - bit).AsByte();
        public Vector256<byte> Top(Vector256<byte> values) => Vector256.ShiftLeft(values.AsUInt16(), 7 - bit).AsByte();
        public Vector128<byte> Top(Vector128<byte> values) => Vector128.ShiftLeft(values.AsUInt16(), 7 - bit).AsByte();
        public bool Test(byte value) => (value >> bit & 1) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pack<TTest>(ReadOnlySpan<byte> values, TTest test, Span<ulong> words, int bitOffset)
        where TTest : struct, ITest
    {
        if (bitOffset < 0 || (long)bitOffset + values.Length > 64L * words.Length)
            throw new ArgumentException($"{values.Length} bits from bit {bitOffset} on do not fit into {words.Length} words.", nameof(words));
        if (values.IsEmpty)
            return;
        int shift = bitOffset & 63;
        ref byte from = ref MemoryMarshal.GetReference(values);
        ref ulong to = ref Unsafe.Add(ref MemoryMarshal.GetReference(words), bitOffset >> 6);
        // What a word begins with, from the values before. Two shifts, because a shift by 64 is one by 0.
        ulong carry = to;
        int i = 0;
        for (; i + 64 <= values.Length; i += 64, to = ref Unsafe.Add(ref to, 1))
        {
            ulong bits = Pack64(ref Unsafe.Add(ref from, i), test);
            to = carry | bits << shift;
            carry = bits >> 1 >> (63 - shift);
        }
        ulong last = i < values.Length ? PackTail(values[i..], test) : 0;
        // The last words may not exist if they would get no bits.
        if (shift + values.Length - i > 0)
            to = carry | last << shift;
        if (shift + values.Length - i > 64)
            Unsafe.Add(ref to, 1) |= last >> 1 >> (63 - shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Pack64<TTest>(ref byte from, TTest test)
        where TTest : struct, ITest
    {
        if (Vector512.IsHardwareAccelerated)
            return test.Top(Vector512.LoadUnsafe(ref from)).ExtractMostSignificantBits();
        if (Vector256.IsHardwareAccelerated)
        {
            return test.Top(Vector256.LoadUnsafe(ref from)).ExtractMostSignificantBits()
                | (ulong)test.Top(Vector256.LoadUnsafe(ref from, 32)).ExtractMostSignificantBits() << 32;
        }
        if (Vector128.IsHardwareAccelerated)
        {
            ulong bits = 0;
            for (int i = 0; i < 4; i++)
                bits |= (ulong)test.Top(Vector128.LoadUnsafe(ref from, (nuint)(16 * i))).ExtractMostSignificantBits() << (16 * i);
            return bits;
        }
        return PackTail(MemoryMarshal.CreateReadOnlySpan(ref from, 64), test);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PackTail<TTest>(ReadOnlySpan<byte> values, TTest test)
        where TTest : struct, ITest
    {
        ulong bits = 0;
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i + 16 <= values.Length; i += 16)
                bits |= (ulong)test.Top(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i)).ExtractMostSignificantBits() << i;
        }
        for (; i < values.Length; i++)
            bits |= test.Test(values[i]) ? 1UL << i : 0;
        return bits;
    }
}
