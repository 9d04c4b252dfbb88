using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>32 channels; four inputs a step, two with masks.</summary>
internal readonly unsafe struct Bytes256 : IByteLanes<Bytes256>
{
    private readonly Vector256<byte> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Bytes256(Vector256<byte> value) => _value = value;

    /// <inheritdoc/>
    public static int Channels => 32;

    /// <inheritdoc/>
    public static int Inputs(bool isMasked) => Nibbles.Inputs(isMasked);

    /// <inheritdoc/>
    public static byte[] Table(bool isMasked) => Nibbles.Table(isMasked);

    /// <inheritdoc/>
    public static void Split(ulong* input, ulong* live, int words, bool isMasked, byte* steps) => Nibbles.Split(input, live, words, isMasked, steps);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 Pattern(byte* table, byte step) => new(Avx2.IsSupported
        ? Avx2.BroadcastVector128ToVector256(table + step)
        : Vector256.Create(Vector128.Load(table + step)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 Differences(Bytes256 pattern, in Bytes256 weights, Bytes256 low, Bytes256 high) => new(Avx2.IsSupported
        ? Avx2.Shuffle(pattern._value, weights._value)
        : Vector256.Create(
            Vector128.ShuffleNative(pattern._value.GetLower(), weights._value.GetLower()),
            Vector128.ShuffleNative(pattern._value.GetUpper(), weights._value.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 Add(Bytes256 left, Bytes256 right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 AddEven(Bytes256 numbers, Bytes256 bytes) =>
        new((numbers._value.AsUInt16() + (bytes._value.AsUInt16() & Vector256.Create((ushort)0x00FF))).AsByte());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 AddOdd(Bytes256 numbers, Bytes256 bytes) =>
        new((numbers._value.AsUInt16() + (bytes._value.AsUInt16() >> 8)).AsByte());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 AddSixteenfold(Bytes256 low, Bytes256 high) => new((low._value.AsUInt16() + (high._value.AsUInt16() << 4)).AsByte());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Below(Bytes256 even, Bytes256 odd, Bytes256 evenBounds, Bytes256 oddBounds) => Vector256.ConditionalSelect(
        Vector256.Create((ushort)0x00FF),
        Vector256.LessThan(even._value.AsUInt16(), evenBounds._value.AsUInt16()),
        Vector256.LessThan(odd._value.AsUInt16(), oddBounds._value.AsUInt16())).AsByte().ExtractMostSignificantBits();
}
