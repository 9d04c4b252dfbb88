namespace Bnn.Kernels;

/// <summary>Masks of a layer as a builder gets them: none, one row that all channels share, or a row for each channel.</summary>
internal static class RowMasks
{
    /// <summary>None, or a row for each channel.</summary>
    /// <param name="masks">Empty, one row, or as many words as <paramref name="signs"/>.</param>
    /// <param name="signs">Rows of all channels.</param>
    public static ReadOnlySpan<ulong> Expand(ReadOnlySpan<ulong> masks, ReadOnlySpan<ulong> signs)
    {
        if (masks.IsEmpty || masks.Length >= signs.Length || signs.Length % masks.Length != 0)
            return masks;
        var rows = new ulong[signs.Length];
        for (int row = 0; row < rows.Length; row += masks.Length)
            masks.CopyTo(rows.AsSpan(row));
        return rows;
    }
}
