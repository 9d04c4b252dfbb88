using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>8 numbers.</summary>
internal readonly unsafe struct Shorts128 : IShortLanes<Shorts128>
{
    private readonly Vector128<short> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Shorts128(Vector128<short> value) => _value = value;

    /// <inheritdoc/>
    public static int Pair => 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts128 WidenFirst(byte* bytes) => new(Sse2.IsSupported
        ? Sse2.UnpackLow(Vector128.Load(bytes), Vector128<byte>.Zero).AsInt16()
        : Vector128.WidenLower(Vector128.Load(bytes)).AsInt16());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts128 WidenSecond(byte* bytes) => new(Sse2.IsSupported
        ? Sse2.UnpackHigh(Vector128.Load(bytes), Vector128<byte>.Zero).AsInt16()
        : Vector128.WidenUpper(Vector128.Load(bytes)).AsInt16());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts128 Broadcast(short number) => new(Vector128.Create(number));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts128 operator +(Shorts128 left, Shorts128 right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts128 operator -(Shorts128 left, Shorts128 right) => new(left._value - right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts128 Add(Shorts128 left, byte* right) => new(left._value + Vector128.Load((short*)right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts128 Subtract(Shorts128 left, byte* right) => new(left._value - Vector128.Load((short*)right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts128 Halve(Shorts128 numbers) => new(numbers._value >>> 1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNotNegative(byte* to, Shorts128 first, Shorts128 second) => Unsafe.WriteUnaligned(to, (ushort)~(Sse2.IsSupported
        ? Sse2.PackSignedSaturate(first._value, second._value).ExtractMostSignificantBits()
        : Vector128.Narrow(first._value >> 15, second._value >> 15).ExtractMostSignificantBits()));
}
