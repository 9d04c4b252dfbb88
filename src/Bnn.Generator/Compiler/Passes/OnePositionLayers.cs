using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Takes layers that stand at one position only for the simpler layers that they are.</summary>
/// <remarks>
/// Law: a kernel as large as its image, without padding, stands at one position and reads every bit in the order of a dense layer; a sum of
/// scores over one position is a score; a window of one bit at every position pools nothing.
/// Needs: nothing. Leaves: dense and scores layers, to which flattening is idle. Cost: O(layers).
/// </remarks>
internal sealed class OnePositionLayers : NetworkPass
{
    public override string Name => "one-position-layers";

    public override Network Rewrite(Network network, CancellationToken cancel)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        var simpler = new List<Layer>();
        bool changed = false;
        for (int i = 0; i < network.Layers.Length; i++)
        {
            Shape input = shapes[i];
            Layer? layer = network.Layers[i] switch
            {
                ConvolutionLayer { Groups: 1 } l when l.Padding == default && l.Kernel == new Extent(input.Height, input.Width) =>
                    new DenseLayer(l.Name, l.Weights, l.Limits),
                SumScoresLayer l when input.Height * input.Width == 1 => new ScoresLayer(l.Name, l.Weights, l.Biases, l.Scale),
                MaxPoolLayer l when l.Window == new Extent(1, 1) && l.Stride == new Extent(1, 1) => null,
                Layer l => l,
            };
            changed |= !ReferenceEquals(layer, network.Layers[i]);
            if (layer is not null)
                simpler.Add(layer);
        }
        return changed ? network with { Layers = simpler.ToEquatableArray() } : network;
    }
}
