using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Counts, in every lane at once, how many of chosen bit planes are 1: the inner loop of all lowerings over vector lanes.</summary>
/// <remarks>
/// Law: the digits afterwards are the digits before plus the number of listed planes that are 1, modulo 2^digits, in each lane.
/// Harley-Seal: carry-save adders take 64 planes to one carry of weight 64, which ripples through the digits above; 63 full adders and
/// two operations for each higher digit. A full adder is two operations with ternary logic and five without.
/// Source: Harley and Seal's count in Warren, Hacker's Delight, 2nd edition, 5-1; Muła, Kurz and Lemire 2016, arXiv:1611.07612.
/// </remarks>
internal static class AdderTree
{
    /// <summary>Digits that live in registers; a sum always has room for so many.</summary>
    public const int RegisterDigits = 5;

    // What a number is before planes are added to it.
    private enum Before
    {
        Itself,
        Complement,
        Constant,
    }

    /// <summary>Adds the listed planes to a bit-sliced number.</summary>
    /// <param name="planes">The first plane; plane i is register i from here.</param>
    /// <param name="list">Indices of the planes to add, <c>[count]</c>.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="digits">The number, lowest digit first.</param>
    /// <param name="digitCount">Its digits, at least <see cref="RegisterDigits"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TLanes>(ref TLanes planes, ref ushort list, int count, ref TLanes digits, int digitCount)
        where TLanes : unmanaged, ILanes<TLanes> =>
        Run(ref planes, ref list, count, ref digits, digitCount, Before.Itself, 0, ref Unsafe.NullRef<TLanes>(), TLanes.Broadcast(0));

    /// <summary>Adds planes, takes the number x for −1 − x, and adds others: those of the second list count up, those of the first down.</summary>
    /// <param name="planes">The first plane; plane i is register i from here.</param>
    /// <param name="list">Indices of the planes, <c>[first + second]</c>.</param>
    /// <param name="first">Planes of the first list.</param>
    /// <param name="second">Planes of the second list, which follows.</param>
    /// <param name="start">What the number begins with.</param>
    /// <param name="digits">Receives the number.</param>
    /// <param name="digitCount">Its digits, at least <see cref="RegisterDigits"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract<TLanes>(ref TLanes planes, ref ushort list, int first, int second, long start, ref TLanes digits, int digitCount)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ref TLanes none = ref Unsafe.NullRef<TLanes>();
        Run(ref planes, ref list, first, ref digits, digitCount, Before.Constant, start, ref none, TLanes.Broadcast(0));
        Run(ref planes, ref Unsafe.Add(ref list, first), second, ref digits, digitCount, Before.Complement, 0, ref none, TLanes.Broadcast(0));
    }

    /// <summary>Compares <paramref name="start"/> + 2 · (number of listed planes that are 1) with another number: a whole row.</summary>
    /// <remarks>The lower digits never leave the registers.</remarks>
    /// <param name="planes">The first plane; plane i is register i from here.</param>
    /// <param name="list">Indices of the planes to add, <c>[count]</c>.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="start">Not negative.</param>
    /// <param name="digits">Scratch of <paramref name="digitCount"/> digits.</param>
    /// <param name="other">The other number, as many digits.</param>
    /// <param name="digitCount">At least <see cref="RegisterDigits"/> + 1.</param>
    /// <param name="whereEqual">The result where both are equal.</param>
    /// <returns>1 in each lane where the row's number is the greater one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Greater<TLanes>(
        ref TLanes planes, ref ushort list, int count, long start, ref TLanes digits, ref TLanes other, int digitCount, TLanes whereEqual)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes lower = TLanes.Greater(BitDigits.Constant<TLanes>(start, 0), other, whereEqual);
        ref TLanes rest = ref Unsafe.Add(ref other, 1);
        return Run(ref planes, ref list, count, ref Unsafe.Add(ref digits, 1), digitCount - 1, Before.Constant, start >> 1, ref rest, lower);
    }

    // The one body of all, because the JIT needs some 20 ms for it. The number is compared with another one, or stored if there is none.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TLanes Run<TLanes>(
        ref TLanes planes, ref ushort list, int count, ref TLanes digits, int digitCount, Before before, long start, ref TLanes other, TLanes greater)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes d0, d1, d2, d3, d4;
        if (before == Before.Constant)
        {
            (d0, d1) = (BitDigits.Constant<TLanes>(start, 0), BitDigits.Constant<TLanes>(start, 1));
            (d2, d3, d4) = (BitDigits.Constant<TLanes>(start, 2), BitDigits.Constant<TLanes>(start, 3), BitDigits.Constant<TLanes>(start, 4));
            BitDigits.Set(ref Unsafe.Add(ref digits, RegisterDigits), digitCount - RegisterDigits, start >> RegisterDigits);
        }
        else
        {
            (d0, d1) = (digits, Unsafe.Add(ref digits, 1));
            (d2, d3, d4) = (Unsafe.Add(ref digits, 2), Unsafe.Add(ref digits, 3), Unsafe.Add(ref digits, 4));
            if (before == Before.Complement)
            {
                (d0, d1, d2, d3, d4) = (~d0, ~d1, ~d2, ~d3, ~d4);
                BitDigits.Complement(ref Unsafe.Add(ref digits, RegisterDigits), digitCount - RegisterDigits);
            }
        }
        TLanes pending = TLanes.Broadcast(0);
        for (; count >= 32; count -= 32, list = ref Unsafe.Add(ref list, 32))
        {
            TLanes a = Eight(ref planes, ref list, 0, ref d0, ref d1, ref d2);
            TLanes b = Eight(ref planes, ref list, 8, ref d0, ref d1, ref d2);
            TLanes low = TLanes.Add(ref d3, a, b);
            a = Eight(ref planes, ref list, 16, ref d0, ref d1, ref d2);
            b = Eight(ref planes, ref list, 24, ref d0, ref d1, ref d2);
            TLanes high = TLanes.Add(ref d3, a, b);
            high = TLanes.Add(ref d4, low, high);
            // Two carries of weight 32 at a time go to the digits in memory; if their number is odd, the first goes alone.
            if ((count & 32) == 0)
                pending = high;
            else
                Ripple(ref digits, digitCount, pending, high);
        }
        // The rest: up to three times eight planes, the first alone if their number is odd; then 4, 2 and 1, whose carries meet at their weights.
        TLanes zero = TLanes.Broadcast(0), carry = zero, first = zero;
        pending = zero;
        for (int left = (count >> 3) - 1; left >= 0; left--, list = ref Unsafe.Add(ref list, 8))
        {
            TLanes eight = Eight(ref planes, ref list, 0, ref d0, ref d1, ref d2);
            if ((left & 1) != 0)
                pending = eight;
            else
                (first, carry) = (carry, TLanes.Add(ref d3, pending, eight));
        }
        first = TLanes.Add(ref d4, first, carry);
        TLanes part = zero;
        carry = zero;
        if ((count & 4) != 0)
        {
            part = Four(ref planes, ref list, 0, ref d0, ref d1);
            list = ref Unsafe.Add(ref list, 4);
        }
        pending = zero;
        if ((count & 2) != 0)
        {
            pending = Two(ref planes, ref list, 0, ref d0);
            list = ref Unsafe.Add(ref list, 2);
        }
        if ((count & 1) != 0)
        {
            TLanes x = Plane(ref planes, ref list, 0);
            carry = d0 & x;
            d0 ^= x;
        }
        carry = TLanes.Add(ref d1, pending, carry);
        carry = TLanes.Add(ref d2, part, carry);
        part = d3 & carry;
        d3 ^= carry;
        carry = d4 & part;
        d4 ^= part;
        Ripple(ref digits, digitCount, first, carry);
        if (Unsafe.IsNullRef(ref other))
        {
            (digits, Unsafe.Add(ref digits, 1)) = (d0, d1);
            (Unsafe.Add(ref digits, 2), Unsafe.Add(ref digits, 3), Unsafe.Add(ref digits, 4)) = (d2, d3, d4);
            return greater;
        }
        greater = TLanes.Greater(d0, other, greater);
        greater = TLanes.Greater(d1, Unsafe.Add(ref other, 1), greater);
        greater = TLanes.Greater(d2, Unsafe.Add(ref other, 2), greater);
        greater = TLanes.Greater(d3, Unsafe.Add(ref other, 3), greater);
        greater = TLanes.Greater(d4, Unsafe.Add(ref other, 4), greater);
        return BitDigits.Greater(ref Unsafe.Add(ref digits, RegisterDigits), ref Unsafe.Add(ref other, RegisterDigits), digitCount - RegisterDigits, greater);
    }

    // Adds two bits of weight 32 to the digits in memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ripple<TLanes>(ref TLanes digits, int digitCount, TLanes a, TLanes b)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (digitCount <= RegisterDigits)
            return;
        TLanes carry = TLanes.Add(ref Unsafe.Add(ref digits, RegisterDigits), a, b);
        for (int d = RegisterDigits + 1; d < digitCount; d++)
        {
            ref TLanes digit = ref Unsafe.Add(ref digits, d);
            TLanes before = digit;
            digit = before ^ carry;
            carry &= before;
        }
    }

    // A tree, so that each digit waits for one full adder of the eight planes before: a chain of four took a tenth longer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Eight<TLanes>(ref TLanes planes, ref ushort list, int at, ref TLanes d0, ref TLanes d1, ref TLanes d2)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes sum = Plane(ref planes, ref list, at), other = Plane(ref planes, ref list, at + 3);
        TLanes a = TLanes.Add(ref sum, Plane(ref planes, ref list, at + 1), in Plane(ref planes, ref list, at + 2));
        TLanes b = TLanes.Add(ref other, Plane(ref planes, ref list, at + 4), in Plane(ref planes, ref list, at + 5));
        TLanes c = TLanes.Add(ref sum, other, in Plane(ref planes, ref list, at + 6));
        TLanes d = TLanes.Add(ref d0, sum, in Plane(ref planes, ref list, at + 7));
        b = TLanes.Add(ref a, b, c);
        return TLanes.Add(ref d2, b, TLanes.Add(ref d1, a, d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Four<TLanes>(ref TLanes planes, ref ushort list, int at, ref TLanes d0, ref TLanes d1)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes a = Two(ref planes, ref list, at, ref d0);
        TLanes b = Two(ref planes, ref list, at + 2, ref d0);
        return TLanes.Add(ref d1, a, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Two<TLanes>(ref TLanes planes, ref ushort list, int at, ref TLanes d0)
        where TLanes : unmanaged, ILanes<TLanes> =>
        TLanes.Add(ref d0, Plane(ref planes, ref list, at), in Plane(ref planes, ref list, at + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref TLanes Plane<TLanes>(ref TLanes planes, ref ushort list, int at)
        where TLanes : unmanaged, ILanes<TLanes> =>
        ref Unsafe.Add(ref planes, (nint)Unsafe.Add(ref list, at));
}
