using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>16 channels; four inputs a step, two with masks.</summary>
internal readonly unsafe struct Bytes128 : IByteLanes<Bytes128>
{
    private readonly Vector128<byte> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Bytes128(Vector128<byte> value) => _value = value;

    /// <inheritdoc/>
    public static int Channels => 16;

    /// <inheritdoc/>
    public static int Inputs(bool isMasked) => Nibbles.Inputs(isMasked);

    /// <inheritdoc/>
    public static byte[] Table(bool isMasked) => Nibbles.Table(isMasked);

    /// <inheritdoc/>
    public static void Split(ulong* input, ulong* live, int words, bool isMasked, byte* steps) => Nibbles.Split(input, live, words, isMasked, steps);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 Pattern(byte* table, byte step) => new(Vector128.Load(table + step));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 Differences(Bytes128 pattern, in Bytes128 weights, Bytes128 low, Bytes128 high) => new(Ssse3.IsSupported
        ? Ssse3.Shuffle(pattern._value, weights._value)
        : Vector128.ShuffleNative(pattern._value, weights._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 Add(Bytes128 left, Bytes128 right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 AddEven(Bytes128 numbers, Bytes128 bytes) =>
        new((numbers._value.AsUInt16() + (bytes._value.AsUInt16() & Vector128.Create((ushort)0x00FF))).AsByte());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 AddOdd(Bytes128 numbers, Bytes128 bytes) =>
        new((numbers._value.AsUInt16() + (bytes._value.AsUInt16() >> 8)).AsByte());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 AddSixteenfold(Bytes128 low, Bytes128 high) => new((low._value.AsUInt16() + (high._value.AsUInt16() << 4)).AsByte());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Below(Bytes128 even, Bytes128 odd, Bytes128 evenBounds, Bytes128 oddBounds) => Vector128.ConditionalSelect(
        Vector128.Create((ushort)0x00FF),
        Vector128.LessThan(even._value.AsUInt16(), evenBounds._value.AsUInt16()),
        Vector128.LessThan(odd._value.AsUInt16(), oddBounds._value.AsUInt16())).AsByte().ExtractMostSignificantBits();
}
