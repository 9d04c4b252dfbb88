using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Chooses how the channels of a dense layer of one sample lie in lanes, or those of a convolution at each position, if they do.</summary>
internal static class DenseLanes
{
    private static readonly Lowering[] s_lowerings = [Lowering.ActiveColumns, Lowering.Permute];

    /// <summary>A lowering that is faster than words on some tiers and slower on none, the best of them; null if there is none.</summary>
    /// <param name="network">The compact network.</param>
    /// <param name="index">Index of a layer.</param>
    /// <param name="settings">Goal, lowering by name.</param>
    public static Lowering? Choose(Network network, int index, CompileSettings settings)
    {
        if (network.Layers[index] is not WeightedLayer layer || layer is ScoreLayer || layer.Weights.LiveCount() == 0
            || network.IsEightBit(index) || settings.Goal == Goal.Size)
            return null;
        if (IsAskedFor(settings))
            return settings.Lowering;
        if (settings.Lowering is Lowering.Unrolled or Lowering.PopCountTable)
            return null;
        double words = WordCosts.Of(layer, network.Shapes()[index], isEightBit: false);
        var ratios = s_lowerings.ToDictionary(
            lowering => lowering, lowering => LaneTier.All.Select(tier => Cycles(tier, network, index, lowering) / (tier.WordFactor * words)).ToArray());
        Lowering[] faster = [.. s_lowerings.Where(lowering => ratios[lowering].Max() <= 1 && ratios[lowering].Average() < CostModel.Advantage)];
        // Positions share weights on some tiers more than on others, so convolutions take what is best over all, dense layers what is best on the usual one.
        return faster.Length == 0 ? null
            : faster.OrderBy(lowering => layer is ConvolutionLayer ? ratios[lowering].Average() : Cycles(LaneTier.Usual, network, index, lowering)).First();
    }

    /// <summary>Whether one of these lowerings was asked for by name.</summary>
    public static bool IsAskedFor(CompileSettings settings) => settings.Lowering is Lowering.ActiveColumns or Lowering.Permute;

    /// <summary>Cycles of one sample.</summary>
    public static double Cycles(LaneTier tier, Network network, int index, Lowering lowering)
    {
        if (network.Layers[index] is not ConvolutionLayer layer)
            return Cycles(tier, LanesLayer.Of(network, index), lowering, index == 0 ? CostModel.ActiveInput : CostModel.Active);
        LanesLayer group = LanesLayer.Of(network, index);
        Shape input = network.Shapes()[index];
        double counting = lowering == Lowering.Permute ? OfPosition(tier, group) : Cycles(tier, group, lowering, CostModel.Active);
        return layer.Positions(input) * (CostModel.Position + WordCosts.Gathering(layer, input, group.Groups) + (group.Groups * counting));
    }

    /// <summary>What the registers of channels work through for one sample: columns, of which they add the active ones, or look-ups; twice with masks
    /// that differ.</summary>
    public static double Steps(LaneTier tier, Network network, int index, Lowering lowering)
    {
        LanesLayer layer = LanesLayer.Of(network, index);
        return layer.Groups * Steps(tier, layer, lowering) * ((WeightedLayer)network.Layers[index]).Positions(network.Shapes()[index]);
    }

    private static double Steps(LaneTier tier, LanesLayer layer, Lowering lowering)
    {
        double masks = layer.IsMasked ? 2 : 1;
        int together = tier.Words == 8 ? 7 : 4;
        return lowering == Lowering.ActiveColumns ? layer.Live * masks : Math.Ceiling(layer.Inputs / (double)together) * masks;
    }

    private static double Cycles(LaneTier tier, LanesLayer layer, Lowering lowering, double active)
    {
        double steps = Steps(tier, layer, lowering);
        if (lowering == Lowering.ActiveColumns)
        {
            int words = WeightMatrix.WordsFor(layer.Channels);
            long bytes = (long)words * layer.Live * sizeof(ulong);
            double near = bytes <= 32 << 10 ? CostModel.NearColumn : bytes <= 512 << 10 ? CostModel.MiddleColumn : CostModel.FarColumn;
            return CostModel.ColumnLayer + (layer.Inputs * CostModel.ColumnInput)
                + tier.Registers(words, width => CostModel.ColumnRegister + (steps * ((active * tier.Plane(width)) + near)));
        }
        double register = tier.Words == 2 ? CostModel.PermuteRegister128 : CostModel.PermuteRegister;
        return CostModel.PermuteLayer + (steps * (CostModel.PermuteStep + (register * Registers(tier, layer))));
    }

    // Look-ups of a group of a convolution at one of some positions.
    private static double OfPosition(LaneTier tier, LanesLayer layer)
    {
        (double step, double register) = tier.Words == 8 ? (CostModel.SharedStep512, CostModel.SharedRegister512)
            : (CostModel.PermuteStep, tier.Words == 2 ? CostModel.SharedRegister128 : CostModel.SharedRegister256);
        return CostModel.PermutePosition + (Steps(tier, layer, Lowering.Permute) * (step + (register * Registers(tier, layer))));
    }

    private static double Registers(LaneTier tier, LanesLayer layer) => Math.Ceiling(layer.Channels / (double)(tier.Words * sizeof(ulong)));

    /// <summary>Whether channels differ in what they read.</summary>
    public static bool HasElementMasks(WeightMatrix weights)
    {
        for (int row = 1; weights.HasMask && row < weights.Rows; row++)
        {
            for (int word = 0; word < weights.WordsPerRow; word++)
            {
                if (weights.Live(row, word) != weights.Live(0, word))
                    return true;
            }
        }
        return false;
    }
}
