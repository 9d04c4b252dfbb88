using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Chooses which layers of one image run with a pixel in each lane: the cheapest way through the layers, changes of layout included.</summary>
internal static class PixelLanesPlanner
{
    // The widest image that a word holds a row of.
    private const int MostWidth = 64;

    /// <summary>Whether each layer runs in lanes.</summary>
    /// <param name="network">The compact network.</param>
    /// <param name="settings">Goal, lowering by name.</param>
    /// <param name="isNeeded">Layers that have code at all.</param>
    /// <param name="first">The first layer with its channels in the lanes instead, if it may be.</param>
    public static bool[] Choose(Network network, CompileSettings settings, bool[] isNeeded, ChannelLanesPlan? first)
    {
        var none = new bool[network.Layers.Length];
        if (settings.Goal == Goal.Size || settings.Lowering is Lowering.Unrolled or Lowering.PopCountTable)
            return none;
        IReadOnlyList<Shape> shapes = network.Shapes();
        bool[] can = [.. Enumerable.Range(0, none.Length).Select(i => isNeeded[i] && Fits(network.Layers[i], shapes[i]))];
        if (settings.Lowering == Lowering.PixelLanes)
            return can;
        can[0] &= !(settings.Lowering == Lowering.ChannelLanes && first is not null);
        // Lanes of each tier must win, so the way is sought on each, and layers stay in words that are cheaper there on any.
        bool[] chosen = can;
        foreach (LaneTier tier in LaneTier.All)
            chosen = Cheapest(network, shapes, chosen, first, tier);
        return chosen;
    }

    /// <summary>Cycles of one sample with <paramref name="inLanes"/> in lanes.</summary>
    public static double Cycles(Network network, bool[] inLanes, ChannelLanesPlan? first, LaneTier tier)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        double cycles = CostModel.Sample;
        for (int i = 0; i < inLanes.Length; i++)
        {
            bool was = i > 0 && inLanes[i - 1];
            cycles += Change(network, i, was, inLanes[i]) + (inLanes[i] ? Lanes(network, i, shapes, tier) : Words(network, i, shapes, first) * tier.WordFactor);
        }
        return cycles;
    }

    // Of two ways to a layer, one that ends in words and one that ends in lanes, each the cheapest.
    private static bool[] Cheapest(Network network, IReadOnlyList<Shape> shapes, bool[] can, ChannelLanesPlan? first, LaneTier tier)
    {
        double words = 0, lanes = double.PositiveInfinity;
        var from = new (bool Words, bool Lanes)[can.Length];
        for (int i = 0; i < can.Length; i++)
        {
            double inWords = Words(network, i, shapes, first) * tier.WordFactor * CostModel.Advantage;
            double inLanes = can[i] ? Lanes(network, i, shapes, tier) : double.PositiveInfinity;
            double leave = lanes + Change(network, i, wasInLanes: true, isInLanes: false);
            double enter = words + Change(network, i, wasInLanes: false, isInLanes: true);
            from[i] = (leave < words, lanes <= enter);
            (words, lanes) = (Math.Min(words, leave) + inWords, Math.Min(lanes, enter) + inLanes);
        }
        var chosen = new bool[can.Length];
        bool isInLanes = lanes < words;
        for (int i = can.Length - 1; i >= 0; i--)
        {
            chosen[i] = isInLanes;
            isInLanes = isInLanes ? from[i].Lanes : from[i].Words;
        }
        return chosen;
    }

    // Input planes become pixels for words, and rows for lanes; in between both happens, but a dense layer takes planes as they are.
    private static double Change(Network network, int index, bool wasInLanes, bool isInLanes)
    {
        Shape shape = network.Shapes()[index];
        bool isDense = network.Layers[index] is DenseLayer or ScoresLayer || shape.Channels == 1 || shape.Height * shape.Width == 1;
        double transposed = isDense ? 0 : shape.LongCount / 64.0 * CostModel.TransposedWord;
        if (index == 0)
            return isInLanes ? LaneCosts.Stream(shape) : transposed;
        return wasInLanes == isInLanes ? 0 : LaneCosts.Stream(shape) + transposed;
    }

    private static double Words(Network network, int index, IReadOnlyList<Shape> shapes, ChannelLanesPlan? first) =>
        index == 0 && first is not null ? first.Cycles : WordCosts.Of(network.Layers[index], shapes[index], network.IsEightBit(index));

    private static double Lanes(Network network, int index, IReadOnlyList<Shape> shapes, LaneTier tier) => network.Layers[index] switch
    {
        ConvolutionLayer layer => LaneCosts.Convolution(tier, layer, shapes[index], network.IsEightBit(index)),
        MaxPoolLayer layer => LaneCosts.Pool(layer, shapes[index]),
        SumScoresLayer layer => layer.Weights.LiveCount() + (shapes[index].Channels * CostModel.LaneRow),
        _ => double.PositiveInfinity,
    };

    // A layer without live weights is a constant, and its input may have no code.
    private static bool Fits(Layer layer, Shape input) => input.Width <= MostWidth && input.Height * input.Width > 1
        && (layer as WeightedLayer)?.Weights.LiveCount() != 0 && layer switch
    {
        ConvolutionLayer convolution => convolution.Output(input).Width <= MostWidth && IsSmall(convolution.Kernel) && IsSmall(convolution.Stride)
            && convolution.Padding.Top <= MostWidth && convolution.Padding.Left <= MostWidth,
        MaxPoolLayer pool => pool.Output(input).Width <= MostWidth && (pool.Output(input).Width - 1) * (long)pool.Stride.Width < MostWidth,
        SumScoresLayer => true,
        _ => false,
    };

    private static bool IsSmall(Extent extent) => extent.Height <= MostWidth && extent.Width <= MostWidth;
}
