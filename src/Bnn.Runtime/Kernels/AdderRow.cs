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
/// <param name="Channel">Number of the channel.</param>
/// <param name="End">What the number says.</param>
/// <param name="IsFromSum">Whether the shared sum is added to the start.</param>
/// <param name="Start">A constant.</param>
/// <param name="List">Where the lists begin; the second follows the first.</param>
/// <param name="First">Planes of the first list, each of weight 1.</param>
/// <param name="IsComplemented">Whether the number x becomes −1 − x between the lists, so that the first is subtracted.</param>
/// <param name="Second">Planes of the second list.</param>
/// <param name="Shift">Each plane of the second list has weight 2^<paramref name="Shift"/>.</param>
internal readonly record struct AdderRow(
    int Channel, RowEnd End, bool IsFromSum, long Start, int List, int First, bool IsComplemented, int Second, int Shift);
