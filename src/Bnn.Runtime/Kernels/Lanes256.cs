using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>256 lanes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Lanes256 : ILanes<Lanes256>
{
    private readonly Vector256<ulong> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes256(Vector256<ulong> value) => _value = value;

    /// <summary>The register.</summary>
    internal Vector256<ulong> Value => _value;

    /// <inheritdoc/>
    public static int Words => 4;

    /// <inheritdoc/>
    public static bool IsAccelerated => Vector256.IsHardwareAccelerated;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Broadcast(ulong word) => new(Vector256.Create(word));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AndNot(Lanes256 value, Lanes256 without) => new(Vector256.AndNot(value._value, without._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Select(Lanes256 condition, Lanes256 whereOne, Lanes256 whereZero) => new(Avx512F.VL.IsSupported
        ? Avx512F.VL.TernaryLogic(condition._value, whereOne._value, whereZero._value, TernaryControl.Select)
        : whereZero._value ^ (condition._value & (whereOne._value ^ whereZero._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Add(ref Lanes256 digit, Lanes256 a, in Lanes256 b)
    {
        if (Avx512F.VL.IsSupported)
        {
            Vector256<ulong> addend = b._value, sum = Avx512F.VL.TernaryLogic(digit._value, a._value, addend, TernaryControl.Sum);
            digit = new(sum);
            return new(Avx512F.VL.TernaryLogic(a._value, sum, addend, TernaryControl.Carry));
        }
        // The first line so that the JIT takes b from memory; the digit last read before it is written, so that it is not copied.
        Vector256<ulong> differ = a._value ^ b._value, before = digit._value, other = a._value ^ before;
        digit = new(differ ^ before);
        return new(a._value ^ (differ & other));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Greater(Lanes256 a, Lanes256 b, Lanes256 lower) => new(Avx512F.VL.IsSupported
        ? Avx512F.VL.TernaryLogic(a._value, b._value, lower._value, TernaryControl.Greater)
        : lower._value ^ ((a._value ^ b._value) & (a._value ^ lower._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftLeft(Lanes256 value, int count) => new(Vector256.ShiftLeft(value._value, count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftRight(Lanes256 value, int count) => new(Vector256.ShiftRightLogical(value._value, count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Pick(ref ulong words, ref ushort indices)
    {
        // One load of four indices: what limits this are loads.
        ulong four = Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<ushort, byte>(ref indices));
        // Shifted on step by step, lest each index be a copy.
        nint first = (ushort)four;
        four >>= 16;
        nint second = (ushort)four;
        four >>= 16;
        nint third = (ushort)four, fourth = (nint)(four >> 16);
        return new(Vector256.Create(
            Vector128.Create(Unsafe.Add(ref words, first), Unsafe.Add(ref words, second)), Vector128.Create(Unsafe.Add(ref words, third), Unsafe.Add(ref words, fourth))));
    }

    /// <summary>Bitwise and.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator &(Lanes256 left, Lanes256 right) => new(left._value & right._value);

    /// <summary>Bitwise or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator |(Lanes256 left, Lanes256 right) => new(left._value | right._value);

    /// <summary>Bitwise exclusive or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator ^(Lanes256 left, Lanes256 right) => new(left._value ^ right._value);

    /// <summary>Bitwise complement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator ~(Lanes256 value) => new(~value._value);
}
