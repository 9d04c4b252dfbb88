using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Takes some registers of channels through the steps of one input: a look-up and an addition each.</summary>
internal static unsafe class PermuteSteps<TBytes>
    where TBytes : unmanaged, IByteLanes<TBytes>
{
    /// <summary>Most registers that go together.</summary>
    public const int Together = 8;

    /// <summary>Counts differences in bytes, and widens them before they overflow.</summary>
    /// <param name="registers">1, 2, 4 or 8.</param>
    /// <param name="table">What is looked up.</param>
    /// <param name="weights"><c>[count, registers]</c></param>
    /// <param name="steps"><c>[count]</c>, what <see cref="IByteLanes{TSelf}.Split"/> wrote.</param>
    /// <param name="count">Number of steps, at least 1.</param>
    /// <param name="stepsOfBytes">Steps that a byte holds.</param>
    /// <param name="sums"><c>[registers, 2]</c>, numbers of 16 bits: of even channels and of odd ones.</param>
    /// <param name="isFirst">Whether sums begin at 0; else these are added to.</param>
    public static void Count(int registers, TBytes* table, TBytes* weights, byte* steps, int count, int stepsOfBytes, TBytes* sums, bool isFirst)
    {
        switch (registers)
        {
            case 8:
                Count<EightRegisters>(table, weights, steps, count, stepsOfBytes, sums, isFirst);
                break;
            case 4:
                Count<FourRegisters>(table, weights, steps, count, stepsOfBytes, sums, isFirst);
                break;
            case 2:
                Count<TwoRegisters>(table, weights, steps, count, stepsOfBytes, sums, isFirst);
                break;
            default:
                Count<OneRegister>(table, weights, steps, count, stepsOfBytes, sums, isFirst);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count<TRegisters>(TBytes* tables, TBytes* weights, byte* steps, int count, int stepsOfBytes, TBytes* sums, bool isFirst)
        where TRegisters : IRegisters
    {
        TBytes low = tables[0], high = tables[1], zero = default;
        var table = (byte*)tables;
        for (int left = count; left > 0; left -= stepsOfBytes, isFirst = false)
        {
            TBytes a = zero, b = zero, c = zero, d = zero, e = zero, f = zero, g = zero, h = zero;
            for (byte* end = steps + Math.Min(left, stepsOfBytes); steps < end; steps++, weights += TRegisters.Count)
            {
                TBytes pattern = TBytes.Pattern(table, *steps);
                a = TBytes.Add(a, TBytes.Differences(pattern, in weights[0], low, high));
                if (TRegisters.Count > 1)
                    b = TBytes.Add(b, TBytes.Differences(pattern, in weights[1], low, high));
                if (TRegisters.Count > 2)
                {
                    c = TBytes.Add(c, TBytes.Differences(pattern, in weights[2], low, high));
                    d = TBytes.Add(d, TBytes.Differences(pattern, in weights[3], low, high));
                }
                if (TRegisters.Count > 4)
                {
                    e = TBytes.Add(e, TBytes.Differences(pattern, in weights[4], low, high));
                    f = TBytes.Add(f, TBytes.Differences(pattern, in weights[5], low, high));
                    g = TBytes.Add(g, TBytes.Differences(pattern, in weights[6], low, high));
                    h = TBytes.Add(h, TBytes.Differences(pattern, in weights[7], low, high));
                }
            }
            Widen(sums, a, isFirst);
            if (TRegisters.Count > 1)
                Widen(sums + 2, b, isFirst);
            if (TRegisters.Count > 2)
            {
                Widen(sums + 4, c, isFirst);
                Widen(sums + 6, d, isFirst);
            }
            if (TRegisters.Count > 4)
            {
                Widen(sums + 8, e, isFirst);
                Widen(sums + 10, f, isFirst);
                Widen(sums + 12, g, isFirst);
                Widen(sums + 14, h, isFirst);
            }
        }
    }

    /// <summary>Adds bytes to numbers of 16 bits, or begins with them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(TBytes* sums, TBytes bytes, bool isFirst)
    {
        sums[0] = TBytes.AddEven(isFirst ? default : sums[0], bytes);
        sums[1] = TBytes.AddOdd(isFirst ? default : sums[1], bytes);
    }
}
