using System.Runtime.CompilerServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>The index lists of a layer's weights: which planes each channel adds, in the form that <see cref="AdderForms"/> chose for it.</summary>
internal sealed class AdderTable
{
    private readonly int[] _offsets;        // [1 + rows, Blocks + 1], the sum first

    private AdderTable(AdderForms forms, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks)
    {
        (Inputs, Bits, HasLiterals, Blocks, Bias, Rows) = (forms.Inputs, forms.Bits, forms.HasLiterals, forms.Blocks, forms.Bias, forms.Rows);
        Lists = new ushort[forms.Entries];
        int length = forms.Entries - (forms.ReadsSum ? Inputs : 0);
        Sum = forms.ReadsSum ? [new(0, RowEnd.Number) { Start = Bias, FirstCount = Inputs, Offset = length }] : [];
        for (int i = length; i < Lists.Length; i++)
            Lists[i] = (ushort)(i - length);
        _offsets = new int[Blocks == 1 ? 0 : (Rows.Length + 1) * (Blocks + 1)];
        length = 0;
        Digits = AdderTree.RegisterDigits + Bits;
        for (int r = 0; r < Rows.Length; r++)
        {
            AdderRow row = Rows[r];
            if (row.End <= RowEnd.Always)
                continue;
            row.Offset = length;
            var weights = new WeightRow(Inputs, signs, masks, row.Channel);
            length += weights.List(row.IsLiteral ? WeightKind.Minus : WeightKind.Pruned, 0, Lists.AsSpan(length));
            length += weights.List(row.IsLiteral ? WeightKind.Plus : row.Second, row.IsLiteral ? Planes : 0, Lists.AsSpan(length));
            if (Blocks > 1)
                CutIntoBlocks(1 + r, Lists.AsSpan(row.Offset, length - row.Offset), row.Offset);
            if (row.End == RowEnd.BelowHighest)
                StartBelowHighest(row);
            else
                Digits = Math.Max(Digits, DigitsOf(row));
        }
        if (Blocks > 1 && forms.ReadsSum)
            CutIntoBlocks(0, Lists.AsSpan(length), length);
        foreach (AdderRow row in (AdderRow[])[.. Rows, .. Sum])
        {
            if (row.End != RowEnd.BelowHighest)
                row.Digits = Digits;
            Digits = Math.Max(Digits, row.Digits);
        }
        ShortRows = Array.FindAll(Rows, row => row.IsShort);
        LongRows = Array.FindAll(Rows, row => !row.IsShort && row.End > RowEnd.Always);
        Constants = Array.FindAll(Rows, row => row.End <= RowEnd.Always);
        ShortStarts = StartsOf(ShortRows);
    }

    /// <summary>Number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>What an input counts at most.</summary>
    private int Most => (1 << Bits) - 1;

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

    /// <summary>Those that <see cref="ShortTree"/> works off, in the same order.</summary>
    public AdderRow[] ShortRows { get; }

    /// <summary>What each of them starts from, <c>[short rows, <see cref="ShortTree.Digits"/> + 1]</c>: a digit as a word of equal bits, the lowest digit of a number that is compared last.</summary>
    public ulong[] ShortStarts { get; }

    /// <summary>Those that <see cref="AdderTree"/> works off.</summary>
    public AdderRow[] LongRows { get; }

    /// <summary>Those that add nothing.</summary>
    public AdderRow[] Constants { get; }

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
    public long Additions => (long)Lists.Length * Bits;

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
        (int[] ones, int[] zeros) = Count(inputs, signs, masks, limits.Length);
        return new(AdderForms.ForLimits(inputs, ones, zeros, limits, isEightBit), signs, masks);
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
        (int[] ones, int[] zeros) = Count(inputs, signs, masks, channels);
        return new(AdderForms.ForCounts(inputs, ones, zeros, !masks.IsEmpty, isEightBit), signs, masks);
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

    // How many weights of each channel are +1, and −1.
    private static (int[] Ones, int[] Zeros) Count(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, int channels)
    {
        int[] ones = new int[channels], zeros = new int[channels];
        for (int c = 0; c < channels; c++)
        {
            var weights = new WeightRow(inputs, signs, masks, c);
            (ones[c], zeros[c]) = (weights.Count(WeightKind.Plus), weights.Count(WeightKind.Minus));
        }
        return (ones, zeros);
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

    // count ≤ limit iff count + 2^highest − 1 − limit < 2^highest; the highest digit is one that stays in memory or in the last register.
    private void StartBelowHighest(AdderRow row)
    {
        long limit = row.Start, most = (long)Most * row.FirstCount;
        int highest = Math.Max(Bits + AdderTree.RegisterDigits - 2, BitDigits.For(Math.Max(limit, most - limit - 1)));
        row.Start = (1L << highest) - 1 - limit;
        row.Digits = highest + 1;
    }

    private static ulong[] StartsOf(AdderRow[] rows)
    {
        ulong[] starts = new ulong[rows.Length * (ShortTree.Digits + 1)];
        for (int r = 0; r < rows.Length; r++)
        {
            AdderRow row = rows[r];
            // The highest digit is one of the registers'; a number that is compared has one more below them.
            int highest = (row.IsTiny ? AdderForms.TinyDigits : AdderForms.ShortDigits) - 1;
            long start = row.IsCompared ? row.Start >> 1 : row.Start + (1L << highest) - (1L << (row.Digits - 1));
            Span<ulong> digits = starts.AsSpan(r * (ShortTree.Digits + 1), ShortTree.Digits + 1);
            for (int d = 0; d < ShortTree.Digits; d++)
                digits[d] = 0 - ((ulong)(start >> d) & 1);
            digits[ShortTree.Digits] = 0 - ((ulong)row.Start & 1);
        }
        return starts;
    }

    // Enough for both sides of a comparison, or for a count.
    private int DigitsOf(AdderRow row) => row.IsCompared
        ? BitDigits.For(Math.Max(row.Start + ((long)Most * (row.FirstCount + (2L * row.SecondCount))), Bias + ((long)Most * Inputs)))
        : 1 + BitDigits.For((long)Most * Inputs);
}
