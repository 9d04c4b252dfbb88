using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Where a sample's bits are 1, or 0, as a list of indices.</summary>
/// <remarks>Exact, the same list by every way. Input, live inputs and list are given as first words, and no bounds are checked.</remarks>
internal static unsafe class ActiveInputs
{
    /// <summary>Entries behind the last one that may be written.</summary>
    public const int Slack = 64;

    // The places of the ones of each byte, eight to a byte.
    private static readonly ushort[] s_places = Places();

    /// <summary>Number of live inputs that are 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Ones(ref ulong input, ref ulong live, int words)
    {
        int ones = 0;
        for (int w = 0; w < words; w++)
            ones += BitOperations.PopCount(Unsafe.Add(ref input, w) & Unsafe.Add(ref live, w));
        return ones;
    }

    /// <summary>Writes the live inputs that differ from <paramref name="idle"/>, in rising order, by the best way that the processor has.</summary>
    /// <param name="input">Packed bits.</param>
    /// <param name="live">1 = may be listed; as many words.</param>
    /// <param name="words">At most 1,024.</param>
    /// <param name="idle">All zeros to list ones, all ones to list zeros.</param>
    /// <param name="list">Room for as many, and <see cref="Slack"/>.</param>
    /// <returns>How many they are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int List(ref ulong input, ref ulong live, int words, ulong idle, ushort* list) =>
        Avx512Vbmi2.IsSupported && Vector512.IsHardwareAccelerated ? ByCompressing(ref input, ref live, words, idle, list)
        : Vector128.IsHardwareAccelerated ? ByTable(ref input, ref live, words, idle, list)
        : ByWalking(ref input, ref live, words, idle, list);

    /// <summary>64 inputs at a time by the compress instruction: some 14 instructions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int ByCompressing(ref ulong input, ref ulong live, int words, ulong idle, ushort* list)
    {
        // Byte i of the mask is byte i / 8 of the word, of which it keeps bit i mod 8; an instruction of 128-bit lanes reaches it, as each has the whole word.
        Vector512<byte> places = Vector512<byte>.Indices;
        Vector512<byte> bytes = (places.AsUInt16() >> 3).AsByte() & Vector512.Create((byte)0x07);
        Vector512<byte> bits = Vector512.Create(0x8040201008040201).AsByte();
        int count = 0;
        for (int w = 0; w < words; w++)
        {
            ulong active = (Unsafe.Add(ref input, w) ^ idle) & Unsafe.Add(ref live, w);
            Vector512<byte> isActive = Vector512.Equals(Avx512BW.Shuffle(Vector512.Create(active).AsByte(), bytes) & bits, bits);
            Vector512<byte> packed = Avx512Vbmi2.Compress(Vector512<byte>.Zero, isActive, places);
            Vector512<ushort> from = Vector512.Create((ushort)(64 * w));
            Vector512.Store(Vector512.WidenLower(packed) + from, list + count);
            Vector512.Store(Vector512.WidenUpper(packed) + from, list + count + 32);
            count += BitOperations.PopCount(active);
        }
        return count;
    }

    /// <summary>Eight inputs at a time by a table of 4 KB: some seven instructions and no branch.</summary>
    public static int ByTable(ref ulong input, ref ulong live, int words, ulong idle, ushort* list) =>
        ByTable(ref input, ref live, words, idle, list, ref MemoryMarshal.GetArrayDataReference(s_places));

    /// <summary>One active input at a time, with plain words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int ByWalking(ref ulong input, ref ulong live, int words, ulong idle, ushort* list)
    {
        int count = 0;
        for (int w = 0; w < words; w++)
        {
            for (ulong active = (Unsafe.Add(ref input, w) ^ idle) & Unsafe.Add(ref live, w); active != 0; active &= active - 1)
                list[count++] = (ushort)((64 * w) + BitOperations.TrailingZeroCount(active));
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ByTable(ref ulong input, ref ulong live, int words, ulong idle, ushort* list, ref ushort places)
    {
        ushort* end = list;
        Vector128<ushort> eight = Vector128.Create((ushort)8), from = Vector128<ushort>.Zero;
        for (int w = 0; w < words; w++)
        {
            ulong active = (Unsafe.Add(ref input, w) ^ idle) & Unsafe.Add(ref live, w);
            // Written out, because the JIT would keep the loop.
            end = Octet(end, ref places, (byte)active, from);
            end = Octet(end, ref places, (byte)(active >> 8), from += eight);
            end = Octet(end, ref places, (byte)(active >> 16), from += eight);
            end = Octet(end, ref places, (byte)(active >> 24), from += eight);
            end = Octet(end, ref places, (byte)(active >> 32), from += eight);
            end = Octet(end, ref places, (byte)(active >> 40), from += eight);
            end = Octet(end, ref places, (byte)(active >> 48), from += eight);
            end = Octet(end, ref places, (byte)(active >> 56), from += eight);
            from += eight;
        }
        return (int)(end - list);
    }

    // Writes eight entries, of which those behind the octet's ones are written again by the next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort* Octet(ushort* end, ref ushort places, byte octet, Vector128<ushort> from)
    {
        (Vector128.LoadUnsafe(ref places, 8 * (nuint)octet) + from).Store(end);
        return end + BitOperations.PopCount((uint)octet);
    }

    private static ushort[] Places()
    {
        var places = new ushort[256 * 8];
        for (int octet = 0; octet < 256; octet++)
        {
            int at = 8 * octet;
            for (int bits = octet; bits != 0; bits &= bits - 1)
                places[at++] = (ushort)BitOperations.TrailingZeroCount(bits);
        }
        return places;
    }
}
