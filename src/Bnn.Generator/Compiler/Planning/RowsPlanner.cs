using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Brings the weights of a layer into the order in which its input lies, and plans the patches that they meet.</summary>
internal static class RowsPlanner
{
    /// <summary>The rows of layer <paramref name="index"/>.</summary>
    /// <param name="network">The compact network.</param>
    /// <param name="index">Index of a layer with weights.</param>
    /// <param name="from">The layout that it reads.</param>
    /// <param name="input">The layout of the input, which tells what a first layer that sees every bit gets.</param>
    public static RowsPlan Of(Network network, int index, ImageLayout from, InputLayout input)
    {
        var layer = (WeightedLayer)network.Layers[index];
        if (layer is ConvolutionLayer convolution)
            layer = GroupMerging.Merge(convolution, GroupMerging.Cheapest(from.Shape, convolution));
        string name = FormattableString.Invariant($"Layer{index}");
        bool isEightBit = network.IsEightBit(index);
        PatchPlan? patch = layer switch
        {
            ConvolutionLayer l => PatchPlan.Of(from, l.Kernel, l.Padding, l.Groups, l.Weights),
            SumScoresLayer => PatchPlan.Of(from, new(1, 1), default, 1, layer.Weights),
            _ => null,
        };
        if (patch is not null)
        {
            PackedRows packed = PackedRows.Of(layer.Weights, patch.Columns, isCleared: !patch.IsGatheredByKernel);
            return new(name, layer, packed, patch, isEightBit, layer is SumScoresLayer ? checked((int)layer.Positions(from.Shape)) : 1);
        }
        PackedRows rows = PackedRows.Of(layer.Weights, index == 0 ? input.Columns : from.Columns(), isCleared: true);
        // A layer in between clears what nobody reads itself, while that is little; the first one's input always comes cleared.
        if (index > 0 && rows.UnreadWords.Count() > CostModel.ClearedWords)
            rows = PackedRows.Of(layer.Weights, from.Columns(), isCleared: false);
        return new(name, layer, rows, Patch: null, isEightBit, Positions: 1);
    }
}
