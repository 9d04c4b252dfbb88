using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Takes away flatten layers before layers that see every bit, and those that get a vector anyway.</summary>
/// <remarks>
/// Law: flatten changes no bit and no order; a dense or scores layer asks only for the number of its inputs, and a vector flattened is itself.
/// Needs: nothing. Leaves: flatten only where an image is taken apart and read as another one. Cost: O(layers).
/// </remarks>
internal sealed class FlattenElimination : NetworkPass
{
    public override string Name => "flatten-elimination";

    public override Network Rewrite(Network network, CancellationToken cancel)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        var kept = new List<Layer>();
        for (int i = 0; i < network.Layers.Length; i++)
        {
            bool isIdle = network.Layers[i] is FlattenLayer
                && (shapes[i].Height * shapes[i].Width == 1 || network.Layers[i + 1] is DenseLayer or ScoresLayer);
            if (!isIdle)
                kept.Add(network.Layers[i]);
        }
        return kept.Count == network.Layers.Length ? network : network with { Layers = kept.ToEquatableArray() };
    }
}
