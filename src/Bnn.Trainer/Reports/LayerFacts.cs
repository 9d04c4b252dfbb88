using Bnn.Model;

namespace Bnn.Trainer.Reports;

/// <summary>Numbers about one layer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its keyword.</param>
/// <param name="Input">Shape of what it takes.</param>
/// <param name="Output">Shape of what it gives.</param>
/// <param name="LeastK">Fewest live weights of a channel.</param>
/// <param name="MostK">Most live weights of a channel.</param>
/// <param name="Weights">All weights, live and masked.</param>
/// <param name="LiveWeights">Live weights.</param>
/// <param name="Operations">Operations for one sample.</param>
/// <param name="Saturated">Channels that always give the same bit.</param>
internal sealed record LayerFacts(
    string Name, string Kind, Shape Input, Shape Output, int LeastK, int MostK, long Weights, long LiveWeights, long Operations, int Saturated)
{
    /// <summary>The facts of each layer.</summary>
    public static IEnumerable<LayerFacts> Of(Network network)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        for (int i = 0; i < network.Layers.Length; i++)
        {
            Layer layer = network.Layers[i];
            var weighted = layer as WeightedLayer;
            int[] live = weighted is null ? [0] : [.. Enumerable.Range(0, weighted.Weights.Rows).Select(weighted.Weights.LiveCount)];
            EquatableArray<int> limits = layer switch
            {
                DenseLayer dense => dense.Limits,
                ConvolutionLayer convolution => convolution.Limits,
                _ => default,
            };
            bool isEightBit = network.IsEightBit(i);
            yield return new(
                layer.Name, layer.Keyword, shapes[i], shapes[i + 1], live.Min(), live.Max(),
                (long)(weighted?.Weights.Rows ?? 0) * (weighted?.Weights.Columns ?? 0), live.Sum(count => (long)count), network.Operations(i),
                limits.Select((limit, channel) => limit < 0 || limit >= weighted!.MaxCount(channel, isEightBit)).Count(isSaturated => isSaturated));
        }
    }
}
