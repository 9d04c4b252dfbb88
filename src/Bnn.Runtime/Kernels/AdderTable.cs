using System.Runtime.CompilerServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>The index lists of a layer's weights: which planes each channel adds, and how.</summary>
/// <remarks>
/// count = A0 + (|W1| − A1), with A0, A1, Am = ones among the inputs whose weight is −1, +1 or pruned: a channel can add its live inputs as literals, those of
/// weight +1 complemented. With S = ones among all inputs, shared by all channels, S = A0 + A1 + Am, so count = |W1| + 2·A0 + Am − S = |W1| − 2·A1 − Am + S:
/// it can also add the pruned ones and those of the rarer sign, and compare with S. It takes the form with the fewest planes. Without masks that is at most
/// half of the inputs. Constants go into the start of the number, so that the limit costs nothing. S itself starts from <see cref="Bias"/>, which keeps
/// every start that is compared from being negative. Source: docs/decisions/0008-lanes.md.
/// </remarks>
internal sealed class AdderTable
{
    // Planes of 256 bits that fit into 24 KB.
    private const int BlockPlanes = 768;

    // Planes of a row and block: at 75 blocks cost a seventh, at 150 they save a fifth.
    private const int LeastOfBlock = 140;

    private readonly int _most;
    private readonly int[] _offsets;        // [1 + rows, Blocks + 1], the sum first

    private AdderTable(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, bool isEightBit, AdderRow[] rows, bool isSorted)
    {
        (Inputs, Bits, _most, Rows) = (inputs, isEightBit ? 8 : 1, isEightBit ? 255 : 1, rows);
        bool readsSum = false;
        int length = 0;
        foreach (AdderRow row in rows)
        {
            if (row.End <= RowEnd.Always)
                continue;
            var weights = new WeightRow(inputs, signs, masks, row.Channel);
            int pruned = weights.Count(WeightKind.Pruned);
            row.FirstCount = row.IsLiteral ? inputs - pruned : pruned;
            row.SecondCount = weights.Count(row.Second);
            length = checked(length + row.FirstCount + row.SecondCount);
            readsSum |= !row.IsLiteral;
            HasLiterals |= row.IsLiteral;
            if (row.IsCompared)
                Bias = Math.Max(Bias, -row.Start);
        }
        if (isSorted)
            Array.Sort(rows, AdderRow.Compare);
        Sum = readsSum ? [new(0, RowEnd.Number) { Start = Bias, FirstCount = inputs, Offset = length }] : [];
        Lists = new ushort[length + (readsSum ? inputs : 0)];
        for (int i = length; i < Lists.Length; i++)
            Lists[i] = (ushort)(i - length);
        Additions = (long)Lists.Length * Bits;
        Blocks = BlocksOf(rows);
        _offsets = new int[Blocks == 1 ? 0 : (rows.Length + 1) * (Blocks + 1)];
        length = 0;
        Digits = AdderTree.RegisterDigits + Bits;
        for (int r = 0; r < rows.Length; r++)
        {
            AdderRow row = rows[r];
            if (row.End <= RowEnd.Always)
                continue;
            row.Offset = length;
            var weights = new WeightRow(inputs, signs, masks, row.Channel);
            length += weights.List(row.IsLiteral ? WeightKind.Minus : WeightKind.Pruned, 0, Lists.AsSpan(length));
            length += weights.List(row.IsLiteral ? WeightKind.Plus : row.Second, row.IsLiteral ? Planes : 0, Lists.AsSpan(length));
            if (Blocks > 1)
                CutIntoBlocks(1 + r, Lists.AsSpan(row.Offset, length - row.Offset), row.Offset);
            row.Start += row.IsCompared ? Bias : 0;
            if (row.End == RowEnd.BelowHighest)
                StartBelowHighest(row);
            else
                Digits = Math.Max(Digits, DigitsOf(row));
        }
        if (Blocks > 1 && readsSum)
            CutIntoBlocks(0, Lists.AsSpan(length), length);
        foreach (AdderRow row in (AdderRow[])[.. rows, .. Sum])
        {
            if (row.End != RowEnd.BelowHighest)
                row.Digits = Digits;
            Digits = Math.Max(Digits, row.Digits);
        }
    }

    /// <summary>Number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>Planes of an input: 8, of weights 1 to 128, on an eight-bit input, else 1.</summary>
    public int Bits { get; }

    /// <summary>Planes of all inputs.</summary>
    public int Planes => Inputs * Bits;

    /// <summary>Whether rows read complements of planes, which stand behind all planes.</summary>
    public bool HasLiterals { get; }

    /// <summary>Planes, and their complements if they are read.</summary>
    public int PlanesRead => HasLiterals ? 2 * Planes : Planes;

    /// <summary>Rows in the order of work.</summary>
    public AdderRow[] Rows { get; }

    /// <summary>The row of the shared sum; none if no row reads it.</summary>
    public AdderRow[] Sum { get; }

    /// <summary>The lists of all rows.</summary>
    public ushort[] Lists { get; }

    /// <summary>Parts that the inputs are cut into, so that the planes of one stay in the nearest cache while all rows read it; 1: all at once.</summary>
    public int Blocks { get; }

    /// <summary>What the shared sum starts from.</summary>
    public long Bias { get; }

    /// <summary>Digits of the sum, and at most of any number.</summary>
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
        bool fits = LiteralsFit(inputs, isEightBit), isShared = !fits || SumPays(inputs, signs, masks, limits.Length);
        var rows = new AdderRow[limits.Length];
        for (int c = 0; c < rows.Length; c++)
        {
            var weights = new WeightRow(inputs, signs, masks, c);
            int ones = weights.Count(WeightKind.Plus), zeros = weights.Count(WeightKind.Minus), pruned = inputs - ones - zeros;
            long start = limits[c] - ((long)unit * ones);
            if (limits[c] < 0 || limits[c] >= (long)unit * (ones + zeros))
                rows[c] = new(c, limits[c] < 0 ? RowEnd.Never : RowEnd.Always);
            else if (!isShared || (fits && ones + zeros <= pruned + Math.Min(ones, zeros)))
                rows[c] = new(c, RowEnd.BelowHighest) { Start = limits[c], IsLiteral = true };
            else if (zeros <= ones)
                rows[c] = new(c, RowEnd.AtMostSum) { Start = -start, Second = WeightKind.Minus };
            else
                rows[c] = new(c, RowEnd.AtLeastSum) { Start = start, Second = WeightKind.Plus };
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
        bool fits = LiteralsFit(inputs, isEightBit), isShared = !fits || (masks.IsEmpty && SumPays(inputs, signs, masks, channels));
        var rows = new AdderRow[channels];
        for (int c = 0; c < channels; c++)
        {
            var weights = new WeightRow(inputs, signs, masks, c);
            int ones = weights.Count(WeightKind.Plus), zeros = weights.Count(WeightKind.Minus);
            long start = (long)unit * ones;
            if (!isShared)
                rows[c] = new(c, RowEnd.Number) { IsLiteral = true };
            else if (zeros <= ones)
                rows[c] = new(c, RowEnd.Number) { Start = start, Second = WeightKind.Minus, SumSign = -1 };
            else
                rows[c] = new(c, RowEnd.Number) { Start = -start, Second = WeightKind.Plus, SumSign = 1 };
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

    /// <summary>The same planes, or a copy of them that has its complements behind it.</summary>
    /// <param name="planes">The first of all planes.</param>
    /// <returns>The first of <see cref="PlanesRead"/> registers, valid until the thread asks again.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ref TLanes WithComplements<TLanes>(ref TLanes planes)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (!HasLiterals)
            return ref planes;
        ref TLanes copy = ref LaneMemory.First<TLanes>(ThreadScratch.Literals(PlanesRead * TLanes.Words));
        int count = Planes;
        for (int i = 0; i < count; i++)
        {
            TLanes plane = Unsafe.Add(ref planes, i);
            Unsafe.Add(ref copy, i) = plane;
            Unsafe.Add(ref copy, count + i) = ~plane;
        }
        return ref copy;
    }

    /// <summary>Where the part of a row's list that reads a block begins.</summary>
    /// <param name="row">Index of the row, −1 that of the sum.</param>
    /// <param name="block">Index of the block; behind the last one the end.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BlockOffset(int row, int block) => _offsets[((row + 1) * (Blocks + 1)) + block];

    // Only rows that fire and have one list of single bits each, long enough that keeping a number costs little beside.
    private int BlocksOf(AdderRow[] rows)
    {
        int inputs = HasLiterals ? BlockPlanes / 2 : BlockPlanes, blocks = (Inputs + inputs - 1) / inputs;
        if (Bits > 1 || Inputs <= inputs + (inputs / 2) || Lists.Length < (long)LeastOfBlock * rows.Length * blocks)
            return 1;
        foreach (AdderRow row in rows)
        {
            if (row.End == RowEnd.Number || (row.FirstCount > 0 && row.SecondCount > 0))
                return 1;
        }
        return blocks;
    }

    // Sorts a list by blocks, and notes where they begin.
    private void CutIntoBlocks(int row, Span<ushort> list, int offset)
    {
        int inputs = (Inputs + Blocks - 1) / Blocks;
        ushort[] before = list.ToArray();
        int at = 0;
        for (int block = 0; block <= Blocks; block++)
        {
            _offsets[(row * (Blocks + 1)) + block] = offset + at;
            foreach (ushort plane in before)
            {
                if (plane % Inputs / inputs == block)
                    list[at++] = plane;
            }
        }
    }

    // Indices have 16 bits; the last literal is the complement of the last input of the first bit.
    private static bool LiteralsFit(int inputs, bool isEightBit) => inputs * (isEightBit ? 9L : 2) <= ushort.MaxValue + 1;

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

    // count ≤ limit iff count + 2^highest − 1 − limit < 2^highest; the highest digit is one that stays in memory or in the last register.
    private void StartBelowHighest(AdderRow row)
    {
        long limit = row.Start, most = (long)_most * row.FirstCount;
        int highest = Math.Max(Bits + AdderTree.RegisterDigits - 2, BitDigits.For(Math.Max(limit, most - limit - 1)));
        row.Start = (1L << highest) - 1 - limit;
        row.Digits = highest + 1;
    }

    // Enough for both sides of a comparison, or for a count.
    private int DigitsOf(AdderRow row) => row.IsCompared
        ? BitDigits.For(Math.Max(row.Start + ((long)_most * (row.FirstCount + (2L * row.SecondCount))), Bias + ((long)_most * Inputs)))
        : 1 + BitDigits.For((long)_most * Inputs);
}
