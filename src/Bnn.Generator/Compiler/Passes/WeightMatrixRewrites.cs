using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Smaller matrices from a matrix, and layers with other weights.</summary>
internal static class WeightMatrixRewrites
{
    /// <summary>For each column whether any channel in [<paramref name="first"/>, <paramref name="end"/>) has a live weight in it.</summary>
    public static bool[] ReadColumns(this WeightMatrix weights, int first, int end)
    {
        var read = new ulong[weights.WordsPerRow];
        for (int row = first; row < end; row++)
        {
            for (int word = 0; word < read.Length; word++)
                read[word] |= weights.Live(row, word);
        }
        return Enumerable.Range(0, weights.Columns).Select(column => (read[column >> 6] >> (column & 63) & 1) != 0).ToArray();
    }

    /// <summary>For each column whether any channel has a live weight in it.</summary>
    public static bool[] ReadColumns(this WeightMatrix weights) => weights.ReadColumns(0, weights.Rows);

    /// <summary>Masks the weights (row, column) for which <paramref name="isKept"/> is false.</summary>
    public static WeightMatrix Keep(this WeightMatrix weights, Func<int, int, bool> isKept) => WeightMatrix.Create(
        weights.Rows, weights.Columns, (row, column) => isKept(row, column) ? weights.At(row, column) : 0);

    /// <summary>The given rows, in the given order.</summary>
    public static WeightMatrix SelectRows(this WeightMatrix weights, int[] rows) => WeightMatrix.Create(
        rows.Length, weights.Columns, (row, column) => weights.At(rows[row], column));

    /// <summary>+1, −1, or 0 for a masked weight.</summary>
    public static int At(this WeightMatrix weights, int row, int column) =>
        !weights.IsLive(row, column) ? 0 : weights.IsPositive(row, column) ? 1 : -1;

    /// <summary>The limits of a layer that gives bits; null for one that gives scores.</summary>
    public static EquatableArray<int>? Limits(this WeightedLayer layer) => layer switch
    {
        DenseLayer dense => dense.Limits,
        ConvolutionLayer convolution => convolution.Limits,
        _ => null,
    };

    /// <summary>A layer that gives bits, with other weights and limits.</summary>
    public static WeightedLayer With(this WeightedLayer layer, WeightMatrix weights, EquatableArray<int> limits) => layer switch
    {
        DenseLayer dense => dense with { Weights = weights, Limits = limits },
        ConvolutionLayer convolution => convolution with { Weights = weights, Limits = limits },
        _ => throw new InvalidOperationException($"Layer '{layer.Name}' gives no bits."),
    };
}
