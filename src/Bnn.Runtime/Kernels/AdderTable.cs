using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>The index lists of a layer's weights: which planes each channel adds, and how.</summary>
/// <remarks>
/// With S = ones among all inputs, shared by all channels, and A0, A1, Am = ones among the inputs whose weight is −1, +1 or pruned:
/// S = A0 + A1 + Am, so count = |W1| + A0 − A1 = |W1| + 2·A0 + Am − S = |W1| − 2·A1 − Am + S. A channel takes the form with the fewest planes to add:
/// all live ones, or the pruned ones and those of the rarer sign. Without masks that is at most half of the inputs.
/// Constants go into the start of the number, so that the limit costs nothing: x is compared with S, or the sign of x is read. S itself starts from
/// <see cref="Bias"/>, which keeps every start from being negative. Source: docs/decisions/0008-lanes.md.
/// </remarks>
internal sealed class AdderTable
{
    private readonly int _unit;

    private AdderTable(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, bool isEightBit, AdderRow[] rows, bool isSorted)
    {
        int length = 0;
        foreach (AdderRow row in rows)
        {
            var weights = new WeightRow(inputs, signs, masks, row.Channel);
            (row.FirstCount, row.SecondCount) = (weights.Count(row.First), weights.Count(row.Second));
            length = checked(length + row.FirstCount + row.SecondCount);
        }
        if (isSorted)
            Array.Sort(rows, AdderRow.Compare);
        Lists = new ushort[length];
        length = 0;
        foreach (AdderRow row in rows)
        {
            row.Offset = length;
            var weights = new WeightRow(inputs, signs, masks, row.Channel);
            length += weights.List(row.First, Lists.AsSpan(length));
            length += weights.List(row.Second, Lists.AsSpan(length));
        }
        (Inputs, Bits, _unit, Rows) = (inputs, isEightBit ? 8 : 1, isEightBit ? 255 : 1, rows);
        bool readsSum = false;
        foreach (AdderRow row in rows)
        {
            readsSum |= row.IsCompared || row.IsFromSum;
            if (row.IsCompared)
                Bias = Math.Max(Bias, -row.Start);
        }
        SumList = new ushort[readsSum ? inputs : 0];
        for (int i = 0; i < SumList.Length; i++)
            SumList[i] = (ushort)i;
        // A plane of the highest weight still has room for the digits that live in registers.
        Digits = AdderTree.RegisterDigits + Bits;
        Additions = ((long)SumList.Length + Lists.Length) * Bits;
        foreach (AdderRow row in rows)
        {
            row.Start += row.IsCompared ? Bias : 0;
            Digits = Math.Max(Digits, DigitsOf(row));
        }
    }

    /// <summary>Number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>Planes of an input: 8, of weights 1 to 128, on an eight-bit input, else 1.</summary>
    public int Bits { get; }

    /// <summary>Rows in the order of work.</summary>
    public AdderRow[] Rows { get; }

    /// <summary>The lists of all rows.</summary>
    public ushort[] Lists { get; }

    /// <summary>All inputs, the list of the shared sum; empty if no row reads it.</summary>
    public ushort[] SumList { get; }

    /// <summary>What the shared sum starts from.</summary>
    public long Bias { get; }

    /// <summary>Digits of every number of the layer.</summary>
    public int Digits { get; }

    /// <summary>Planes that are added for one register of lanes, those of the shared sum included.</summary>
    public long Additions { get; }

    /// <summary>The rows of a layer that fires, like ones side by side and sorted by length: branches are foreseen, and no list needs padding.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <param name="isEightBit">Whether each input is eight planes.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static AdderTable ForLimits(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, bool isEightBit)
    {
        Check(inputs, signs, masks, limits.Length);
        int unit = isEightBit ? 255 : 1;
        bool isShared = SumPays(inputs, signs, masks, limits.Length);
        var rows = new AdderRow[limits.Length];
        for (int c = 0; c < rows.Length; c++)
        {
            var weights = new WeightRow(inputs, signs, masks, c);
            int ones = weights.Count(WeightKind.Plus), zeros = weights.Count(WeightKind.Minus), pruned = inputs - ones - zeros;
            long start = limits[c] - ((long)unit * ones);
            if (limits[c] < 0 || limits[c] >= (long)unit * (ones + zeros))
                rows[c] = new(c, limits[c] < 0 ? RowEnd.Never : RowEnd.Always);
            else if (!isShared || ones + zeros <= pruned + Math.Min(ones, zeros))
                rows[c] = new(c, RowEnd.Negative) { Start = start, First = WeightKind.Plus, IsComplemented = true, Second = WeightKind.Minus };
            else if (zeros <= ones)
                rows[c] = new(c, RowEnd.AtMostSum) { Start = -start, First = WeightKind.Pruned, Second = WeightKind.Minus, Shift = 1 };
            else
                rows[c] = new(c, RowEnd.AtLeastSum) { Start = start, First = WeightKind.Pruned, Second = WeightKind.Plus, Shift = 1 };
        }
        return new(inputs, signs, masks, isEightBit, rows, isSorted: true);
    }

    /// <summary>The rows of a layer whose counts themselves are wanted, in the order of their numbers.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="channels">C</param>
    /// <param name="isEightBit">Whether each input is eight planes.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static AdderTable ForCounts(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, int channels, bool isEightBit)
    {
        Check(inputs, signs, masks, channels);
        int unit = isEightBit ? 255 : 1;
        bool isShared = masks.IsEmpty && SumPays(inputs, signs, masks, channels);
        var rows = new AdderRow[channels];
        for (int c = 0; c < channels; c++)
        {
            var weights = new WeightRow(inputs, signs, masks, c);
            int ones = weights.Count(WeightKind.Plus), zeros = weights.Count(WeightKind.Minus);
            long start = (long)unit * ones;
            if (!isShared)
                rows[c] = new(c, RowEnd.Count) { Start = -1 - start, First = WeightKind.Plus, IsComplemented = true, Second = WeightKind.Minus };
            else if (zeros <= ones)
                rows[c] = new(c, RowEnd.Count) { IsFromSum = true, Start = -1 - start, IsComplemented = true, Second = WeightKind.Minus, Shift = 1 };
            else
                rows[c] = new(c, RowEnd.ComplementOfCount) { IsFromSum = true, Start = start, IsComplemented = true, Second = WeightKind.Plus, Shift = 1 };
        }
        return new(inputs, signs, masks, isEightBit, rows, isSorted: false);
    }

    /// <summary>Throws unless packed weights have the lengths of their layer.</summary>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    internal static void Check(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, int channels)
    {
        if (inputs is < 1 or > ushort.MaxValue + 1)
            throw new ArgumentOutOfRangeException(nameof(inputs), inputs, "Must be in [1, 65536].");
        long words = (long)channels * WeightMatrix.WordsFor(inputs);
        if (channels < 1 || signs.Length != words || (!masks.IsEmpty && masks.Length != words))
            throw new ArgumentException($"{channels} rows of {inputs} weights need {words} words, got {signs.Length} of signs and {masks.Length} of masks.");
    }

    // The sum costs as many planes as there are inputs; the rows that read it must save more.
    private static bool SumPays(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, int channels)
    {
        long saved = 0;
        for (int c = 0; c < channels; c++)
        {
            var weights = new WeightRow(inputs, signs, masks, c);
            int ones = weights.Count(WeightKind.Plus), zeros = weights.Count(WeightKind.Minus);
            saved += Math.Max(0, ones + zeros - (inputs - ones - zeros + Math.Min(ones, zeros)));
        }
        return saved > inputs;
    }

    // Enough for both sides of a comparison, for the sign of a number, or for a count.
    private int DigitsOf(AdderRow row) => row.End switch
    {
        RowEnd.Never or RowEnd.Always => 0,
        RowEnd.AtMostSum or RowEnd.AtLeastSum =>
            BitDigits.For(Math.Max(row.Start + ((long)_unit * (row.FirstCount + (2L * row.SecondCount))), Bias + ((long)_unit * Inputs))),
        RowEnd.Negative => 1 + BitDigits.For((long)_unit * (row.FirstCount + row.SecondCount)),
        _ => 1 + BitDigits.For((long)_unit * Inputs),
    };
}
