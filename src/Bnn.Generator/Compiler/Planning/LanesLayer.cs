using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>What the cost of a layer with its channels in lanes depends on: a dense layer, or a group of a convolution at one position.</summary>
/// <param name="Inputs">Inputs of a channel.</param>
/// <param name="Live">Those that any channel reads.</param>
/// <param name="Channels">Number of channels.</param>
/// <param name="Groups">Groups of the layer as they are merged; 1 but for convolutions.</param>
/// <param name="IsMasked">Whether channels differ in what they read.</param>
internal readonly record struct LanesLayer(int Inputs, int Live, int Channels, int Groups, bool IsMasked)
{
    /// <summary>That of layer <paramref name="index"/>.</summary>
    public static LanesLayer Of(Network network, int index)
    {
        var layer = (WeightedLayer)network.Layers[index];
        int live = layer.Weights.ReadColumns().Count(isRead => isRead);
        bool isMasked = DenseLanes.HasElementMasks(layer.Weights);
        if (layer is not ConvolutionLayer convolution)
            return new(layer.Weights.Columns, live, layer.Weights.Rows, 1, isMasked);
        // A merged group reads the inputs of each, and masks those of the others.
        int groups = GroupMerging.Cheapest(network.Shapes()[index], convolution), merged = convolution.Groups / groups;
        return new(layer.Weights.Columns * merged, live * merged, layer.Weights.Rows / groups, groups, isMasked || merged > 1);
    }
}
