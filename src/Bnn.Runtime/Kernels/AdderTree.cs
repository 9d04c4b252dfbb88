using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Adds up, in every lane at once, the listed bit planes of each row of a table: the inner loop of all lowerings over vector lanes.</summary>
/// <remarks>
/// Law: the digits afterwards are the row's start plus the numbers of listed planes that are 1, at their weights, modulo 2^digits, in each lane.
/// Harley-Seal: carry-save adders take 64 planes to one carry of weight 64, which ripples through the digits above; 63 full adders and
/// two operations for each higher digit. A full adder is two operations with ternary logic and five without.
/// Source: Harley and Seal's count in Warren, Hacker's Delight, 2nd edition, 5-1; Muła, Kurz and Lemire 2016, arXiv:1611.07612.
/// </remarks>
internal static class AdderTree
{
    /// <summary>Digits that live in registers; a number always has room for so many.</summary>
    public const int RegisterDigits = 7;

    /// <summary>Registers of scratch that <see cref="Run"/> takes.</summary>
    public static int ScratchRegisters(AdderTable table) => 2 + table.Digits;

    /// <summary>Works off rows: writes the output of those that fire, or the number of those that end with it.</summary>
    /// <remarks>
    /// One body for all rows of a layer, because the JIT needs some 20 ms for it, and a call costs as much as a dozen planes. Digits are done from the lowest
    /// one up: as soon as no plane of its weight is left, a digit is compared, stored or dropped, and those in registers move down by one.
    /// </remarks>
    /// <param name="table">Lists and digits.</param>
    /// <param name="rows">The rows, none of which is constant.</param>
    /// <param name="planes">The first of <c>[Bits, Inputs]</c> planes, behind all of them their complements if the table reads literals.</param>
    /// <param name="sum">The shared sum, for rows that are compared with it.</param>
    /// <param name="scratch"><see cref="ScratchRegisters"/> registers of any content.</param>
    /// <param name="output">Receives the output of a row that fires at channel · <paramref name="stride"/> words; the number of a row that ends with it, here.</param>
    /// <param name="stride">Words from one channel's output to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes>(
        AdderTable table, ReadOnlySpan<AdderRow> rows, ref TLanes planes, ref TLanes sum, ref TLanes scratch, ref ulong output, nint stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ref ushort lists = ref MemoryMarshal.GetArrayDataReference(table.Lists);
        ref TLanes constants = ref scratch, number = ref Unsafe.Add(ref scratch, 2);
        int bits = table.Bits, inputs = table.Inputs;
        TLanes zero = TLanes.Broadcast(0);
        (constants, Unsafe.Add(ref constants, 1)) = (zero, ~zero);
        foreach (AdderRow row in rows)
        {
            RowEnd end = row.End;
            ref TLanes digits = ref end == RowEnd.Number ? ref Unsafe.As<ulong, TLanes>(ref output) : ref number;
            // No property and no call below: a call that is not inlined puts all digits into memory.
            bool isCompared = end <= RowEnd.AtLeastSum;
            int digitCount = row.Digits, firstCount = row.FirstCount, secondCount = row.SecondCount;
            long start = row.Start;
            TLanes d0 = Digit(ref constants, start, 0), d1 = Digit(ref constants, start, 1), d2 = Digit(ref constants, start, 2);
            TLanes d3 = Digit(ref constants, start, 3), d4 = Digit(ref constants, start, 4), d5 = Digit(ref constants, start, 5), d6 = Digit(ref constants, start, 6);
            for (int d = RegisterDigits; d < digitCount; d++)
                Unsafe.Add(ref digits, d) = Digit(ref constants, start, d);
            TLanes greater = Unsafe.Add(ref constants, end == RowEnd.AtLeastSum ? 1 : 0);
            int last = secondCount > 0 ? bits : bits - 1;
            for (int p = 0; ; p++)
            {
                // Planes of weight 2^p: those of the first list, and of the second one, whose planes count twice.
                for (int second = 0; second < 2; second++)
                {
                    int count = second == 0 ? firstCount : secondCount, bit = p - second;
                    if (count == 0 || (uint)bit >= (uint)bits)
                        continue;
                    ref ushort list = ref Unsafe.Add(ref lists, row.Offset + (second == 0 ? 0 : firstCount));
                    ref TLanes from = ref Unsafe.Add(ref planes, bit * inputs);
                    Add(ref from, ref list, count, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5, ref d6,
                        ref Unsafe.Add(ref digits, p + RegisterDigits), digitCount - p - RegisterDigits);
                }
                if (p == last)
                    break;
                if (isCompared)
                    greater = TLanes.Greater(d0, Unsafe.Add(ref sum, p), greater);
                else if (end == RowEnd.Number)
                    Unsafe.Add(ref digits, p) = d0;
                (d0, d1, d2, d3, d4, d5) = (d1, d2, d3, d4, d5, d6);
                d6 = Unsafe.Add(ref digits, p + RegisterDigits);
            }
            if (isCompared)
            {
                ref TLanes other = ref Unsafe.Add(ref sum, last);
                greater = TLanes.Greater(d0, other, greater);
                greater = TLanes.Greater(d1, Unsafe.Add(ref other, 1), greater);
                greater = TLanes.Greater(d2, Unsafe.Add(ref other, 2), greater);
                greater = TLanes.Greater(d3, Unsafe.Add(ref other, 3), greater);
                greater = TLanes.Greater(d4, Unsafe.Add(ref other, 4), greater);
                greater = TLanes.Greater(d5, Unsafe.Add(ref other, 5), greater);
                greater = TLanes.Greater(d6, Unsafe.Add(ref other, 6), greater);
                for (int d = last + RegisterDigits; d < digitCount; d++)
                    greater = TLanes.Greater(Unsafe.Add(ref digits, d), Unsafe.Add(ref sum, d), greater);
                if (end == RowEnd.AtMostSum)
                    greater = ~greater;
            }
            else if (end == RowEnd.Number)
            {
                Store(ref Unsafe.Add(ref digits, last), d0, d1, d2, d3, d4, d5, d6);
                continue;
            }
            else
                greater = ~(digitCount == last + RegisterDigits ? d6 : Unsafe.Add(ref digits, digitCount - 1));
            Unsafe.As<ulong, TLanes>(ref Unsafe.Add(ref output, row.Channel * stride)) = greater;
        }
    }

    /// <summary>Works off all rows of a layer that fires, block by block of its inputs; the numbers wait in memory in between.</summary>
    /// <remarks>Fourteen loads and stores for each row and block, for planes that come from the nearest cache: 1.35 cycles each instead of 1.87 of K = 2400 (Zen 4).</remarks>
    /// <param name="table">Lists and digits.</param>
    /// <param name="planes">As above.</param>
    /// <param name="numbers"><c>[1 + rows, Digits]</c> registers of any content.</param>
    /// <param name="constants">Two registers of any content.</param>
    /// <param name="output">As above.</param>
    /// <param name="stride">As above.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunBlocks<TLanes>(
        AdderTable table, ref TLanes planes, ref TLanes numbers, ref TLanes constants, ref ulong output, nint stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ref ushort lists = ref MemoryMarshal.GetArrayDataReference(table.Lists);
        AdderRow[] rows = table.Rows, sums = table.Sum;
        int blocks = table.Blocks, digitsOfTable = table.Digits;
        TLanes zero = TLanes.Broadcast(0);
        (constants, Unsafe.Add(ref constants, 1)) = (zero, ~zero);
        for (int block = 0; block < blocks; block++)
        {
            for (int r = -sums.Length; r < rows.Length; r++)
            {
                AdderRow row = r < 0 ? sums[0] : rows[r];
                RowEnd end = row.End;
                ref ulong to = ref Unsafe.Add(ref output, row.Channel * stride);
                if (end <= RowEnd.Always)
                {
                    Unsafe.As<ulong, TLanes>(ref to) = Unsafe.Add(ref constants, (nint)end);
                    continue;
                }
                // Planes of the second list count twice: the lowest digit is that of the start.
                bool isCompared = end <= RowEnd.AtLeastSum;
                int shift = row.SecondCount > 0 ? 1 : 0, digitCount = row.Digits - shift, offset = table.BlockOffset(r, block);
                int count = table.BlockOffset(r, block + 1) - offset;
                long start = row.Start >> shift, lowest = row.Start;
                ref TLanes digits = ref Unsafe.Add(ref numbers, (r + 1) * digitsOfTable);
                TLanes d0, d1, d2, d3, d4, d5, d6;
                if (block == 0)
                {
                    (d0, d1, d2) = (Digit(ref constants, start, 0), Digit(ref constants, start, 1), Digit(ref constants, start, 2));
                    (d3, d4) = (Digit(ref constants, start, 3), Digit(ref constants, start, 4));
                    (d5, d6) = (Digit(ref constants, start, 5), Digit(ref constants, start, 6));
                    for (int d = RegisterDigits; d < digitCount; d++)
                        Unsafe.Add(ref digits, d) = Digit(ref constants, start, d);
                }
                else
                {
                    (d0, d1, d2) = (digits, Unsafe.Add(ref digits, 1), Unsafe.Add(ref digits, 2));
                    (d3, d4) = (Unsafe.Add(ref digits, 3), Unsafe.Add(ref digits, 4));
                    (d5, d6) = (Unsafe.Add(ref digits, 5), Unsafe.Add(ref digits, 6));
                }
                Add(ref planes, ref Unsafe.Add(ref lists, offset), count, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5, ref d6,
                    ref Unsafe.Add(ref digits, RegisterDigits), digitCount - RegisterDigits);
                Store(ref digits, d0, d1, d2, d3, d4, d5, d6);
                if (block < blocks - 1 || r < 0)
                    continue;
                TLanes fired = Unsafe.Add(ref constants, end == RowEnd.AtLeastSum ? 1 : 0);
                if (isCompared)
                {
                    if (shift > 0)
                        fired = TLanes.Greater(Digit(ref constants, lowest, 0), numbers, fired);
                    for (int d = 0; d < digitCount; d++)
                        fired = TLanes.Greater(Unsafe.Add(ref digits, d), Unsafe.Add(ref numbers, d + shift), fired);
                    if (end == RowEnd.AtMostSum)
                        fired = ~fired;
                }
                else
                    fired = ~Unsafe.Add(ref digits, digitCount - 1);
                Unsafe.As<ulong, TLanes>(ref to) = fired;
            }
        }
    }

    /// <summary>Adds the listed planes to a number with digits in memory.</summary>
    /// <param name="planes">The first plane; plane i is register i from here.</param>
    /// <param name="list">Indices of the planes to add, <c>[count]</c>.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="digits">The number, lowest digit first.</param>
    /// <param name="digitCount">Its digits, at least <see cref="RegisterDigits"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TLanes>(ref TLanes planes, ref ushort list, int count, ref TLanes digits, int digitCount)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes d0 = digits, d1 = Unsafe.Add(ref digits, 1), d2 = Unsafe.Add(ref digits, 2), d3 = Unsafe.Add(ref digits, 3);
        TLanes d4 = Unsafe.Add(ref digits, 4), d5 = Unsafe.Add(ref digits, 5), d6 = Unsafe.Add(ref digits, 6);
        Add(ref planes, ref list, count, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5, ref d6,
            ref Unsafe.Add(ref digits, RegisterDigits), digitCount - RegisterDigits);
        Store(ref digits, d0, d1, d2, d3, d4, d5, d6);
    }

    // Adds the listed planes to the digits in registers, and to those above them in memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes>(
        ref TLanes planes, ref ushort list, int count, ref TLanes d0, ref TLanes d1, ref TLanes d2, ref TLanes d3, ref TLanes d4, ref TLanes d5, ref TLanes d6,
        ref TLanes upper, int upperCount)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes zero = TLanes.Broadcast(0), eight = zero, sixteen = zero;
        TLanes carry = Rest(ref planes, ref list, count, ref d0, ref d1, ref d2);
        list = ref Unsafe.Add(ref list, count & 7);
        if ((count & 8) != 0)
        {
            eight = Eight(ref planes, ref list, 0, ref d0, ref d1, ref d2);
            list = ref Unsafe.Add(ref list, 8);
        }
        carry = TLanes.Add(ref d3, eight, carry);
        // Each sixteen gives one more. Two carries of a weight at a time go on as one of the next; counted down, so that if their number is odd it is the first that goes
        // alone, and none waits at the end. One body for all sixteens: four eights in a row, without branches between them, took the JIT three times as long.
        TLanes thirtyTwo = zero;
        for (int left = count >> 4; ; left--)
        {
            if ((left & 1) != 0)
                sixteen = carry;
            else
            {
                carry = TLanes.Add(ref d4, sixteen, carry);
                if ((left & 2) != 0)
                    thirtyTwo = carry;
                else
                    Carry(ref d5, ref d6, ref upper, upperCount, thirtyTwo, carry);
            }
            if (left == 0)
                break;
            eight = Eight(ref planes, ref list, 0, ref d0, ref d1, ref d2);
            carry = TLanes.Add(ref d3, eight, Eight(ref planes, ref list, 8, ref d0, ref d1, ref d2));
            list = ref Unsafe.Add(ref list, 16);
        }
    }

    // Adds the count mod 8 planes that come before whole eights; gives a carry of weight 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Rest<TLanes>(ref TLanes planes, ref ushort list, int count, ref TLanes d0, ref TLanes d1, ref TLanes d2)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes zero = TLanes.Broadcast(0), four = zero, two = zero, carry = zero;
        if ((count & 4) != 0)
        {
            four = Four(ref planes, ref list, 0, ref d0, ref d1);
            list = ref Unsafe.Add(ref list, 4);
        }
        if ((count & 2) != 0)
        {
            two = Two(ref planes, ref list, 0, ref d0);
            list = ref Unsafe.Add(ref list, 2);
        }
        if ((count & 1) != 0)
        {
            TLanes x = Plane(ref planes, ref list, 0);
            carry = d0 & x;
            d0 ^= x;
        }
        carry = TLanes.Add(ref d1, two, carry);
        return TLanes.Add(ref d2, four, carry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLanes>(ref TLanes digits, TLanes d0, TLanes d1, TLanes d2, TLanes d3, TLanes d4, TLanes d5, TLanes d6)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        (digits, Unsafe.Add(ref digits, 1), Unsafe.Add(ref digits, 2), Unsafe.Add(ref digits, 3)) = (d0, d1, d2, d3);
        (Unsafe.Add(ref digits, 4), Unsafe.Add(ref digits, 5), Unsafe.Add(ref digits, 6)) = (d4, d5, d6);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Digit<TLanes>(ref TLanes constants, long number, int digit)
        where TLanes : unmanaged, ILanes<TLanes> => Unsafe.Add(ref constants, (nint)(number >> digit & 1));

    // Adds two bits of weight 32 to the digits above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry<TLanes>(ref TLanes d5, ref TLanes d6, ref TLanes upper, int upperCount, TLanes a, TLanes b)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes carry = TLanes.Add(ref d5, a, b), before = d6;
        d6 ^= carry;
        carry &= before;
        for (int d = 0; d < upperCount; d++)
        {
            ref TLanes digit = ref Unsafe.Add(ref upper, d);
            before = digit;
            digit = before ^ carry;
            carry &= before;
        }
    }

    // A tree, so that each digit waits for one full adder of the eight planes before: a chain of four took a tenth longer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Eight<TLanes>(ref TLanes planes, ref ushort list, int at, ref TLanes d0, ref TLanes d1, ref TLanes d2)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes sum = Plane(ref planes, ref list, at), other = Plane(ref planes, ref list, at + 3);
        TLanes a = AddPlanes(ref sum, Plane(ref planes, ref list, at + 1), in Plane(ref planes, ref list, at + 2));
        TLanes b = AddPlanes(ref other, Plane(ref planes, ref list, at + 4), in Plane(ref planes, ref list, at + 5));
        TLanes c = TLanes.Add(ref sum, other, in Plane(ref planes, ref list, at + 6));
        TLanes d = TLanes.Add(ref d0, sum, in Plane(ref planes, ref list, at + 7));
        b = TLanes.Add(ref a, b, c);
        return TLanes.Add(ref d2, b, TLanes.Add(ref d1, a, d));
    }

    // A full adder whose sum takes no ternary operation, of which Zen 4 does one a cycle where it does two of others: a tree with two of these in eight takes 4 % less there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes AddPlanes<TLanes>(ref TLanes sum, TLanes a, in TLanes b)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (!Avx512F.VL.IsSupported)
            return TLanes.Add(ref sum, a, in b);
        TLanes differ = a ^ b, before = sum;
        sum = before ^ differ;
        return TLanes.Select(differ, before, a);
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
