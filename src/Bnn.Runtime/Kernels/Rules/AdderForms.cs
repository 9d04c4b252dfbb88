namespace Bnn.Kernels;

/// <summary>In which form each channel of a layer over lanes is added up. The planner links this file, so that it counts by the same rule.</summary>
/// <remarks>
/// count = A0 + (|W1| − A1), with A0, A1, Am = ones among the inputs whose weight is −1, +1 or pruned: a channel can add its live inputs as literals, those of
/// weight +1 complemented. With S = ones among all inputs, shared by all channels, S = A0 + A1 + Am, so count = |W1| + 2·A0 + Am − S = |W1| − 2·A1 − Am + S:
/// it can also add the pruned ones and those of the rarer sign, and compare with S. It takes the form with the fewest planes. Without masks that is at most
/// half of the inputs. Constants go into the start of the number, so that the limit costs nothing. S itself starts from <see cref="Bias"/>, which keeps
/// every start that is compared from being negative. Source: docs/decisions/0008-lanes.md.
/// </remarks>
internal sealed class AdderForms
{
    /// <summary>Most digits of a short row (<c>ShortTree</c>); a number that is compared has one more.</summary>
    public const int ShortDigits = 8;

    /// <summary>Most digits of a row that is even shorter.</summary>
    public const int TinyDigits = 6;

    // Planes of 256 bits that fit into 24 KB.
    private const int BlockPlanes = 768;

    // Planes of a row and block: at 75 blocks cost a seventh, at 150 they save a fifth.
    private const int LeastOfBlock = 140;

    private AdderForms(int inputs, bool isEightBit, AdderRow[] rows, int[] ones, int[] zeros)
    {
        (Inputs, Bits, Rows) = (inputs, isEightBit ? 8 : 1, rows);
        int length = 0;
        foreach (AdderRow row in rows)
        {
            if (row.End <= RowEnd.Always)
                continue;
            int plus = ones[row.Channel], minus = zeros[row.Channel], pruned = inputs - plus - minus;
            row.FirstCount = row.IsLiteral ? plus + minus : pruned;
            row.SecondCount = row.Second switch { WeightKind.Plus => plus, WeightKind.Minus => minus, _ => 0 };
            length = checked(length + row.FirstCount + row.SecondCount);
            ReadsSum |= !row.IsLiteral;
            HasLiterals |= row.IsLiteral;
            if (row.IsCompared)
                Bias = Math.Max(Bias, -row.Start);
        }
        Entries = checked(length + (ReadsSum ? inputs : 0));
        Blocks = BlocksOf();
        foreach (AdderRow row in rows)
        {
            row.Start += row.IsCompared ? Bias : 0;
            row.IsShort = IsShort(row);
            row.IsTiny = row.IsShort && !row.IsCompared && Fits(row, TinyDigits);
        }
    }

    /// <summary>Number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>Planes of an input: 8, of weights 1 to 128, on an eight-bit input, else 1.</summary>
    public int Bits { get; }

    /// <summary>Rows with their ends, starts and numbers of planes.</summary>
    public AdderRow[] Rows { get; }

    /// <summary>Whether rows read the sum of all inputs.</summary>
    public bool ReadsSum { get; }

    /// <summary>Whether rows read complements of planes.</summary>
    public bool HasLiterals { get; }

    /// <summary>Entries of all lists, that of the sum included.</summary>
    public int Entries { get; }

    /// <summary>Parts that the inputs are cut into, so that the planes of one stay in the nearest cache while all rows read it; 1: all at once.</summary>
    public int Blocks { get; }

    /// <summary>What the shared sum starts from.</summary>
    public long Bias { get; }

    /// <summary>The rows of a layer that fires, like ones side by side and sorted by length: branches are foreseen, and no list needs padding.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="ones"><c>[C]</c> weights +1 of each channel.</param>
    /// <param name="zeros"><c>[C]</c> weights −1 of each channel.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <param name="isEightBit">Whether each input is eight planes.</param>
    public static AdderForms ForLimits(int inputs, int[] ones, int[] zeros, ReadOnlySpan<int> limits, bool isEightBit)
    {
        int unit = isEightBit ? 255 : 1;
        bool fits = LiteralsFit(inputs, isEightBit), isShared = !fits || SumPays(inputs, ones, zeros);
        var rows = new AdderRow[limits.Length];
        for (int c = 0; c < rows.Length; c++)
        {
            int live = ones[c] + zeros[c];
            long start = limits[c] - ((long)unit * ones[c]);
            if (limits[c] < 0 || limits[c] >= (long)unit * live)
                rows[c] = new(c, limits[c] < 0 ? RowEnd.Never : RowEnd.Always);
            else if (!isShared || (fits && live <= inputs - live + Math.Min(ones[c], zeros[c])))
                rows[c] = new(c, RowEnd.BelowHighest) { Start = limits[c], IsLiteral = true };
            else if (zeros[c] <= ones[c])
                rows[c] = new(c, RowEnd.AtMostSum) { Start = -start, Second = WeightKind.Minus };
            else
                rows[c] = new(c, RowEnd.AtLeastSum) { Start = start, Second = WeightKind.Plus };
        }
        var forms = new AdderForms(inputs, isEightBit, rows, ones, zeros);
        Array.Sort(rows, AdderRow.Compare);
        return forms;
    }

    /// <summary>The rows of a layer whose counts themselves are wanted, in the order of their numbers.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="ones"><c>[C]</c> weights +1 of each channel.</param>
    /// <param name="zeros"><c>[C]</c> weights −1 of each channel.</param>
    /// <param name="isMasked">Whether the layer has masks.</param>
    /// <param name="isEightBit">Whether each input is eight planes.</param>
    public static AdderForms ForCounts(int inputs, int[] ones, int[] zeros, bool isMasked, bool isEightBit)
    {
        int unit = isEightBit ? 255 : 1;
        bool isShared = !LiteralsFit(inputs, isEightBit) || (!isMasked && SumPays(inputs, ones, zeros));
        var rows = new AdderRow[ones.Length];
        for (int c = 0; c < rows.Length; c++)
        {
            long start = (long)unit * ones[c];
            if (!isShared)
                rows[c] = new(c, RowEnd.Number) { IsLiteral = true };
            else if (zeros[c] <= ones[c])
                rows[c] = new(c, RowEnd.Number) { Start = start, Second = WeightKind.Minus, SumSign = -1 };
            else
                rows[c] = new(c, RowEnd.Number) { Start = -start, Second = WeightKind.Plus, SumSign = 1 };
        }
        return new(inputs, isEightBit, rows, ones, zeros);
    }

    // Only rows that fire and have one list of single bits each, long enough that keeping a number costs little beside.
    private int BlocksOf()
    {
        int inputs = HasLiterals ? BlockPlanes / 2 : BlockPlanes, blocks = (Inputs + inputs - 1) / inputs;
        if (Bits > 1 || Inputs <= inputs + (inputs / 2) || Entries < (long)LeastOfBlock * Rows.Length * blocks)
            return 1;
        foreach (AdderRow row in Rows)
        {
            if (row.End == RowEnd.Number || (row.FirstCount > 0 && row.SecondCount > 0))
                return 1;
        }
        return blocks;
    }

    // One list of single bits, and numbers that stay below 2^ShortDigits, or twice that if they are compared.
    private bool IsShort(AdderRow row)
    {
        if (Bits > 1 || Blocks > 1)
            return false;
        return row.End switch
        {
            RowEnd.BelowHighest => Fits(row, ShortDigits),
            RowEnd.AtMostSum or RowEnd.AtLeastSum => row.FirstCount == 0 && Math.Max(row.Start + (2 * row.SecondCount), Bias + Inputs) < 2 << ShortDigits,
            _ => false,
        };
    }

    // Whether a count, moved so that the limit is the last number below the highest digit, has so many digits.
    private static bool Fits(AdderRow row, int digits) => Math.Max(row.Start, row.FirstCount - row.Start - 1) < 1 << (digits - 1);

    // Indices have 16 bits; the last literal is the complement of the last input of the first bit.
    private static bool LiteralsFit(int inputs, bool isEightBit) => inputs * (isEightBit ? 9L : 2) <= ushort.MaxValue + 1;

    // The sum costs as many planes as there are inputs; the rows that read it must save more.
    private static bool SumPays(int inputs, int[] ones, int[] zeros)
    {
        long saved = 0;
        for (int c = 0; c < ones.Length; c++)
            saved += Math.Max(0, ones[c] + zeros[c] - (inputs - ones[c] - zeros[c] + Math.Min(ones[c], zeros[c])));
        return saved > inputs;
    }
}
