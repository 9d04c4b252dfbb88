using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Takes away channels that no live weight of the layer that reads them reads.</summary>
/// <remarks>
/// Law: a masked weight adds nothing to a count, so a channel whose columns have no live weight changes no count; pooling keeps channels apart.
/// Needs: layers with weights that read channels, perhaps through pooling. Leaves: smaller matrices; a layer keeps at least one channel, without
/// live weights if nobody reads it. In and before grouped convolutions, whose groups must stay equal, a dead channel stays, without live weights.
/// Cost: O(weights).
/// </remarks>
internal sealed class DeadChannelElimination : NetworkPass
{
    public override string Name => "dead-channel-elimination";

    public override Network Rewrite(Network network, CancellationToken cancel)
    {
        Network before = network;
        for (int i = network.Layers.Length - 2; i >= 0; i--)
        {
            cancel.ThrowIfCancellationRequested();
            if (network.Layers[i] is not WeightedLayer layer || layer.Limits() is not { } limits || ChannelPath.Of(network, i) is not { } path)
                continue;
            bool[] isRead = path.ReadChannels();
            if (isRead.All(read => read))
                continue;
            Layer[] layers = network.Layers.ToArray();
            int[] kept = Enumerable.Range(0, isRead.Length).Where(c => isRead[c]).DefaultIfEmpty(0).ToArray();
            bool isGrouped = path.Groups > 1 || layer is ConvolutionLayer { Groups: > 1 };
            bool changed = Empty(ref layers[i], layer, limits, isRead);
            if (!isGrouped && kept.Length < isRead.Length)
            {
                var emptied = (WeightedLayer)layers[i];
                layers[i] = emptied.With(emptied.Weights.SelectRows(kept), kept.Select(c => emptied.Limits()!.Value[c]).ToEquatableArray());
                path.Select(layers, kept);
                changed = true;
            }
            if (changed)
                network = network with { Layers = new(layers) };
        }
        return ReferenceEquals(network, before) ? before : network;
    }

    private static bool Empty(ref Layer to, WeightedLayer layer, EquatableArray<int> limits, bool[] isRead)
    {
        if (!Enumerable.Range(0, isRead.Length).Any(c => !isRead[c] && layer.Weights.LiveCount(c) > 0))
            return false;
        to = layer.With(layer.Weights.Keep((row, _) => isRead[row]), limits.Select((limit, c) => isRead[c] ? limit : -1).ToEquatableArray());
        return true;
    }
}
