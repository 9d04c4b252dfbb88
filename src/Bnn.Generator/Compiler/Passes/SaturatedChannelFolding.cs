using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Replaces what a channel that can only ever give one bit adds to the layer that reads it by a constant.</summary>
/// <remarks>
/// Law: a count lies in [0, MaxCount], so <c>count ≤ limit</c> never holds for limit = −1 and always for limit = MaxCount. Pooling keeps a
/// constant, because every window holds a value. A constant input adds d = (bit ≠ weight) to a count of the reader, so count' = count − d
/// over one live weight less, and count ≤ t iff count' ≤ t − d; a score over P positions is scale · Σ (K − 2·count) + bias =
/// scale · Σ (K' − 2·count') + (bias + scale · P · (1 − 2d)), and its range does not grow. A convolution that sees its padding sees the
/// constant inside the image only; it is folded only where the padding bit is the same constant.
/// Needs: layers with weights that read channels, perhaps through pooling. Leaves: saturated channels without live weights, in columns that nobody
/// reads. Cost: O(weights).
/// </remarks>
internal sealed class SaturatedChannelFolding : NetworkPass
{
    public override string Name => "saturated-channel-folding";

    public override Network Rewrite(Network network, CancellationToken cancel)
    {
        Network before = network;
        for (int i = 0; i < network.Layers.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (network.Layers[i] is not WeightedLayer layer || layer.Limits() is not { } limits)
                continue;
            var bits = new bool?[layer.Weights.Rows];
            for (int c = 0; c < bits.Length; c++)
                bits[c] = limits[c] < 0 ? false : limits[c] >= layer.MaxCount(c, network.IsEightBit(i)) ? true : null;
            if (bits.All(bit => bit is null))
                continue;
            Layer[] layers = network.Layers.ToArray();
            bool changed = Empty(ref layers[i], layer, limits, bits);
            if (ChannelPath.Of(network, i) is { } path)
                changed |= Fold(ref layers[path.To], path, bits);
            if (changed)
                network = network with { Layers = new(layers) };
        }
        return ReferenceEquals(network, before) ? before : network;
    }

    // A channel without live weights has MaxCount 0: limit 0 always fires, −1 never does.
    private static bool Empty(ref Layer to, WeightedLayer layer, EquatableArray<int> limits, bool?[] bits)
    {
        if (!Enumerable.Range(0, bits.Length).Any(c => bits[c] is not null && layer.Weights.LiveCount(c) > 0))
            return false;
        to = layer.With(
            layer.Weights.Keep((row, _) => bits[row] is null),
            limits.Select((limit, c) => bits[c] is bool bit ? bit ? 0 : -1 : limit).ToEquatableArray());
        return true;
    }

    private static bool Fold(ref Layer to, ChannelPath path, bool?[] bits)
    {
        WeightMatrix weights = path.Reader.Weights;
        var added = new int[weights.Rows];
        var gone = new HashSet<int>[weights.Rows];
        for (int channel = 0; channel < bits.Length; channel++)
        {
            if (bits[channel] is not bool bit || path.SeesOther(bit))
                continue;
            Readers readers = path.Of(channel);
            for (int row = readers.FirstRow; row < readers.EndRow; row++)
            {
                for (int column = readers.FirstColumn; column < readers.EndColumn; column++)
                {
                    if (!weights.IsLive(row, column))
                        continue;
                    (gone[row] ??= []).Add(column);
                    added[row] += weights.IsPositive(row, column) != bit ? 1 : 0;
                }
            }
        }
        if (gone.All(columns => columns is null))
            return false;
        WeightMatrix kept = weights.Keep((row, column) => gone[row]?.Contains(column) != true);
        to = path.WithConstants(kept, added);
        return true;
    }
}
