using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Takes away whole planes of thermometer and bit-plane inputs that the first layer does not read.</summary>
/// <remarks>
/// Law: as for dead channels; the bits of a plane depend on no other plane. Single values that nobody reads stay in the network, because its
/// input has a shape; <see cref="Planning.InputLayout"/> never loads them. Needs: dead channel elimination. Leaves: at least one plane. Cost: O(weights).
/// </remarks>
internal sealed class UnreadInputElimination : NetworkPass
{
    public override string Name => "unread-input-elimination";

    public override Network Rewrite(Network network, CancellationToken cancel)
    {
        EquatableArray<EquatableArray<int>>? lists = network.Encoding switch
        {
            ThermometerEncoding thermometer => thermometer.Levels,
            BitPlanesEncoding planes => planes.Kept,
            _ => null,
        };
        if (lists is not { } planesOf || network.Layers[0] is not (DenseLayer or ScoresLayer))
            return network;
        var first = (WeightedLayer)network.Layers[0];
        int planeSize = network.Input.Height * network.Input.Width;
        int planeCount = first.Weights.Columns / planeSize;
        bool[] isRead = first.Weights.ReadColumns();
        var kept = new HashSet<int>(Enumerable.Range(0, planeCount).Where(plane => isRead.Skip(plane * planeSize).Take(planeSize).Any(read => read)).DefaultIfEmpty(0));
        if (kept.Count == planeCount)
            return network;

        int index = 0;
        EquatableArray<EquatableArray<int>> rest = planesOf
            .Select(list => list.Where(_ => kept.Contains(index++)).ToEquatableArray()).ToEquatableArray();
        Layer[] layers = network.Layers.ToArray();
        layers[0] = first with
        {
            Weights = first.Weights.SelectColumns(Enumerable.Range(0, first.Weights.Columns).Where(column => kept.Contains(column / planeSize)).ToArray()),
        };
        return network with
        {
            Encoding = network.Encoding is ThermometerEncoding ? new ThermometerEncoding(rest) : new BitPlanesEncoding(rest),
            Layers = new(layers),
        };
    }
}
