using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Runs neighbouring groups of a convolution as one whose other weights are masked, where that is cheaper.</summary>
/// <remarks>
/// A patch is gathered for each group, one run of bits for each pixel under the kernel. With few channels in a group gathering costs more than
/// counting; a merged group gathers once for all its channels, and counts masked words.
/// </remarks>
internal static class GroupMerging
{
    /// <summary>The number of groups that costs least.</summary>
    /// <param name="input">What the layer takes.</param>
    /// <param name="layer">The layer.</param>
    public static int Cheapest(Shape input, ConvolutionLayer layer) => layer.Groups == 1 ? 1 : Enumerable.Range(1, layer.Groups)
        .Where(groups => layer.Groups % groups == 0
            && (groups == layer.Groups || (long)layer.Weights.Columns * (layer.Groups / groups) <= CostModel.MergedFanIn))
        .OrderBy(groups => Cost(input, layer, groups)).First();

    /// <summary>The layer run in <paramref name="groups"/> groups, a divisor of its own: it gives the same counts.</summary>
    public static ConvolutionLayer Merge(ConvolutionLayer layer, int groups)
    {
        if (groups == layer.Groups)
            return layer;
        int merged = layer.Groups / groups, rowsOfGroup = layer.Weights.Rows / layer.Groups, columns = layer.Weights.Columns;
        return layer with
        {
            Groups = groups,
            Weights = WeightMatrix.Create(layer.Weights.Rows, columns * merged, (row, column) =>
                column / columns == row / rowsOfGroup % merged ? layer.Weights.At(row, column % columns) : 0),
        };
    }

    // In word operations for one position.
    private static double Cost(Shape input, ConvolutionLayer layer, int groups)
    {
        int channels = input.Channels / groups, pixels = layer.Kernel.Height * layer.Kernel.Width, rows = layer.Weights.Rows / groups;
        int runs = groups == 1 ? layer.Kernel.Height : pixels;
        double gathering = runs * WeightMatrix.WordsFor(channels * pixels / runs) * CostModel.Run;
        double word = groups < layer.Groups || layer.Weights.HasMask ? CostModel.MaskedWord : 1;
        return groups * (gathering + CostModel.Group + (rows * WeightMatrix.WordsFor(channels * pixels) * word));
    }
}
