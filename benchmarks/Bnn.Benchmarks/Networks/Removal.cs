using Bnn.Model;

namespace Bnn.Benchmarks.Networks;

/// <summary>The shapes that pruning leaves, without its accuracy: random channels or random weights are taken out, limits keep their share of K.</summary>
internal static class Removal
{
    /// <summary>Removes the same share of the channels of each hidden layer, such that <paramref name="share"/> of the operations remain.</summary>
    /// <param name="network">Without groups.</param>
    /// <param name="share">In (0, 1].</param>
    /// <param name="seed">Decides which channels stay.</param>
    public static Network Channels(Network network, double share, int seed)
    {
        double few = 0, many = 1, wanted = share * network.Operations();
        for (int step = 0; step < 20; step++)
        {
            double middle = (few + many) / 2;
            (few, many) = Keep(network, middle, seed).Operations() < wanted ? (middle, many) : (few, middle);
        }
        return Keep(network, many, seed);
    }

    /// <summary>Prunes each weight of the hidden layers with probability 1 − <paramref name="live"/>; scores stay whole.</summary>
    public static Network Elements(Network network, double live, int seed)
    {
        var random = new Random(seed);
        return Rebuild(network, layer => layer is ScoreLayer ? layer.Weights : WeightMatrix.Create(layer.Weights.Rows, layer.Weights.Columns,
            (row, column) => random.NextDouble() >= live || !layer.Weights.IsLive(row, column) ? 0 : layer.Weights.IsPositive(row, column) ? 1 : -1));
    }

    private static Network Keep(Network network, double share, int seed)
    {
        var random = new Random(seed);
        IReadOnlyList<Shape> shapes = network.Shapes();
        int[] inputs = [.. Enumerable.Range(0, shapes[0].Channels)];
        int of = inputs.Length;
        return Rebuild(network, layer =>
        {
            WeightMatrix weights = layer.Weights;
            int each = weights.Columns / of;
            int[] columns = [.. inputs.SelectMany(channel => Enumerable.Range(channel * each, each))];
            of = weights.Rows;
            inputs = layer is ScoreLayer
                ? [.. Enumerable.Range(0, of)]
                : [.. Enumerable.Range(0, of).OrderBy(_ => random.Next()).Take(Math.Max(1, (int)Math.Round(of * share))).Order()];
            return SelectRows(weights, inputs).SelectColumns(columns);
        }, _ => inputs);
    }

    private static WeightMatrix SelectRows(WeightMatrix weights, int[] rows)
    {
        IEnumerable<int> words = Enumerable.Range(0, weights.WordsPerRow);
        ulong[] masks = weights.HasMask ? [.. rows.SelectMany(row => words.Select(word => weights.Live(row, word)))] : [];
        return WeightMatrix.Create(rows.Length, weights.Columns, [.. rows.SelectMany(row => weights.Signs(row).ToArray())], masks);
    }

    // With other weights, of rows that kept tells, and limits in proportion.
    private static Network Rebuild(Network network, Func<WeightedLayer, WeightMatrix> change, Func<WeightedLayer, int[]>? kept = null)
    {
        var layers = new List<Layer>();
        foreach (Layer layer in network.Layers)
        {
            if (layer is not WeightedLayer weighted)
            {
                layers.Add(layer is MaxPoolLayer { AndChannels.Length: > 0 } ? throw new ArgumentException("Pools of OR only.", nameof(network)) : layer);
                continue;
            }
            WeightMatrix weights = change(weighted);
            int[] rows = kept?.Invoke(weighted) ?? [.. Enumerable.Range(0, weights.Rows)];
            layers.Add(weighted switch
            {
                DenseLayer dense => dense with { Weights = weights, Limits = Limits(dense.Limits, dense.Weights) },
                ConvolutionLayer { Groups: 1 } convolution => convolution with { Weights = weights, Limits = Limits(convolution.Limits, convolution.Weights) },
                ScoreLayer scores => scores with { Weights = weights },
                _ => throw new ArgumentException($"Layer '{layer.Name}' is of a kind that is not pruned here.", nameof(network)),
            });

            EquatableArray<int> Limits(EquatableArray<int> limits, WeightMatrix before) => rows.Select((row, i) =>
                limits[row] < 0 ? -1 : (int)((long)limits[row] * weights.LiveCount(i) / Math.Max(1, before.LiveCount(row)))).ToEquatableArray();
        }
        return NetworkVerifier.Require(network with { Layers = layers.ToEquatableArray() });
    }
}
