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

    private AdderTable(int inputs, bool isEightBit, List<(AdderRow Row, ushort[] List)> rows)
    {
        Inputs = inputs;
        Bits = isEightBit ? 8 : 1;
        _unit = isEightBit ? 255 : 1;
        bool readsSum = rows.Exists(row => ReadsSum(row.Row));
        SumList = readsSum ? [.. Enumerable.Range(0, inputs).Select(i => (ushort)i)] : [];
        Bias = rows.Max(row => IsCompared(row.Row) ? Math.Max(0, -row.Row.Start) : 0);
        Lists = new ushort[rows.Sum(row => row.List.Length)];
        Rows = new AdderRow[rows.Count];
        int at = 0;
        for (int i = 0; i < Rows.Length; i++)
        {
            (AdderRow row, ushort[] list) = rows[i];
            Rows[i] = row with { List = at, Start = row.Start + (IsCompared(row) ? Bias : 0) };
            list.CopyTo(Lists, at);
            at += list.Length;
        }
        // A plane of the highest weight still has room for the digits that live in registers.
        Digits = Math.Max(Rows.Max(DigitsOf), AdderTree.RegisterDigits + Bits);
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
    public long Additions => (Lists.Length + (long)SumList.Length) * Bits;

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
        var rows = new List<(AdderRow Row, ushort[] List)>();
        for (int c = 0; c < limits.Length; c++)
        {
            var weights = new WeightRow(inputs, signs, masks, c);
            int ones = weights.Count(WeightKind.Plus), zeros = weights.Count(WeightKind.Minus), pruned = inputs - ones - zeros;
            long start = limits[c] - ((long)unit * ones);
            if (limits[c] < 0 || limits[c] >= (long)unit * (ones + zeros))
                rows.Add((new(c, limits[c] < 0 ? RowEnd.Never : RowEnd.Always, false, 0, 0, 0, false, 0, 0), []));
            else if (!isShared || ones + zeros <= pruned + Math.Min(ones, zeros))
                rows.Add((new(c, RowEnd.Negative, false, start, 0, ones, true, zeros, 0), weights.List(WeightKind.Plus, WeightKind.Minus)));
            else if (zeros <= ones)
                rows.Add((new(c, RowEnd.AtMostSum, false, -start, 0, pruned, false, zeros, 1), weights.List(WeightKind.Pruned, WeightKind.Minus)));
            else
                rows.Add((new(c, RowEnd.AtLeastSum, false, start, 0, pruned, false, ones, 1), weights.List(WeightKind.Pruned, WeightKind.Plus)));
        }
        return new(inputs, isEightBit, [.. rows.OrderBy(row => row.Row.End).ThenBy(row => row.Row.First).ThenBy(row => row.Row.Second)]);
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
        var rows = new List<(AdderRow Row, ushort[] List)>();
        for (int c = 0; c < channels; c++)
        {
            var weights = new WeightRow(inputs, signs, masks, c);
            int ones = weights.Count(WeightKind.Plus), zeros = weights.Count(WeightKind.Minus);
            long start = (long)unit * ones;
            if (!isShared)
                rows.Add((new(c, RowEnd.Count, false, -1 - start, 0, ones, true, zeros, 0), weights.List(WeightKind.Plus, WeightKind.Minus)));
            else if (zeros <= ones)
                rows.Add((new(c, RowEnd.Count, true, -1 - start, 0, 0, true, zeros, 1), weights.List(WeightKind.Minus)));
            else
                rows.Add((new(c, RowEnd.ComplementOfCount, true, start, 0, 0, true, ones, 1), weights.List(WeightKind.Plus)));
        }
        return new(inputs, isEightBit, rows);
    }

    private static void Check(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, int channels)
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

    private static bool IsCompared(AdderRow row) => row.End is RowEnd.AtMostSum or RowEnd.AtLeastSum;

    private static bool ReadsSum(AdderRow row) => IsCompared(row) || row.IsFromSum;

    // Enough for both sides of a comparison, for the sign of a number, or for a count.
    private int DigitsOf(AdderRow row) => row.End switch
    {
        RowEnd.Never or RowEnd.Always => 0,
        RowEnd.AtMostSum or RowEnd.AtLeastSum =>
            BitDigits.For(Math.Max(row.Start + ((long)_unit * (row.First + (2L * row.Second))), Bias + ((long)_unit * Inputs))),
        _ => 1 + BitDigits.For((long)_unit * Inputs),
    };
}
