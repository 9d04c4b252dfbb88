using Bnn.Model;

namespace Bnn.Trainer.Reports;

/// <summary>Numbers about one layer.</summary>
/// <param name="Layer">The layer itself.</param>
/// <param name="Input">Shape of what it takes.</param>
/// <param name="Output">Shape of what it gives.</param>
/// <param name="LeastK">Fewest live weights of a channel.</param>
/// <param name="MostK">Most live weights of a channel.</param>
/// <param name="Weights">All weights, live and masked.</param>
/// <param name="LiveWeights">Live weights.</param>
/// <param name="Operations">Operations for one sample.</param>
/// <param name="Saturated">Channels that always give the same bit.</param>
internal sealed record LayerFacts(
    Layer Layer, Shape Input, Shape Output, int LeastK, int MostK, long Weights, long LiveWeights, long Operations, int Saturated)
{
    /// <summary>Live weights of a channel: one number, or the fewest and the most; a dash if there are none.</summary>
    public string K => Weights == 0 ? "-" : LeastK == MostK ? Text.Whole(MostK) : $"{Text.Whole(LeastK)}-{Text.Whole(MostK)}";

    /// <summary>What decides the shape besides the number of channels, in the words of the model file; empty for a dense layer.</summary>
    public string Details => Layer switch
    {
        ConvolutionLayer layer => string.Concat(
            layer.Kernel, layer.Stride == new Extent(1, 1) ? "" : $" stride {layer.Stride}", Padded(layer.Padding),
            layer.Padding == default || !layer.PaddingBit ? "" : " with 1", layer.Groups == 1 ? "" : $" groups {Text.Whole(layer.Groups)}"),
        MaxPoolLayer layer => string.Concat(
            layer.Window, layer.Stride == layer.Window ? "" : $" stride {layer.Stride}", Padded(layer.Padding),
            layer.AndChannels.Any(isAnd => isAnd) ? $" and {Text.Whole(layer.AndChannels.Count(isAnd => isAnd))}" : ""),
        ScoreLayer { Scale: not 1 } layer => $"scale {Text.Whole(layer.Scale)}",
        _ => "",
    };

    /// <summary>The facts of each layer.</summary>
    public static IEnumerable<LayerFacts> Of(Network network)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        for (int i = 0; i < network.Layers.Length; i++)
        {
            Layer layer = network.Layers[i];
            var weighted = layer as WeightedLayer;
            int[] live = weighted is null ? [0] : [.. Enumerable.Range(0, weighted.Weights.Rows).Select(weighted.Weights.LiveCount)];
            bool isEightBit = network.IsEightBit(i);
            yield return new(
                layer, shapes[i], shapes[i + 1], live.Min(), live.Max(),
                (long)(weighted?.Weights.Rows ?? 0) * (weighted?.Weights.Columns ?? 0), live.Sum(count => (long)count), network.Operations(i),
                LimitsOf(layer).Select((limit, channel) => limit < 0 || limit >= weighted!.MaxCount(channel, isEightBit)).Count(isSaturated => isSaturated));
        }
    }

    /// <summary>Limits of the channels of a layer; empty for one that gives no bits by counting.</summary>
    public static EquatableArray<int> LimitsOf(Layer layer) => layer switch
    {
        DenseLayer dense => dense.Limits,
        ConvolutionLayer convolution => convolution.Limits,
        _ => default,
    };

    private static string Padded(Padding padding)
    {
        if (padding == default)
            return "";
        bool isEven = padding.Top == padding.Left && padding.Top == padding.Bottom && padding.Top == padding.Right;
        return $" padding {(isEven ? Text.Whole(padding.Top) : padding)}";
    }
}
