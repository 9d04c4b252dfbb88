using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Chooses how a dense layer of one sample lies in lanes, if it does.</summary>
internal static class DenseLanes
{
    private static readonly Lowering[] s_lowerings = [Lowering.ActiveColumns, Lowering.Permute];

    /// <summary>A lowering that is faster than words on some tiers and slower on none, the best of them on the usual one; null if there is none.</summary>
    /// <param name="network">The compact network.</param>
    /// <param name="index">Index of a layer.</param>
    /// <param name="settings">Goal, lowering by name.</param>
    public static Lowering? Choose(Network network, int index, CompileSettings settings)
    {
        if (network.Layers[index] is not DenseLayer layer || network.IsEightBit(index) || layer.Weights.LiveCount() == 0 || settings.Goal == Goal.Size)
            return null;
        if (settings.Lowering is Lowering.ActiveColumns or Lowering.Permute)
            return settings.Lowering;
        if (settings.Lowering is Lowering.Unrolled or Lowering.PopCountTable)
            return null;
        Lowering[] faster = [.. s_lowerings.Where(lowering =>
        {
            double[] ratios = [.. LaneTier.All.Select(tier => Cycles(tier, network, index, lowering) / (tier.WordFactor * WordCosts.Of(layer)))];
            return ratios.Max() <= 1 && ratios.Average() < CostModel.Advantage;
        })];
        return faster.Length == 0 ? null : faster.OrderBy(lowering => Cycles(LaneTier.Usual, network, index, lowering)).First();
    }

    /// <summary>Cycles of one sample.</summary>
    public static double Cycles(LaneTier tier, Network network, int index, Lowering lowering)
    {
        var layer = (DenseLayer)network.Layers[index];
        WeightMatrix weights = layer.Weights;
        double active = index == 0 ? CostModel.ActiveInput : CostModel.Active;
        double steps = Steps(tier, layer, lowering);
        if (lowering == Lowering.ActiveColumns)
        {
            int words = WeightMatrix.WordsFor(weights.Rows);
            long bytes = (long)words * Inputs(weights) * sizeof(ulong);
            double near = bytes <= 32 << 10 ? CostModel.NearColumn : bytes <= 512 << 10 ? CostModel.MiddleColumn : CostModel.FarColumn;
            return CostModel.ColumnLayer + (weights.Columns * CostModel.ColumnInput)
                + tier.Registers(words, width => CostModel.ColumnRegister + (steps * ((active * tier.Plane(width)) + near)));
        }
        int lanes = tier.Words * sizeof(ulong);
        double register = tier.Words == 2 ? CostModel.PermuteRegister128 : CostModel.PermuteRegister;
        double step = CostModel.PermuteStep + (register * Math.Ceiling(weights.Rows / (double)lanes));
        return CostModel.PermuteLayer + (steps * step);
    }

    /// <summary>What each register of channels works through: columns, of which it adds the active ones, or look-ups; twice with masks that differ.</summary>
    public static double Steps(LaneTier tier, DenseLayer layer, Lowering lowering)
    {
        double masks = HasElementMasks(layer.Weights) ? 2 : 1;
        int together = tier.Words == 8 ? 7 : 4;
        return lowering == Lowering.ActiveColumns ? Inputs(layer.Weights) * masks : Math.Ceiling(layer.Weights.Columns / (double)together) * masks;
    }

    private static int Inputs(WeightMatrix weights) => weights.ReadColumns().Count(isRead => isRead);

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
