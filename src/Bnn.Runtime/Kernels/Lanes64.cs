using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>64 lanes in a plain word, for processors without vectors.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Lanes64 : ILanes<Lanes64>
{
    private readonly ulong _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes64(ulong value) => _value = value;

    /// <inheritdoc/>
    public static int Words => 1;

    /// <inheritdoc/>
    public static bool IsAccelerated => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Broadcast(ulong word) => new(word);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 AndNot(Lanes64 value, Lanes64 without) => new(value._value & ~without._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Select(Lanes64 condition, Lanes64 whereOne, Lanes64 whereZero) =>
        new(whereZero._value ^ (condition._value & (whereOne._value ^ whereZero._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Add(ref Lanes64 digit, Lanes64 a, in Lanes64 b)
    {
        ulong x = digit._value, differ = a._value ^ b._value;
        digit = new(differ ^ x);
        return new(a._value ^ (differ & (a._value ^ x)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Greater(Lanes64 a, Lanes64 b, Lanes64 lower) =>
        new(lower._value ^ ((a._value ^ b._value) & (a._value ^ lower._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 ShiftLeft(Lanes64 value, int count) => new(value._value << count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 ShiftRight(Lanes64 value, int count) => new(value._value >> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Pick(ref ulong words, ref ushort indices) => new(Unsafe.Add(ref words, (nint)indices));

    /// <summary>Bitwise and.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 operator &(Lanes64 left, Lanes64 right) => new(left._value & right._value);

    /// <summary>Bitwise or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 operator |(Lanes64 left, Lanes64 right) => new(left._value | right._value);

    /// <summary>Bitwise exclusive or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 operator ^(Lanes64 left, Lanes64 right) => new(left._value ^ right._value);

    /// <summary>Bitwise complement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 operator ~(Lanes64 value) => new(~value._value);
}
