using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>64 channels; seven inputs a step, three with masks.</summary>
internal readonly unsafe struct Bytes512 : IByteLanes<Bytes512>
{
    private readonly Vector512<byte> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Bytes512(Vector512<byte> value) => _value = value;

    /// <inheritdoc/>
    public static int Channels => 64;

    /// <inheritdoc/>
    public static int Inputs(bool isMasked) => isMasked ? 3 : 7;

    /// <inheritdoc/>
    /// <remarks>The number of ones among the differences; with masks above them, of those whose mask is 1.</remarks>
    public static byte[] Table(bool isMasked)
    {
        var table = new byte[128];
        for (int i = 0; i < table.Length; i++)
            table[i] = (byte)BitOperations.PopCount((uint)(isMasked ? i & (i >> 3) & 7 : i));
        return table;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(ulong* input, ulong* live, int words, bool isMasked, byte* steps)
    {
        if (Avx512Vbmi.IsSupported)
            ByShifting((byte*)input, (byte*)live, sizeof(ulong) * words, isMasked, steps);
        else
            ByDepositing(input, live, words, isMasked, steps);
    }

    /// <summary>64 steps at a time: the bytes that eight of them lie in go into a word, and each is shifted from there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByShifting(byte* input, byte* live, int bytes, bool isMasked, byte* steps)
    {
        const ulong First = 0x0706050403020100, Three = 0x0303030303030303, Seven = 0x0707070707070707;
        Vector512<byte> places = isMasked ? Places(First, Three) : Places(First, Seven);
        Vector512<byte> shifts = Vector512.Create(isMasked ? 0x15120F0C09060300UL : 0x312A231C150E0700UL).AsByte();
        Vector512<byte> field = Vector512.Create(isMasked ? (byte)0x07 : (byte)0x7F), zero = Vector512<byte>.Zero;
        int atOnce = 8 * Inputs(isMasked);
        for (; bytes > 0; bytes -= atOnce, input += atOnce, live += atOnce, steps += 64)
        {
            Vector512<byte> isThere = Vector512.LessThan(Vector512<byte>.Indices, Vector512.Create((byte)Math.Min(bytes, 64)));
            Vector512<byte> bits = Avx512BW.MaskLoad(input, isThere, zero) & Avx512BW.MaskLoad(live, isThere, zero);
            (Avx512Vbmi.MultiShift(shifts, Avx512Vbmi.PermuteVar64x8(bits, places).AsUInt64()) & field).Store(steps);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Places(ulong first, ulong step) => Vector512.Create(
        first, first + step, first + (2 * step), first + (3 * step), first + (4 * step), first + (5 * step), first + (6 * step), first + (7 * step)).AsByte();

    /// <summary>The same eight steps at a time, with plain words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByDepositing(ulong* input, ulong* live, int words, bool isMasked, byte* steps)
    {
        int bits = 8 * Inputs(isMasked);
        ulong bytes = isMasked ? 0x0707070707070707UL : 0x7F7F7F7F7F7F7F7FUL;
        for (int bit = 0; bit < 64 * words; bit += bits, steps += 8)
        {
            int word = bit >> 6;
            ulong next = word + 1 < words ? input[word + 1] & live[word + 1] : 0;
            ulong fields = (input[word] & live[word]) >> bit | next << 1 << ~bit;
            *(ulong*)steps = Bmi2.X64.IsSupported ? Bmi2.X64.ParallelBitDeposit(fields, bytes) : Deposit(fields, bytes);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 Pattern(byte* table, byte step) => new(Vector512.Create(step));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 Differences(Bytes512 pattern, in Bytes512 weights, Bytes512 low, Bytes512 high) => new(Avx512Vbmi.IsSupported
        ? Avx512Vbmi.PermuteVar64x8x2(low._value, pattern._value ^ weights._value, high._value)
        : LookUp(low._value, pattern._value ^ weights._value, high._value));

    /// <summary>Eight steps of inputs, the same for each eight bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 EightSteps(byte* steps) => new(Vector512.Create(*(ulong*)steps).AsByte());

    /// <summary>Adds each eight neighbouring bytes to a number of 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> AddEights(Vector512<ulong> numbers, Bytes512 bytes)
    {
        if (Avx512BW.IsSupported)
            return numbers + Avx512BW.SumAbsoluteDifferences(bytes._value, Vector512<byte>.Zero).AsUInt64();
        Vector512<ulong> even = Vector512.Create(0x00FF00FF00FF00FFUL), value = bytes._value.AsUInt64();
        return numbers + ((((value & even) + ((value >> 8) & even)) * Vector512.Create(0x0001000100010001UL)) >> 48);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<byte> LookUp(Vector512<byte> low, Vector512<byte> indices, Vector512<byte> high)
    {
        byte* table = stackalloc byte[128], found = stackalloc byte[64];
        low.Store(table);
        high.Store(table + 64);
        indices.Store(found);
        for (int i = 0; i < 64; i++)
            found[i] = table[found[i] & 127];
        return Vector512.Load(found);
    }

    private static ulong Deposit(ulong bits, ulong places)
    {
        ulong result = 0;
        for (; places != 0; places &= places - 1, bits >>= 1)
            result |= (bits & 1) << BitOperations.TrailingZeroCount(places);
        return result;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 Add(Bytes512 left, Bytes512 right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 AddEven(Bytes512 numbers, Bytes512 bytes) =>
        new((numbers._value.AsUInt16() + (bytes._value.AsUInt16() & Vector512.Create((ushort)0x00FF))).AsByte());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 AddOdd(Bytes512 numbers, Bytes512 bytes) =>
        new((numbers._value.AsUInt16() + (bytes._value.AsUInt16() >> 8)).AsByte());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 AddSixteenfold(Bytes512 low, Bytes512 high) => new((low._value.AsUInt16() + (high._value.AsUInt16() << 4)).AsByte());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Below(Bytes512 even, Bytes512 odd, Bytes512 evenBounds, Bytes512 oddBounds) => Vector512.ConditionalSelect(
        Vector512.Create((ushort)0x00FF),
        Vector512.LessThan(even._value.AsUInt16(), evenBounds._value.AsUInt16()),
        Vector512.LessThan(odd._value.AsUInt16(), oddBounds._value.AsUInt16())).AsByte().ExtractMostSignificantBits();
}
