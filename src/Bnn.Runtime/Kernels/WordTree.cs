using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>The adder tree over planes of one word, as 64 positions of an image have: each word of a register adds up the planes of another channel.</summary>
/// <remarks>
/// Law and forms are those of <see cref="AdderTree"/>, with the same bits. A register is put together from words at listed indices, which takes as many loads as it has
/// channels, but the full adder is shared: on Zen 3 a plane of a channel takes 1.0 cycles in a register of four words and 2.1 in one that it has alone.
/// </remarks>
internal static class WordTree
{
    // Digits that live in registers; those above ripple through memory once for sixteen planes.
    private const int RegisterDigits = 4;

    /// <summary>Gives the output words of all channels.</summary>
    /// <param name="table">Lists and digits.</param>
    /// <param name="words">A word for each plane, behind them complements if the table reads literals, and a word of zeros.</param>
    /// <param name="output">Receives the word of channel c at c · <paramref name="stride"/>.</param>
    /// <param name="stride">Words from one channel's output to the next.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Run<TLanes>(WordTable table, ReadOnlySpan<ulong> words, Span<ulong> output, int stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (TLanes.Words > WordTable.Together || words.Length <= table.Zeros)
            throw new ArgumentException($"{words.Length} planes are fewer than {table.Zeros + 1}, or registers of {TLanes.Words} words too wide.", nameof(words));
        ulong* memory = stackalloc ulong[((1 + WordTable.Together) * table.Digits) + LaneBuffer.AlignmentWords];
        ref TLanes digits = ref LaneMemory.Align<TLanes>(memory);
        ref ulong sum = ref Unsafe.As<TLanes, ulong>(ref Unsafe.Add(ref digits, table.Digits));
        ref ulong planes = ref MemoryMarshal.GetReference(words);
        if (table.Sum is { } quarters)
            AddUp(table, quarters, ref planes, ref digits, ref sum);
        foreach (WordGroup group in table.Groups)
        {
            for (int part = 0; part < group.Rows.Length; part += TLanes.Words)
            {
                TLanes fired = group.End <= RowEnd.Always ? TLanes.Broadcast(group.End == RowEnd.Always ? ulong.MaxValue : 0) : Fired(table, group, part, ref planes, ref digits, ref sum);
                int rows = Math.Min(TLanes.Words, group.Rows.Length - part);
                for (int j = 0; j < rows; j++)
                    output[group.Rows[part + j].Channel * stride] = Unsafe.Add(ref Unsafe.As<TLanes, ulong>(ref fired), j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TLanes Fired<TLanes>(WordTable table, WordGroup group, int part, ref ulong planes, ref TLanes digits, ref ulong sum)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        Count(table, group, part, ref planes, ref digits);
        if (group.End == RowEnd.BelowHighest)
            return ~Unsafe.Add(ref digits, table.Digits - 1);
        TLanes greater = TLanes.Broadcast(group.End == RowEnd.AtLeastSum ? ulong.MaxValue : 0);
        for (int d = 0; d < table.Digits; d++)
            greater = TLanes.Greater(Unsafe.Add(ref digits, d), TLanes.Broadcast(Unsafe.Add(ref sum, d)), greater);
        return group.End == RowEnd.AtMostSum ? ~greater : greater;
    }

    // The sum of the numbers of four rows, a word for each digit.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddUp<TLanes>(WordTable table, WordGroup quarters, ref ulong planes, ref TLanes digits, ref ulong sum)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int d = 0; d < table.Digits; d++)
            Unsafe.Add(ref sum, d) = 0;
        for (int part = 0; part < WordTable.Together; part += TLanes.Words)
        {
            Count(table, quarters, part, ref planes, ref digits);
            for (int j = 0; j < TLanes.Words; j++)
            {
                ref ulong number = ref Unsafe.Add(ref Unsafe.As<TLanes, ulong>(ref digits), j);
                Lanes64 carry = Lanes64.Broadcast(0);
                for (int d = 0; d < table.Digits; d++)
                    carry = Lanes64.Add(ref Unsafe.As<ulong, Lanes64>(ref Unsafe.Add(ref sum, d)), Lanes64.Broadcast(Unsafe.Add(ref number, d * TLanes.Words)), in carry);
            }
        }
    }

    // The numbers of a group's rows from one on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count<TLanes>(WordTable table, WordGroup group, int part, ref ulong planes, ref TLanes digits)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ref ulong start = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(table.Starts), group.Start + part);
        for (int d = 0; d < table.Digits; d++)
            Unsafe.Add(ref digits, d) = Unsafe.As<ulong, TLanes>(ref Unsafe.Add(ref start, d * WordTable.Together));
        ref ushort list = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(table.Lists), group.Offset + part);
        if (group.FirstEights > 0)
            Add(ref planes, ref list, group.FirstEights, ref digits, table.Digits);
        if (group.SecondEights > 0)
            Add(ref planes, ref Unsafe.Add(ref list, 8 * WordTable.Together * group.FirstEights), group.SecondEights, ref Unsafe.Add(ref digits, 1), table.Digits - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TLanes>(ref ulong planes, ref ushort list, int eights, ref TLanes digits, int digitCount)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes d0 = digits, d1 = Unsafe.Add(ref digits, 1), d2 = Unsafe.Add(ref digits, 2), d3 = Unsafe.Add(ref digits, 3), eight = TLanes.Broadcast(0);
        for (int left = eights - 1; left >= 0; left--)
        {
            // The tree of AdderTree.Eight.
            TLanes sum = Plane<TLanes>(ref planes, ref list, 0), other = Plane<TLanes>(ref planes, ref list, 3);
            TLanes a = TLanes.Add(ref sum, Plane<TLanes>(ref planes, ref list, 1), Plane<TLanes>(ref planes, ref list, 2));
            TLanes b = TLanes.Add(ref other, Plane<TLanes>(ref planes, ref list, 4), Plane<TLanes>(ref planes, ref list, 5));
            TLanes c = TLanes.Add(ref sum, other, Plane<TLanes>(ref planes, ref list, 6));
            TLanes d = TLanes.Add(ref d0, sum, Plane<TLanes>(ref planes, ref list, 7));
            b = TLanes.Add(ref a, b, c);
            TLanes carry = TLanes.Add(ref d2, b, TLanes.Add(ref d1, a, d));
            list = ref Unsafe.Add(ref list, 8 * WordTable.Together);
            // Two carries of weight 8 at a time; of an odd number the first goes alone.
            if ((left & 1) != 0)
            {
                eight = carry;
                continue;
            }
            carry = TLanes.Add(ref d3, eight, carry);
            for (int i = RegisterDigits; i < digitCount; i++)
            {
                ref TLanes digit = ref Unsafe.Add(ref digits, i);
                TLanes before = digit;
                digit = before ^ carry;
                carry &= before;
            }
        }
        (digits, Unsafe.Add(ref digits, 1), Unsafe.Add(ref digits, 2), Unsafe.Add(ref digits, 3)) = (d0, d1, d2, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Plane<TLanes>(ref ulong planes, ref ushort list, int step)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Pick(ref planes, ref Unsafe.Add(ref list, step * WordTable.Together));
}
