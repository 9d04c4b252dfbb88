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
        for (int l = 0; l < latent.Norms.Length; l++)
        {
            string layer = FormattableString.Invariant($"hidden{l + 1}");
            layers.Add(FoldHidden(layer, latent.Layers[l], latent.Norms[l], isEightBit: l == 0 && latent.Encoding.IsEightBit));
        }
        LatentLayer last = latent.Layers[^1];
        layers.Add(new ScoresLayer("scores", WeightMatrix.Create(last.Channels, last.Inputs, (c, i) => last.IsPositive(i, c) ? 1 : -1),
            Enumerable.Range(0, last.Channels).Select(latent.Bias).ToEquatableArray(), Scale: 1));
        return NetworkVerifier.Require(new(name, latent.Input, latent.Encoding, new(layers.ToArray()), labels, metadata));
    }

    private static DenseLayer FoldHidden(string name, LatentLayer layer, BatchNorm norm, bool isEightBit)
    {
        int width = layer.Inputs * (isEightBit ? 255 : 1);
        var limits = new int[layer.Channels];
        var isFlipped = new bool[layer.Channels];
        for (int c = 0; c < layer.Channels; c++)
        {
            float mean = norm.Mean.Span[c], factor = norm.Factor(c), shift = norm.Shift.Values.Span[c];
            // A negative factor turns the order round. The flipped row has the dot −dot, with which the expression falls as its count rises.
            isFlipped[c] = factor < 0;
            int sign = isFlipped[c] ? -1 : 1;
            limits[c] = FoldThreshold(width, count => BatchNorm.Normalize(sign * (width - (2 * count)), mean, factor, shift) >= 0);
        }
        return new(name, WeightMatrix.Create(layer.Channels, layer.Inputs, (c, i) => layer.IsPositive(i, c) != isFlipped[c] ? 1 : -1), new(limits));
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
