using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>16 numbers.</summary>
internal readonly unsafe struct Shorts256 : IShortLanes<Shorts256>
{
    private readonly Vector256<short> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Shorts256(Vector256<short> value) => _value = value;

    /// <inheritdoc/>
    public static int Pair => 32;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts256 WidenFirst(byte* bytes) => new(Avx2.IsSupported
        ? Avx2.UnpackLow(Vector256.Load(bytes), Vector256<byte>.Zero).AsInt16()
        : Vector256.WidenLower(Vector256.Load(bytes)).AsInt16());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts256 WidenSecond(byte* bytes) => new(Avx2.IsSupported
        ? Avx2.UnpackHigh(Vector256.Load(bytes), Vector256<byte>.Zero).AsInt16()
        : Vector256.WidenUpper(Vector256.Load(bytes)).AsInt16());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts256 Broadcast(short number) => new(Vector256.Create(number));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts256 operator +(Shorts256 left, Shorts256 right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts256 operator -(Shorts256 left, Shorts256 right) => new(left._value - right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts256 Add(Shorts256 left, byte* right) => new(left._value + Vector256.Load((short*)right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts256 Subtract(Shorts256 left, byte* right) => new(left._value - Vector256.Load((short*)right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts256 Halve(Shorts256 numbers) => new(numbers._value >>> 1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNotNegative(byte* to, Shorts256 first, Shorts256 second) => Unsafe.WriteUnaligned(to, (uint)~(Avx2.IsSupported
        ? Avx2.PackSignedSaturate(first._value, second._value).ExtractMostSignificantBits()
        : Vector256.Narrow(first._value >> 15, second._value >> 15).ExtractMostSignificantBits()));
}
