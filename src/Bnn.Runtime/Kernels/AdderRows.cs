using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Adds up rows of an <see cref="AdderTable"/>, and their shared sum.</summary>
internal static class AdderRows
{
    /// <summary>The shared sum of all planes, from the table's bias on.</summary>
    /// <param name="table">Lists and digits.</param>
    /// <param name="planes">The first of <c>[Bits, Inputs]</c> planes.</param>
    /// <param name="sum">Receives the table's digits.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum<TLanes>(AdderTable table, ref TLanes planes, ref TLanes sum)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        BitDigits.Set(ref sum, table.Digits, table.Bias);
        if (table.SumList.Length > 0)
            Add(table, ref planes, ref table.SumList[0], table.SumList.Length, 0, ref sum);
    }

    /// <summary>The number of one row.</summary>
    /// <param name="table">Lists and digits.</param>
    /// <param name="row">A row that adds something, or starts from something.</param>
    /// <param name="planes">The first of <c>[Bits, Inputs]</c> planes.</param>
    /// <param name="sum">The shared sum.</param>
    /// <param name="digits">Receives the table's digits.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Number<TLanes>(AdderTable table, AdderRow row, ref TLanes planes, ref TLanes sum, ref TLanes digits)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (row.IsFromSum)
            BitDigits.AddConstant(ref sum, row.Start, ref digits, table.Digits);
        else
            BitDigits.Set(ref digits, table.Digits, row.Start);
        ref ushort list = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(table.Lists), row.Offset);
        if (row.FirstCount > 0)
            Add(table, ref planes, ref list, row.FirstCount, 0, ref digits);
        if (row.IsComplemented)
            BitDigits.Complement(ref digits, table.Digits);
        if (row.SecondCount > 0)
            Add(table, ref planes, ref Unsafe.Add(ref list, row.FirstCount), row.SecondCount, row.Shift, ref digits);
    }

    // Bit b of an eight-bit input has weight 2^b and planes of its own, and shares the list.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes>(AdderTable table, ref TLanes planes, ref ushort list, int count, int shift, ref TLanes digits)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int b = 0; b < table.Bits; b++)
            AdderTree.Add(ref Unsafe.Add(ref planes, b * table.Inputs), ref list, count, ref Unsafe.Add(ref digits, b + shift), table.Digits - b - shift);
    }
}
