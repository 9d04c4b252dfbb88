using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Chooses which layers of one image run with a pixel in each lane: the cheapest way through the layers, changes of layout included.</summary>
internal static class PixelLanesPlanner
{
    // The widest image that a word holds a row of.
    private const int MostWidth = 64;

    /// <summary>Whether each layer runs in lanes.</summary>
    /// <param name="others">The other lowerings of one sample.</param>
    /// <param name="settings">Goal, lowering by name.</param>
    /// <param name="isNeeded">Layers that have code at all.</param>
    /// <remarks>
    /// Lanes must be cheaper than words on every tier. Where they are, convolutions may have their channels in lanes instead: tiers differ in what is the cheapest, by up to two
    /// times, and one plan serves all, so that is taken which has the least geometric mean over the tiers.
    /// </remarks>
    public static bool[] Choose(OneSample others, CompileSettings settings, bool[] isNeeded)
    {
        if (DenseLanes.IsAskedFor(settings))
            return AgainstWords(others, settings, [.. isNeeded.Select((isNeeded, i) => isNeeded && others.Dense[i] is null)]);
        bool[] lanes = AgainstWords(others.WithoutPatchLanes(), settings, isNeeded);
        if (settings.Lowering == Lowering.PixelLanes)
            return lanes;
        bool[][] ways = [.. LaneTier.All.Select(tier => Cheapest(others, lanes, tier, advantage: 1))];
        bool[] best = lanes;
        foreach (bool[] way in (bool[][])[.. ways, [.. lanes.Select((_, i) => ways.Any(way => way[i]))]])
        {
            if (Mean(others with { InLanes = way }) < Mean(others with { InLanes = best }))
                best = way;
        }
        return best;
    }

    // The geometric mean of the cycles over all tiers.
    private static double Mean(OneSample sample) => Math.Exp(LaneTier.All.Average(tier => Math.Log(sample.Cycles(tier))));

    private static bool[] AgainstWords(OneSample others, CompileSettings settings, bool[] isNeeded)
    {
        Network network = others.Network;
        if (settings.Goal == Goal.Size || settings.Lowering is Lowering.Unrolled or Lowering.PopCountTable)
            return new bool[isNeeded.Length];
        IReadOnlyList<Shape> shapes = network.Shapes();
        bool[] can = [.. Enumerable.Range(0, isNeeded.Length).Select(i => isNeeded[i] && Fits(network.Layers[i], shapes[i]))];
        if (settings.Lowering == Lowering.PixelLanes)
            return can;
        can[0] &= !(settings.Lowering == Lowering.ChannelLanes && others.First is not null);
        // Lanes of each tier must win, so the way is sought on each, and layers that are cheaper otherwise on one stay so on all.
        bool[] chosen = can;
        foreach (LaneTier tier in LaneTier.All)
            chosen = Cheapest(others, chosen, tier, CostModel.Advantage);
        return chosen;
    }

    // Of two ways to a layer, one that ends in lanes and one that does not, each the cheapest.
    private static bool[] Cheapest(OneSample others, bool[] can, LaneTier tier, double advantage)
    {
        double words = 0, lanes = double.PositiveInfinity;
        var from = new (bool Words, bool Lanes)[can.Length];
        for (int i = 0; i < can.Length; i++)
        {
            double inWords = others.Others(i, tier) * advantage;
            double inLanes = can[i] ? others.Pixels(i, tier) : double.PositiveInfinity;
            double leave = lanes + others.Change(i, wasInLanes: true, isInLanes: false);
            double enter = words + others.Change(i, wasInLanes: false, isInLanes: true);
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
