using Bnn.Model;

namespace Bnn.Training;

/// <summary>Turns a latent network into integers: signs, and for each channel the limit of its count.</summary>
/// <remarks>
/// Exact: the limit is found by asking <see cref="BatchNorm.Normalize(float, float, float, float)"/> itself, the expression that float
/// evaluation uses, so both agree on every input. A closed formula in floats would be off by one for about one channel in 150.
/// </remarks>
internal static class Folding
{
    public static Network Fold(string name, LatentNetwork latent, EquatableArray<string> labels, EquatableArray<MetadataEntry> metadata)
    {
        var layers = new List<Layer>();
        if (latent.Geometry.StartsFlattened)
            layers.Add(new FlattenLayer("flatten"));
        int pools = 0, hidden = 0, convolutions = 0, flattens = 0;
        for (int l = 0; l < latent.Norms.Length; l++)
        {
            LayerGeometry geometry = latent.Layers[l].Geometry;
            FoldedRows rows = FoldRows(latent.Layers[l], latent.Norms[l], latent.IsEightBit(l));
            layers.Add(geometry.Convolution is { } word
                ? new ConvolutionLayer(FormattableString.Invariant($"conv{++convolutions}"), rows.Weights, rows.Limits, word.Kernel, word.Stride, word.Amounts, word.PaddingBit, word.Groups)
                : new DenseLayer(FormattableString.Invariant($"hidden{++hidden}"), rows.Weights, rows.Limits));
            // The largest sum is the smallest count: one bit of a window suffices, but where the row was flipped all of them are needed.
            EquatableArray<bool> and = rows.IsFlipped.Contains(true) ? new(rows.IsFlipped) : default;
            layers.AddRange(geometry.Pools.Select(pool => new MaxPoolLayer(FormattableString.Invariant($"pool{++pools}"), pool.Window, pool.Stride, pool.Amounts, and)));
            if (geometry.IsFlattened)
                layers.Add(new FlattenLayer(FormattableString.Invariant($"flatten{++flattens}")));
        }
        LatentLayer last = latent.Layers[^1];
        WeightMatrix weights = WeightMatrix.Create(last.Channels, last.Inputs, (c, i) => last.Weight(i, c));
        EquatableArray<int> biases = Enumerable.Range(0, last.Channels).Select(latent.Bias).ToEquatableArray();
        layers.Add(last.Geometry.Kind == LayerKind.SumScores ? new SumScoresLayer("scores", weights, biases, Scale: 1) : new ScoresLayer("scores", weights, biases, Scale: 1));
        return NetworkVerifier.Require(new(name, latent.Input, latent.Encoding, new(layers.ToArray()), labels, metadata));
    }

    /// <summary>A hidden layer as integers.</summary>
    private sealed record FoldedRows(WeightMatrix Weights, EquatableArray<int> Limits, bool[] IsFlipped);

    private static FoldedRows FoldRows(LatentLayer layer, BatchNorm norm, bool isEightBit)
    {
        var limits = new int[layer.Channels];
        var isFlipped = new bool[layer.Channels];
        for (int c = 0; c < layer.Channels; c++)
        {
            float mean = norm.Mean.Span[c], factor = norm.Factor(c), shift = norm.Shift.Values.Span[c];
            // A negative factor turns the order round. The flipped row has the dot −dot, with which the expression falls as its count rises.
            isFlipped[c] = factor < 0;
            int sign = isFlipped[c] ? -1 : 1, width = layer.LiveInputs(c) * (isEightBit ? 255 : 1);
            limits[c] = FoldThreshold(width, count => BatchNorm.Normalize(sign * (width - (2 * count)), mean, factor, shift) >= 0);
        }
        return new(WeightMatrix.Create(layer.Channels, layer.Inputs, (c, i) => isFlipped[c] ? -layer.Weight(i, c) : layer.Weight(i, c)), new(limits), isFlipped);
    }

    /// <summary>Largest count in [0, width] at which <paramref name="isPositive"/> holds, or −1; it must not turn true again.</summary>
    internal static int FoldThreshold(int width, Func<int, bool> isPositive)
    {
        int low = -1, high = width;
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            if (isPositive(middle))
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }
}
