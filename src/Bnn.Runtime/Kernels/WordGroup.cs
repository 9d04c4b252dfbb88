namespace Bnn.Kernels;

/// <summary>Up to four rows that end alike.</summary>
internal sealed class WordGroup
{
    /// <summary>Takes rows together.</summary>
    public WordGroup(AdderRow[] rows)
    {
        (Rows, End) = (rows, rows[0].End);
        if (End <= RowEnd.Always)
            return;
        foreach (AdderRow row in rows)
        {
            FirstEights = Math.Max(FirstEights, (row.FirstCount + 7) / 8);
            SecondEights = Math.Max(SecondEights, (row.SecondCount + 7) / 8);
        }
    }

    /// <summary>The rows.</summary>
    public AdderRow[] Rows { get; }

    /// <summary>What their numbers say.</summary>
    public RowEnd End { get; }

    /// <summary>Eights of the first lists, of single weight.</summary>
    public int FirstEights { get; }

    /// <summary>Eights of the second lists, whose planes count twice.</summary>
    public int SecondEights { get; }

    /// <summary>Where the first lists begin; the second ones follow.</summary>
    public int Offset { get; set; }

    /// <summary>Where the digits that the rows start from begin.</summary>
    public int Start { get; set; }
}
