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
    /// <summary>The layer with the number of groups that costs least; it gives the same counts.</summary>
    public static ConvolutionLayer Cheapest(ConvolutionLayer layer)
    {
        if (layer.Groups == 1)
            return layer;
        int best = Enumerable.Range(1, layer.Groups)
            .Where(merged => layer.Groups % merged == 0 && (long)layer.Weights.Columns * merged <= CostModel.MergedFanIn)
            .DefaultIfEmpty(1).OrderBy(merged => Cost(layer, merged)).First();
        return best == 1 ? layer : Merge(layer, best);
    }

    // In word operations for one position.
    private static double Cost(ConvolutionLayer layer, int merged)
    {
        int groups = layer.Groups / merged;
        int pixels = layer.Kernel.Height * layer.Kernel.Width;
        int channels = layer.Weights.Columns / pixels * merged;
        int runs = groups == 1 ? layer.Kernel.Height : pixels;
        double gathering = runs * (((channels * pixels / runs) + 63) / 64) * CostModel.Run;
        double word = merged > 1 || layer.Weights.HasMask ? CostModel.MaskedWord : 1;
        int rows = layer.Weights.Rows / groups;
        return groups * (gathering + CostModel.Group + (rows * WeightMatrix.WordsFor(channels * pixels) * word));
    }

    private static ConvolutionLayer Merge(ConvolutionLayer layer, int merged)
    {
        int rowsOfGroup = layer.Weights.Rows / layer.Groups, columns = layer.Weights.Columns;
        return layer with
        {
            Groups = layer.Groups / merged,
            Weights = WeightMatrix.Create(layer.Weights.Rows, columns * merged, (row, column) =>
                column / columns == row / rowsOfGroup % merged ? layer.Weights.At(row, column % columns) : 0),
        };
    }
}
