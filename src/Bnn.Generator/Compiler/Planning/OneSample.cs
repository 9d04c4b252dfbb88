using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>What of one sample lies in lanes.</summary>
/// <param name="Network">The compact network.</param>
/// <param name="First">The first layer with its channels in lanes, unless its pixels are; null: it does not fit.</param>
/// <param name="Dense">For each layer how a dense layer, or a convolution at each position, has its channels in lanes; null: on words everywhere.</param>
/// <param name="InLanes">Whether a layer has a pixel in each lane.</param>
internal sealed record OneSample(Network Network, ChannelLanesPlan? First, TierWays?[] Dense, bool[] InLanes)
{
    /// <summary>Calls that pack the input.</summary>
    public int PackingCalls { get; init; } = 1;

    /// <summary>The same on words alone, but for a first layer that is no more code so.</summary>
    public OneSample OnWords() => this with { Dense = new TierWays?[Dense.Length], InLanes = new bool[InLanes.Length] };

    /// <summary>The same with all convolutions on words that have no pixels in lanes.</summary>
    public OneSample WithoutPatchLanes() => this with { Dense = [.. Dense.Select((ways, i) => Network.Layers[i] is ConvolutionLayer ? null : ways)] };

    /// <summary>Cycles besides the layers: calls, packing, the highest score.</summary>
    public double Besides(LaneTier tier) => CostModel.Sample + ((PackingCalls - 1) * CostModel.PackingCall * tier.Dense.Word);

    /// <summary>Cycles of all layers, and of what is besides.</summary>
    public double Cycles(LaneTier tier) => Besides(tier) + Enumerable.Range(0, InLanes.Length).Sum(i => Cycles(i, tier));

    /// <summary>Cycles of a layer, with the change of layout before it.</summary>
    public double Cycles(int index, LaneTier tier) =>
        Change(index, index > 0 && InLanes[index - 1], InLanes[index]) + (InLanes[index] ? Pixels(index, tier) : Others(index, tier));

    /// <summary>Cycles of a layer with a pixel in each lane.</summary>
    public double Pixels(int index, LaneTier tier)
    {
        Shape input = Network.Shapes()[index];
        return Network.Layers[index] switch
        {
            ConvolutionLayer layer => LaneCosts.Convolution(tier, layer, input, Network.IsEightBit(index)),
            MaxPoolLayer layer => LaneCosts.Pool(tier, layer, input),
            SumScoresLayer layer => layer.Weights.LiveCount() + (input.Channels * CostModel.LaneRow),
            _ => double.PositiveInfinity,
        };
    }

    /// <summary>Cycles of a layer whose pixels are not in lanes.</summary>
    public double Others(int index, LaneTier tier) =>
        index == 0 && First is not null ? First.Cycles * tier.WordFactor
        : Dense[index]?.On(tier) is { } lowering ? DenseLanes.Cycles(tier, Network, index, lowering)
        : OnWords(index, tier);

    // Dense layers are calibrated for each tier; the rest on one processor, and by what words cost more elsewhere.
    private double OnWords(int index, LaneTier tier)
    {
        Layer layer = Network.Layers[index];
        double cycles = WordCosts.Of(layer, Network.Shapes()[index], Network.IsEightBit(index));
        return cycles * (layer is DenseLayer or ScoresLayer ? tier.Dense.Word / CostModel.Word : tier.WordFactor);
    }

    /// <summary>Cycles to change the layout before a layer.</summary>
    /// <remarks>Input planes become pixels for words, and rows for lanes; in between both happens, but a dense layer takes planes as they are.</remarks>
    public double Change(int index, bool wasInLanes, bool isInLanes)
    {
        Shape shape = Network.Shapes()[index];
        bool isDense = Network.Layers[index] is DenseLayer or ScoresLayer || shape.Channels == 1 || shape.Height * shape.Width == 1;
        double transposed = isDense ? 0 : WordCosts.Transposing(shape);
        if (index == 0)
            return isInLanes ? LaneCosts.Stream(shape) : transposed;
        return wasInLanes == isInLanes ? 0 : LaneCosts.Stream(shape) + transposed;
    }
}
