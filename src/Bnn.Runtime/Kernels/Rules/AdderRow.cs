namespace Bnn.Kernels;

/// <summary>What becomes of the number that a row has added up.</summary>
internal enum RowEnd : byte
{
    /// <summary>The channel never fires: nothing is added.</summary>
    Never,

    /// <summary>The channel always fires: nothing is added.</summary>
    Always,

    /// <summary>The channel fires where the number is at most the shared sum.</summary>
    AtMostSum,

    /// <summary>The channel fires where the number is at least the shared sum.</summary>
    AtLeastSum,

    /// <summary>The channel fires where the highest digit is 0: the number is its count, moved so that the limit is the last one below that digit.</summary>
    BelowHighest,

    /// <summary>The number itself is wanted.</summary>
    Number,
}

/// <summary>How one channel is counted: a start, two lists of planes to add, and what the number then says.</summary>
/// <remarks>A class, because lists of structs would have to be compiled before the first answer.</remarks>
/// <param name="Channel">Number of the channel.</param>
/// <param name="End">What the number says.</param>
internal sealed record AdderRow(int Channel, RowEnd End)
{
    /// <summary>A constant.</summary>
    public long Start { get; set; }

    /// <summary>Whether the first list holds literals: the inputs of weight −1, and the complements of those of weight +1.</summary>
    public bool IsLiteral { get; init; }

    /// <summary>Which inputs are in the second list, whose planes count twice; the first one then holds the pruned ones.</summary>
    public WeightKind Second { get; init; }

    /// <summary>Of a number: the count is the number less the shared sum (−1), the sum less the number (1), or the number (0).</summary>
    public int SumSign { get; init; }

    /// <summary>Planes of the first list.</summary>
    public int FirstCount { get; set; }

    /// <summary>Planes of the second list.</summary>
    public int SecondCount { get; set; }

    /// <summary>Where the first list begins among those of the table; the second follows it.</summary>
    public int Offset { get; set; }

    /// <summary>Digits of the number.</summary>
    public int Digits { get; set; }

    /// <summary>Whether <c>ShortTree</c> works the row off.</summary>
    public bool IsShort { get; set; }

    /// <summary>Of a short row that is not compared: whether even fewer digits hold its number.</summary>
    public bool IsTiny { get; set; }

    /// <summary>Whether the channel fires by a comparison with the shared sum.</summary>
    public bool IsCompared => End is RowEnd.AtMostSum or RowEnd.AtLeastSum;

    /// <summary>For sorting: like rows side by side, shorter ones first.</summary>
    public static int Compare(AdderRow a, AdderRow b) =>
        a.End != b.End ? (int)a.End - (int)b.End : a.FirstCount != b.FirstCount ? a.FirstCount - b.FirstCount : a.SecondCount - b.SecondCount;
}
