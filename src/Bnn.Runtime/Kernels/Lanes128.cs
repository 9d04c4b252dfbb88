using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>128 lanes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Lanes128 : ILanes<Lanes128>
{
    private readonly Vector128<ulong> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes128(Vector128<ulong> value) => _value = value;

    /// <inheritdoc/>
    public static int Words => 2;

    /// <inheritdoc/>
    public static bool IsAccelerated => Vector128.IsHardwareAccelerated;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Broadcast(ulong word) => new(Vector128.Create(word));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AndNot(Lanes128 value, Lanes128 without) => new(Vector128.AndNot(value._value, without._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Select(Lanes128 condition, Lanes128 whereOne, Lanes128 whereZero) => new(Avx512F.VL.IsSupported
        ? Avx512F.VL.TernaryLogic(condition._value, whereOne._value, whereZero._value, TernaryControl.Select)
        : whereZero._value ^ (condition._value & (whereOne._value ^ whereZero._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Add(ref Lanes128 digit, Lanes128 a, in Lanes128 b)
    {
        if (Avx512F.VL.IsSupported)
        {
            Vector128<ulong> addend = b._value, sum = Avx512F.VL.TernaryLogic(digit._value, a._value, addend, TernaryControl.Sum);
            digit = new(sum);
            return new(Avx512F.VL.TernaryLogic(a._value, sum, addend, TernaryControl.Carry));
        }
        // The first line so that the JIT takes b from memory; the digit last read before it is written, so that it is not copied.
        Vector128<ulong> differ = a._value ^ b._value, before = digit._value, other = a._value ^ before;
        digit = new(differ ^ before);
        return new(a._value ^ (differ & other));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Greater(Lanes128 a, Lanes128 b, Lanes128 lower) => new(Avx512F.VL.IsSupported
        ? Avx512F.VL.TernaryLogic(a._value, b._value, lower._value, TernaryControl.Greater)
        : lower._value ^ ((a._value ^ b._value) & (a._value ^ lower._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftLeft(Lanes128 value, int count) => new(Vector128.ShiftLeft(value._value, count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftRight(Lanes128 value, int count) => new(Vector128.ShiftRightLogical(value._value, count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Pick(ref ulong words, ref ushort indices) =>
        new(Vector128.Create(Unsafe.Add(ref words, (nint)indices), Unsafe.Add(ref words, (nint)Unsafe.Add(ref indices, 1))));

    /// <summary>Bitwise and.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator &(Lanes128 left, Lanes128 right) => new(left._value & right._value);

    /// <summary>Bitwise or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator |(Lanes128 left, Lanes128 right) => new(left._value | right._value);

    /// <summary>Bitwise exclusive or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator ^(Lanes128 left, Lanes128 right) => new(left._value ^ right._value);

    /// <summary>Bitwise complement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator ~(Lanes128 value) => new(~value._value);
}
