using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>32 numbers.</summary>
internal readonly unsafe struct Shorts512 : IShortLanes<Shorts512>
{
    private readonly Vector512<short> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Shorts512(Vector512<short> value) => _value = value;

    /// <inheritdoc/>
    public static int Pair => 64;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts512 WidenFirst(byte* bytes) => new(Avx512BW.IsSupported
        ? Avx512BW.UnpackLow(Vector512.Load(bytes), Vector512<byte>.Zero).AsInt16()
        : Vector512.WidenLower(Vector512.Load(bytes)).AsInt16());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts512 WidenSecond(byte* bytes) => new(Avx512BW.IsSupported
        ? Avx512BW.UnpackHigh(Vector512.Load(bytes), Vector512<byte>.Zero).AsInt16()
        : Vector512.WidenUpper(Vector512.Load(bytes)).AsInt16());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts512 Broadcast(short number) => new(Vector512.Create(number));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts512 operator +(Shorts512 left, Shorts512 right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts512 operator -(Shorts512 left, Shorts512 right) => new(left._value - right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts512 Add(Shorts512 left, byte* right) => new(left._value + Vector512.Load((short*)right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts512 Subtract(Shorts512 left, byte* right) => new(left._value - Vector512.Load((short*)right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Shorts512 Halve(Shorts512 numbers) => new(numbers._value >>> 1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNotNegative(byte* to, Shorts512 first, Shorts512 second) => Unsafe.WriteUnaligned(to, (ulong)~(Avx512BW.IsSupported
        ? Avx512BW.PackSignedSaturate(first._value, second._value).ExtractMostSignificantBits()
        : Vector512.Narrow(first._value >> 15, second._value >> 15).ExtractMostSignificantBits()));
}
