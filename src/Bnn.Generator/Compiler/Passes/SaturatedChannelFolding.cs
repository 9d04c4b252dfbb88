using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Replaces what a channel that can only ever give one bit adds to the next layer by a constant.</summary>
/// <remarks>
/// Law: a count lies in [0, MaxCount], so <c>count ≤ limit</c> never holds for limit = −1 and always for limit = MaxCount. A constant input
/// adds d = (bit ≠ weight) to a count of the next layer, so count' = count − d over one live weight less, and count ≤ t iff count' ≤ t − d;
/// a score is scale · (K − 2·count) + bias = scale · (K' − 2·count') + (bias + scale · (1 − 2d)), and its range does not grow.
/// Needs: neighbouring dense layers. Leaves: saturated channels without live weights, in columns that nobody reads. Cost: O(weights).
/// </remarks>
internal sealed class SaturatedChannelFolding : NetworkPass
{
    public override string Name => "saturated-channel-folding";

    public override Network Rewrite(Network network, CancellationToken cancel)
    {
        Layer[] layers = network.Layers.ToArray();
        bool changed = false;
        for (int i = 0; i < layers.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (layers[i] is not DenseLayer layer)
                continue;
            var bits = new bool?[layer.Weights.Rows];
            for (int c = 0; c < bits.Length; c++)
                bits[c] = Constant(layer, c, network.IsEightBit(i));
            if (bits.All(bit => bit is null))
                continue;
            changed |= Empty(ref layers[i], layer, bits);
            if (i + 1 < layers.Length)
                changed |= Fold(ref layers[i + 1], bits);
        }
        return changed ? network with { Layers = new(layers) } : network;
    }

    private static bool? Constant(DenseLayer layer, int channel, bool isEightBit) =>
        layer.Limits[channel] < 0 ? false
        : layer.Limits[channel] >= layer.MaxCount(channel, isEightBit) ? true
        : null;

    // A channel without live weights has MaxCount 0: limit 0 always fires, −1 never does.
    private static bool Empty(ref Layer to, DenseLayer layer, bool?[] bits)
    {
        if (!Enumerable.Range(0, bits.Length).Any(c => bits[c] is not null && layer.Weights.LiveCount(c) > 0))
            return false;
        to = layer with
        {
            Weights = layer.Weights.Keep((row, _) => bits[row] is null),
            Limits = layer.Limits.Select((limit, c) => bits[c] is bool bit ? bit ? 0 : -1 : limit).ToEquatableArray(),
        };
        return true;
    }

    private static bool Fold(ref Layer next, bool?[] bits)
    {
        if (next is not (DenseLayer or ScoresLayer))
            return false;
        WeightMatrix weights = ((WeightedLayer)next).Weights;
        var added = new int[weights.Rows];
        var gone = new int[weights.Rows];
        for (int row = 0; row < weights.Rows; row++)
        {
            for (int c = 0; c < bits.Length; c++)
            {
                if (bits[c] is not bool bit || !weights.IsLive(row, c))
                    continue;
                gone[row]++;
                added[row] += weights.IsPositive(row, c) != bit ? 1 : 0;
            }
        }
        if (gone.All(count => count == 0))
            return false;
        WeightMatrix kept = weights.Keep((_, column) => bits[column] is null);
        next = next switch
        {
            // The clamp keeps the verifier's range; beyond either end of it the channel is saturated all the same.
            DenseLayer dense => dense with
            {
                Weights = kept,
                Limits = dense.Limits.Select((limit, row) => Math.Max(-1, Math.Min(limit - added[row], kept.LiveCount(row)))).ToEquatableArray(),
            },
            ScoresLayer scores => scores with
            {
                Weights = kept,
                Biases = scores.Biases.Select((bias, row) => checked((int)(bias + ((long)scores.Scale * (gone[row] - (2 * added[row])))))).ToEquatableArray(),
            },
            _ => next,
        };
        return true;
    }
}
