using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>The adder tree for rows of few planes, as pruned convolutions and those of few inputs have: what a row costs besides its planes is as little as can be.</summary>
/// <remarks>
/// Law and bits are those of <see cref="AdderTree"/>, whose rows take some fifty cycles besides their planes on Zen 3: three digits more, two lists, numbers that stay. Here a row has one list,
/// and all of its digits are in registers: a carry of weight 16 ripples through the four above at once, or through two where that is enough.
/// </remarks>
internal static class ShortTree
{
    /// <summary>Digits of a number; one that is compared has another, lower digit, which nothing is added to.</summary>
    public const int Digits = AdderForms.ShortDigits;

    /// <summary>Works off the short rows of a table: writes the output of each.</summary>
    /// <param name="table">Lists, <see cref="AdderTable.ShortRows"/> and what they start from.</param>
    /// <param name="planes">The first plane, behind all of them their complements if the table reads literals.</param>
    /// <param name="sum">The shared sum, <see cref="Digits"/> + 1 registers of it, if rows are compared.</param>
    /// <param name="output">Receives the output of channel c at c · <paramref name="stride"/> words.</param>
    /// <param name="stride">Words from one channel's output to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes>(AdderTable table, ref TLanes planes, ref TLanes sum, ref ulong output, nint stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ref ushort lists = ref MemoryMarshal.GetArrayDataReference(table.Lists);
        ref ulong start = ref MemoryMarshal.GetArrayDataReference(table.ShortStarts);
        TLanes zero = TLanes.Broadcast(0);
        foreach (AdderRow row in table.ShortRows)
        {
            RowEnd end = row.End;
            ref TLanes to = ref Unsafe.As<ulong, TLanes>(ref Unsafe.Add(ref output, row.Channel * stride));
            TLanes d0 = TLanes.Broadcast(start), d1 = TLanes.Broadcast(Unsafe.Add(ref start, 1)), d2 = TLanes.Broadcast(Unsafe.Add(ref start, 2));
            TLanes d3 = TLanes.Broadcast(Unsafe.Add(ref start, 3)), d4 = TLanes.Broadcast(Unsafe.Add(ref start, 4)), d5 = TLanes.Broadcast(Unsafe.Add(ref start, 5));
            // The two highest digits are left out where nothing reaches them; rows are sorted by length, so that is foreseen.
            bool isTiny = row.IsTiny;
            TLanes d6 = zero, d7 = zero;
            if (!isTiny)
                (d6, d7) = (TLanes.Broadcast(Unsafe.Add(ref start, 6)), TLanes.Broadcast(Unsafe.Add(ref start, 7)));
            ref ushort list = ref Unsafe.Add(ref lists, row.Offset);
            int count = row.FirstCount + row.SecondCount;
            TLanes eight = AdderTree.Rest(ref planes, ref list, count, ref d0, ref d1, ref d2), carry = zero;
            list = ref Unsafe.Add(ref list, count & 7);
            if ((count & 8) != 0)
            {
                carry = AdderTree.Eight(ref planes, ref list, 0, ref d0, ref d1, ref d2);
                list = ref Unsafe.Add(ref list, 8);
            }
            carry = TLanes.Add(ref d3, eight, carry);
            Ripple(carry, isTiny, ref d4, ref d5, ref d6, ref d7);
            for (int left = count >> 4; left > 0; left--)
            {
                eight = AdderTree.Eight(ref planes, ref list, 0, ref d0, ref d1, ref d2);
                carry = TLanes.Add(ref d3, eight, AdderTree.Eight(ref planes, ref list, 8, ref d0, ref d1, ref d2));
                list = ref Unsafe.Add(ref list, 16);
                Ripple(carry, isTiny, ref d4, ref d5, ref d6, ref d7);
            }
            if (end == RowEnd.BelowHighest)
                to = isTiny ? ~d5 : ~d7;
            else
            {
                TLanes lowest = TLanes.Broadcast(Unsafe.Add(ref start, Digits));
                TLanes greater = TLanes.Greater(lowest, sum, end == RowEnd.AtLeastSum ? ~zero : zero);
                greater = TLanes.Greater(d0, Unsafe.Add(ref sum, 1), greater);
                greater = TLanes.Greater(d1, Unsafe.Add(ref sum, 2), greater);
                greater = TLanes.Greater(d2, Unsafe.Add(ref sum, 3), greater);
                greater = TLanes.Greater(d3, Unsafe.Add(ref sum, 4), greater);
                greater = TLanes.Greater(d4, Unsafe.Add(ref sum, 5), greater);
                greater = TLanes.Greater(d5, Unsafe.Add(ref sum, 6), greater);
                greater = TLanes.Greater(d6, Unsafe.Add(ref sum, 7), greater);
                greater = TLanes.Greater(d7, Unsafe.Add(ref sum, 8), greater);
                to = end == RowEnd.AtMostSum ? ~greater : greater;
            }
            start = ref Unsafe.Add(ref start, Digits + 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ripple<TLanes>(TLanes carry, bool isTiny, ref TLanes d4, ref TLanes d5, ref TLanes d6, ref TLanes d7)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes before = d4;
        d4 = before ^ carry;
        carry &= before;
        before = d5;
        d5 = before ^ carry;
        if (isTiny)
            return;
        carry &= before;
        before = d6;
        d6 = before ^ carry;
        carry &= before;
        d7 ^= carry;
    }
}
