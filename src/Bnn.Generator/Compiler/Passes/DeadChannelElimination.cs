using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Takes away channels that no live weight of the next layer reads.</summary>
/// <remarks>
/// Law: a masked weight adds nothing to a count, so a column without live weights changes no count.
/// Needs: neighbouring dense layers. Leaves: smaller matrices; a layer keeps at least one channel, without live weights if nobody reads it. Cost: O(weights).
/// </remarks>
internal sealed class DeadChannelElimination : NetworkPass
{
    public override string Name => "dead-channel-elimination";

    public override Network Rewrite(Network network, CancellationToken cancel)
    {
        Layer[] layers = network.Layers.ToArray();
        bool changed = false;
        for (int i = layers.Length - 2; i >= 0; i--)
        {
            cancel.ThrowIfCancellationRequested();
            if (layers[i] is not DenseLayer layer || layers[i + 1] is not (DenseLayer or ScoresLayer))
                continue;
            bool[] isRead = ((WeightedLayer)layers[i + 1]).Weights.ReadColumns();
            if (isRead.All(read => read) || (isRead.Length == 1 && layer.Weights.LiveCount() == 0))
                continue;
            int[] kept = Enumerable.Range(0, isRead.Length).Where(c => isRead[c]).DefaultIfEmpty(0).ToArray();
            layers[i] = isRead[kept[0]]
                ? layer with { Weights = layer.Weights.SelectRows(kept), Limits = kept.Select(c => layer.Limits[c]).ToEquatableArray() }
                : layer with { Weights = WeightMatrix.Create(1, layer.Weights.Columns, (_, _) => 0), Limits = new([-1]) };
            layers[i + 1] = ((WeightedLayer)layers[i + 1]) with { Weights = ((WeightedLayer)layers[i + 1]).Weights.SelectColumns(kept) };
            changed = true;
        }
        return changed ? network with { Layers = new(layers) } : network;
    }
}
