namespace Bnn.Kernels;

/// <summary>The lists of an <see cref="AdderTable"/> four channels side by side, for planes of one word: a register takes a word of each channel's next plane.</summary>
/// <remarks>
/// Up to four rows that end alike are a group. Sorted by length they differ by little: shorter lists are filled up with a plane of zeros, and all to whole eights.
/// One table serves registers of one, two and four words: narrow ones take the rows of a group in several turns.
/// </remarks>
internal sealed class WordTable
{
    /// <summary>Rows of a group.</summary>
    public const int Together = 4;

    /// <summary>Rearranges lists.</summary>
    /// <param name="table">A table that <see cref="Fits"/>.</param>
    public WordTable(AdderTable table)
    {
        Zeros = table.PlanesRead;
        Digits = table.Digits;
        var groups = new List<WordGroup>();
        for (int first = 0, count; first < table.Rows.Length; first += count)
        {
            count = 1;
            while (count < Together && first + count < table.Rows.Length && table.Rows[first + count].End == table.Rows[first].End)
                count++;
            groups.Add(new(table.Rows[first..(first + count)]));
        }
        Groups = [.. groups];
        Sum = table.Sum.Length == 0 ? null : new(Quarters(table.Sum[0]));
        WordGroup[] all = Sum is null ? Groups : [.. Groups, Sum];
        int length = 0;
        foreach (WordGroup group in all)
        {
            group.Offset = length;
            length = checked(length + (8 * Together * (group.FirstEights + group.SecondEights)));
        }
        Lists = new ushort[length];
        Lists.AsSpan().Fill((ushort)Zeros);
        Starts = new ulong[all.Length * Digits * Together];
        for (int g = 0; g < all.Length; g++)
        {
            WordGroup group = all[g];
            group.Start = g * Digits * Together;
            for (int j = 0; j < group.Rows.Length && group.End > RowEnd.Always; j++)
            {
                AdderRow row = group.Rows[j];
                Spread(table.Lists.AsSpan(row.Offset, row.FirstCount), group.Offset + j);
                Spread(table.Lists.AsSpan(row.Offset + row.FirstCount, row.SecondCount), group.Offset + (8 * Together * group.FirstEights) + j);
                // All numbers have the highest digit in common.
                long start = row.End == RowEnd.BelowHighest ? row.Start + (1L << (Digits - 1)) - (1L << (row.Digits - 1)) : row.Start;
                for (int d = 0; d < Digits; d++)
                    Starts[group.Start + (d * Together) + j] = 0 - ((ulong)(start >> d) & 1);
            }
        }
    }

    /// <summary>Index of a plane of zeros, behind those that the table reads.</summary>
    public int Zeros { get; }

    /// <summary>Digits of every number, and of the sum.</summary>
    public int Digits { get; }

    /// <summary>Rows that end alike, by fours.</summary>
    public WordGroup[] Groups { get; }

    /// <summary>The shared sum, if rows read it: four rows with a quarter of the inputs each.</summary>
    public WordGroup? Sum { get; }

    /// <summary>Of each group the first and the second list: an index for each of its rows by turns.</summary>
    public ushort[] Lists { get; }

    /// <summary><c>[groups and sum, Digits, Together]</c>: what each row starts from, a bit of it as a word of equal bits.</summary>
    public ulong[] Starts { get; }

    /// <summary>Whether indices have room for the lists of a table and a plane of zeros.</summary>
    public static bool Fits(AdderTable table) => table.Bits == 1 && table.PlanesRead <= ushort.MaxValue;

    private static AdderRow[] Quarters(AdderRow sum)
    {
        var rows = new AdderRow[Together];
        for (int j = 0; j < Together; j++)
        {
            int first = j * sum.FirstCount / Together, end = (j + 1) * sum.FirstCount / Together;
            rows[j] = new(j, RowEnd.Number) { Start = j == 0 ? sum.Start : 0, FirstCount = end - first, Offset = sum.Offset + first };
        }
        return rows;
    }

    private void Spread(ReadOnlySpan<ushort> list, int at)
    {
        for (int i = 0; i < list.Length; i++)
            Lists[at + (i * Together)] = list[i];
    }
}
