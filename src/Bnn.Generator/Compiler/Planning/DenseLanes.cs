using System.Globalization;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Chooses how the channels of a dense layer of one sample lie in lanes, or those of a convolution at each position, if they do.</summary>
internal static class DenseLanes
{
    private static readonly Lowering[] s_lowerings = [Lowering.ActiveColumns, Lowering.Permute];

    /// <summary>Of a dense layer what is best on each tier; of a convolution what is best over all, if it is slower than words on none. Null: words everywhere.</summary>
    /// <param name="network">The compact network.</param>
    /// <param name="index">Index of a layer.</param>
    /// <param name="settings">Goal, lowering by name.</param>
    public static TierWays? Choose(Network network, int index, CompileSettings settings)
    {
        if (network.Layers[index] is not WeightedLayer layer || layer is ScoreLayer || layer.Weights.LiveCount() == 0
            || settings.Goal == Goal.Size || (network.IsEightBit(index) && !AddsBytes(layer, settings)))
            return null;
        if (IsAskedFor(settings))
            return TierWays.Everywhere(settings.Lowering!.Value);
        if (settings.Lowering is Lowering.Unrolled or Lowering.PopCountTable)
            return null;
        double words = WordCosts.Of(layer, network.Shapes()[index], network.IsEightBit(index));
        if (layer is ConvolutionLayer)
            return OverAll(network, index, words) is { } best ? TierWays.Everywhere(best) : null;
        Lowering?[] ways = [.. LaneTier.All.Select(tier => On(tier, network, index, words / CostModel.Word * tier.Dense.Word))];
        return ways.All(way => way is null) ? null : new(ways[0], ways[1], ways[2]);
    }

    /// <summary>Whether one of these lowerings was asked for by name.</summary>
    public static bool IsAskedFor(CompileSettings settings) => settings.Lowering is Lowering.ActiveColumns or Lowering.Permute;

    // Sums of bytes are looked up for a dense layer all of whose channels read the same.
    private static bool AddsBytes(WeightedLayer layer, CompileSettings settings) => layer is DenseLayer && settings.Lowering != Lowering.ActiveColumns
        && layer.Weights.Rows <= CostModel.ByteSumChannels && !HasElementMasks(layer.Weights);

    private static Lowering? On(LaneTier tier, Network network, int index, double words)
    {
        (Lowering lowering, double cycles) = s_lowerings.Where(lowering => lowering == Lowering.Permute || !network.IsEightBit(index))
            .Select(lowering => (lowering, cycles: Cycles(tier, network, index, lowering)))
            .OrderBy(way => way.cycles).First();
        return cycles < words ? lowering : null;
    }

    // A convolution has one way for all processors, as its neighbours depend on it. Positions share weights on some tiers more than on others.
    private static Lowering? OverAll(Network network, int index, double words)
    {
        var ratios = s_lowerings.ToDictionary(
            lowering => lowering, lowering => LaneTier.All.Select(tier => Cycles(tier, network, index, lowering) / (tier.WordFactor * words)).ToArray());
        Lowering[] faster = [.. s_lowerings.Where(lowering => ratios[lowering].Max() <= 1 && ratios[lowering].Average() < CostModel.Advantage)];
        return faster.Length == 0 ? null : faster.OrderBy(lowering => ratios[lowering].Average()).First();
    }

    /// <summary>Cycles of one sample.</summary>
    public static double Cycles(LaneTier tier, Network network, int index, Lowering lowering)
    {
        if (network.IsEightBit(index))
            return ByteSums(tier, LanesLayer.Of(network, index));
        if (network.Layers[index] is not ConvolutionLayer layer)
        {
            return InBlocks(tier, network, index, lowering) is { } blocks ? OfBlocks(tier, LanesLayer.Of(network, index), blocks)
                : Cycles(tier, LanesLayer.Of(network, index), lowering, index == 0 ? ActiveInput(network) : CostModel.Active);
        }
        LanesLayer group = LanesLayer.Of(network, index);
        Shape input = network.Shapes()[index];
        double counting = lowering == Lowering.Permute ? OfPosition(tier, group) : Cycles(tier, group, lowering, CostModel.Active);
        return layer.Positions(input) * (CostModel.Position + WordCosts.Gathering(layer, input, group.Groups) + (group.Groups * counting));
    }

    // The trainer says it of the images that it trained with.
    private static double ActiveInput(Network network) =>
        double.TryParse(network.Meta(MetadataEntry.InputActive), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 0.5
            ? share : CostModel.ActiveInput;

    /// <summary>What the registers of channels work through for one sample: columns, of which they add the active ones, or look-ups; twice with masks
    /// that differ; where registers skip inputs, on average.</summary>
    public static double Steps(LaneTier tier, Network network, int index, Lowering lowering)
    {
        LanesLayer layer = LanesLayer.Of(network, index);
        if (network.IsEightBit(index))
            return ByteSteps(tier, layer);
        if (InBlocks(tier, network, index, lowering) is { } blocks)
            return blocks.LookUps / Math.Ceiling(layer.Channels / (double)(tier.Words * sizeof(ulong)));
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
        DenseCosts costs = tier.Dense;
        double steps = Steps(tier, layer, lowering);
        if (lowering == Lowering.ActiveColumns)
        {
            int rest = Rest(layer.Channels, 64), words = WeightMatrix.WordsFor(layer.Channels), fewer = WeightMatrix.WordsFor(layer.Channels - rest);
            double column = DenseCosts.At((long)steps * words * sizeof(ulong), costs.Column);
            double all = OfColumns(words);
            return costs.ColumnLayer + (layer.Inputs * costs.ColumnInput) + (OfColumns(fewer) is var whole && whole < all ? whole + OfRest(tier, layer, rest) : all);

            double OfColumns(int ofRow) =>
                tier.Registers(ofRow, width => costs.ColumnRegister + (steps * ((active * costs.ActiveColumn(width)) + column)));
        }
        return costs.PermuteLayer + LookUps(tier, layer, costs.PermuteStep, DenseCosts.At((long)steps * layer.Channels, costs.PermuteRegister));
    }

    /// <summary>The look-ups of a dense layer whose registers skip inputs, where the kernels find that less work; else null.</summary>
    public static BlockReads? InBlocks(LaneTier tier, Network network, int index, Lowering lowering)
    {
        if (lowering != Lowering.Permute || network.IsEightBit(index) || network.Layers[index] is not DenseLayer { Weights: { HasMask: true } weights })
            return null;
        LanesLayer layer = LanesLayer.Of(network, index);
        int register = tier.Words * sizeof(ulong), rest = tier.Words == 8 ? 0 : Rest(layer.Channels, register);
        var blocks = BlockReads.Of(tier, weights, layer.Channels - rest);
        return blocks.Work < AllLookUps(tier, layer, layer.Channels - rest) ? blocks : null;
    }

    // Those of all inputs for all registers, the last ones by eights.
    private static double AllLookUps(LaneTier tier, LanesLayer layer, int channels)
    {
        int register = tier.Words * sizeof(ulong), rest = channels % register;
        int together = tier.Words == 8 ? layer.IsMasked ? 3 : 7 : layer.IsMasked ? 2 : 4;
        double steps = Math.Ceiling(layer.Inputs / (double)together), full = channels / register;
        return tier.Words == 8 && rest is > 0 and <= CostModel.Eights
            ? (steps * full) + (Math.Ceiling(steps / 8) * Math.Ceiling(rest / 8.0))
            : steps * (full + (rest > 0 ? 1 : 0));
    }

    private static double OfBlocks(LaneTier tier, LanesLayer layer, BlockReads blocks)
    {
        DenseCosts costs = tier.Dense;
        int register = tier.Words * sizeof(ulong), rest = tier.Words == 8 ? 0 : Rest(layer.Channels, register);
        return costs.PermuteLayer + (blocks.Groups * costs.PermuteGroup) + (blocks.Pieces * costs.PermutePiece) + (blocks.Steps * costs.PermuteStep)
            + (blocks.LookUps * DenseCosts.At(blocks.LookUps * register, costs.PermuteRegister)) + OfRest(tier, layer, rest);
    }

    // Steps of six inputs, or of four in two halves.
    private static double ByteSteps(LaneTier tier, LanesLayer layer) => Math.Ceiling(layer.Inputs / (tier.Words == 8 ? 6.0 : 4.0));

    private static double ByteSums(LaneTier tier, LanesLayer layer)
    {
        int padded = (layer.Channels + CostModel.ByteSumPadding - 1) / CostModel.ByteSumPadding * CostModel.ByteSumPadding;
        double registers = padded / (tier.Words == 8 ? 32.0 : 8 * tier.Words);
        return tier.Dense.ByteSumLayer + (ByteSteps(tier, layer) * (tier.Dense.ByteSumStep + (registers * tier.Dense.ByteSumRegister)));
    }

    // Look-ups of a group of a convolution at one of some positions.
    private static double OfPosition(LaneTier tier, LanesLayer layer)
    {
        (double step, double register) = tier.Words switch
        {
            8 => (CostModel.SharedStep512, CostModel.SharedRegister512),
            4 => (CostModel.SharedStep, CostModel.SharedRegister256),
            _ => (CostModel.SharedStep, CostModel.SharedRegister128),
        };
        return CostModel.PermutePosition + LookUps(tier, layer, step, register);
    }

    private static double LookUps(LaneTier tier, LanesLayer layer, double step, double register)
    {
        int ofRegister = tier.Words * sizeof(ulong), registers = layer.Channels / ofRegister, rest = layer.Channels % ofRegister;
        double steps = Steps(tier, layer, Lowering.Permute);
        double last = tier.Words == 8 && rest <= CostModel.Eights ? Math.Ceiling(rest / 8.0) * (Math.Ceiling(steps / 8) + CostModel.EightChannels)
            : OfRest(tier, layer, Rest(layer.Channels, ofRegister));
        if (last == 0 && rest > 0)
            registers++;
        return last + (steps * ((step * Together(registers)) + (register * registers)));
    }

    private static double OfRest(LaneTier tier, LanesLayer layer, int channels) => (double)channels * WeightMatrix.WordsFor(layer.Inputs) * tier.Dense.Word;

    // The kernels count so many of the last channels by words, because they leave a register almost empty.
    private static int Rest(int channels, int register)
    {
        int rest = channels % register;
        return rest < channels && rest <= CostModel.RestChannels ? rest : 0;
    }

    // Up to eight registers go through the steps together; what is left of them in fours, twos and ones.
    private static int Together(int registers) => (registers / 8) + Bits.PopCount((ulong)(registers % 8));

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
