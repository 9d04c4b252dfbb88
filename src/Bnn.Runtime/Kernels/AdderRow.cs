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

    /// <summary>The channel fires where the number is negative: its highest digit is the output.</summary>
    Negative,

    /// <summary>The number is the count.</summary>
    Count,

    /// <summary>−1 − the number is the count.</summary>
    ComplementOfCount,
}

/// <summary>How one channel is counted: a start, two lists of planes to add, and what the number then says.</summary>
/// <remarks>A class, because lists of structs would have to be compiled before the first answer.</remarks>
/// <param name="Channel">Number of the channel.</param>
/// <param name="End">What the number says.</param>
internal sealed record AdderRow(int Channel, RowEnd End)
{
    /// <summary>Whether the shared sum is added to the start.</summary>
    public bool IsFromSum { get; init; }

    /// <summary>A constant.</summary>
    public long Start { get; set; }

    /// <summary>Which inputs are in the first list, each of weight 1.</summary>
    public WeightKind First { get; init; }

    /// <summary>Whether the number x becomes −1 − x between the lists, so that the first is subtracted.</summary>
    public bool IsComplemented { get; init; }

    /// <summary>Which inputs are in the second list.</summary>
    public WeightKind Second { get; init; }

    /// <summary>Each plane of the second list has weight 2^<see cref="Shift"/>.</summary>
    public int Shift { get; init; }

    /// <summary>Planes of the first list.</summary>
    public int FirstCount { get; set; }

    /// <summary>Planes of the second list.</summary>
    public int SecondCount { get; set; }

    /// <summary>Where the first list begins among those of the table; the second follows it.</summary>
    public int Offset { get; set; }

    /// <summary>Whether the channel fires by a comparison with the shared sum.</summary>
    public bool IsCompared => End is RowEnd.AtMostSum or RowEnd.AtLeastSum;

    /// <summary>For sorting: like rows side by side, shorter ones first.</summary>
    public static int Compare(AdderRow a, AdderRow b) =>
        a.End != b.End ? a.End - b.End : a.FirstCount != b.FirstCount ? a.FirstCount - b.FirstCount : a.SecondCount - b.SecondCount;
}
