using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Takes away whole planes of thermometer and bit-plane inputs that the first layer with weights does not read.</summary>
/// <remarks>
/// Law: as for dead channels; the bits of a plane depend on no other plane. Single values, and planes of other encodings, that nobody reads stay in
/// the network, because its input has a shape; the layouts of the input never load them.
/// Needs: dead channel elimination. Leaves: at least one plane. Cost: O(weights).
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
        if (lists is not { } planesOf || ChannelPath.Of(network, from: -1) is not { Groups: 1 } path)
            return network;
        bool[] isRead = path.ReadChannels();
        int[] kept = Enumerable.Range(0, isRead.Length).Where(plane => isRead[plane]).DefaultIfEmpty(0).ToArray();
        if (kept.Length == isRead.Length)
            return network;

        var isKept = new HashSet<int>(kept);
        int index = 0;
        EquatableArray<EquatableArray<int>> rest = planesOf
            .Select(list => list.Where(_ => isKept.Contains(index++)).ToEquatableArray()).ToEquatableArray();
        Layer[] layers = network.Layers.ToArray();
        path.Select(layers, kept);
        return network with
        {
            Encoding = network.Encoding is ThermometerEncoding ? new ThermometerEncoding(rest) : new BitPlanesEncoding(rest),
            Layers = new(layers),
        };
    }
}
