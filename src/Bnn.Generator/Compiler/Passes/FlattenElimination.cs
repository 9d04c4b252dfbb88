using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Takes away flatten layers before layers that see every bit.</summary>
/// <remarks>
/// Law: flatten changes no bit and no order, and a dense or scores layer asks only for the number of its inputs.
/// Needs: nothing. Leaves: dense layers side by side. Cost: O(layers).
/// </remarks>
internal sealed class FlattenElimination : NetworkPass
{
    public override string Name => "flatten-elimination";

    public override Network Rewrite(Network network, CancellationToken cancel)
    {
        var kept = new List<Layer>();
        for (int i = 0; i < network.Layers.Length; i++)
        {
            bool isIdle = network.Layers[i] is FlattenLayer && network.Layers[i + 1] is DenseLayer or FlattenLayer or ScoresLayer;
            if (!isIdle)
                kept.Add(network.Layers[i]);
        }
        return kept.Count == network.Layers.Length ? network : network with { Layers = kept.ToEquatableArray() };
    }
}
