using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Bit-sliced numbers: digit d of every lane in one register, lowest digit first. Arithmetic is modulo 2^count.</summary>
/// <remarks>Cost: for each digit a full adder to add, one operation to complement, four (with ternary logic one) to compare.</remarks>
internal static class BitDigits
{
    /// <summary>Digits that the number needs.</summary>
    /// <param name="most">The greatest value, not negative.</param>
    public static int For(long most) => 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)most);

    /// <summary>Digit <paramref name="digit"/> of the same number in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Constant<TLanes>(long number, int digit)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Broadcast(0UL - ((ulong)number >> digit & 1));

    /// <summary>Puts the same number into every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set<TLanes>(ref TLanes digits, int count, long value)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int d = 0; d < count; d++, value >>= 1)
            Unsafe.Add(ref digits, d) = Constant<TLanes>(value, 0);
    }

    /// <summary>−1 − number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Complement<TLanes>(ref TLanes digits, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int d = 0; d < count; d++)
            Unsafe.Add(ref digits, d) = ~Unsafe.Add(ref digits, d);
    }

    /// <summary><paramref name="digits"/> += 2^<paramref name="shift"/> · <paramref name="addend"/></summary>
    /// <param name="digits">The sum.</param>
    /// <param name="count">Its digits.</param>
    /// <param name="addend">Another number.</param>
    /// <param name="addendCount">Its digits; what lies above them is 0.</param>
    /// <param name="shift">Not negative.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TLanes>(ref TLanes digits, int count, ref TLanes addend, int addendCount, int shift)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes zero = TLanes.Broadcast(0), carry = zero;
        for (int d = shift; d < count; d++)
            carry = TLanes.Add(ref Unsafe.Add(ref digits, d), carry, d - shift < addendCount ? Unsafe.Add(ref addend, d - shift) : zero);
    }

    /// <summary>Puts <paramref name="number"/> + <paramref name="constant"/> into <paramref name="sum"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddConstant<TLanes>(ref TLanes number, long constant, ref TLanes sum, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes carry = TLanes.Broadcast(0);
        for (int d = 0; d < count; d++, constant >>= 1)
        {
            TLanes digit = Unsafe.Add(ref number, d);
            carry = TLanes.Add(ref digit, carry, Constant<TLanes>(constant, 0));
            Unsafe.Add(ref sum, d) = digit;
        }
    }

    /// <summary><paramref name="difference"/> = a − b; it may be one of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Subtract<TLanes>(ref TLanes a, ref TLanes b, ref TLanes difference, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes carry = ~TLanes.Broadcast(0);
        for (int d = 0; d < count; d++)
        {
            TLanes digit = Unsafe.Add(ref a, d);
            carry = TLanes.Add(ref digit, carry, ~Unsafe.Add(ref b, d));
            Unsafe.Add(ref difference, d) = digit;
        }
    }

    /// <summary>1 in each lane where a &gt; b, or where they are equal and <paramref name="whereEqual"/> is 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Greater<TLanes>(ref TLanes a, ref TLanes b, int count, TLanes whereEqual)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes greater = whereEqual;
        for (int d = 0; d < count; d++)
            greater = TLanes.Greater(Unsafe.Add(ref a, d), Unsafe.Add(ref b, d), greater);
        return greater;
    }
}
