using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Trainer.Plans;

/// <summary>What the cost model says about one layer of a plan.</summary>
/// <param name="Plan">The layer.</param>
/// <param name="Work">How much one sample is to do, in <paramref name="Unit"/>; 0: it is not counted.</param>
/// <param name="Unit">Words, columns, look-ups, vectors or planes, whatever the lowering works with; empty if there is none.</param>
/// <param name="Planes">Planes that a register of samples adds; 0 if batches run sample by sample.</param>
/// <param name="Sample">Cycles of one sample, for each of <see cref="LaneTier.All"/>.</param>
/// <param name="OfBatch">Cycles of a sample of a large batch, for each of <see cref="LaneTier.All"/>.</param>
internal sealed record LayerCost(LayerPlan Plan, long Work, string Unit, long Planes, IReadOnlyList<double> Sample, IReadOnlyList<double> OfBatch);

/// <summary>What the cost model says about a plan.</summary>
/// <param name="Layers">One for each layer of the compact network.</param>
/// <param name="Besides">Cycles of one sample besides its layers, for each of <see cref="LaneTier.All"/>: calls, packing, the highest score.</param>
/// <param name="BesidesOfBatch">Cycles of a sample of a batch besides the layers, for each of <see cref="LaneTier.All"/>: packing.</param>
internal sealed record PlanCosts(IReadOnlyList<LayerCost> Layers, IReadOnlyList<double> Besides, IReadOnlyList<double> BesidesOfBatch)
{
    /// <summary>Cycles of one sample.</summary>
    /// <param name="tier">Index in <see cref="LaneTier.All"/>.</param>
    public double Sample(int tier) => Besides[tier] + Layers.Sum(layer => layer.Sample[tier]);

    /// <summary>Cycles of a sample of a batch.</summary>
    /// <param name="tier">Index in <see cref="LaneTier.All"/>.</param>
    public double OfBatch(int tier) => BesidesOfBatch[tier] + Layers.Sum(layer => layer.OfBatch[tier]);

    /// <summary>Asks the cost model.</summary>
    public static PlanCosts Of(Plan plan)
    {
        double[] besides = [.. LaneTier.All.Select(plan.Sample.Besides)];
        double[] ofBatch = [.. LaneTier.All.Select((tier, i) => plan.Batch.IsInLanes(tier) ? BatchPlan.Packing(tier, plan.Compact, plan.Batch.Input!) : besides[i])];
        return new([.. plan.Layers.Select(layer => Of(plan, layer))], besides, ofBatch);
    }

    private static LayerCost Of(Plan plan, LayerPlan layer)
    {
        IReadOnlyList<Shape> shapes = plan.Compact.Shapes();
        Layer compact = plan.Compact.Layers[layer.Index];
        bool isEightBit = plan.Compact.IsEightBit(layer.Index), isBatch = plan.Batch.Input is not null;
        double[] sample = [.. LaneTier.All.Select(tier => layer.Lowering == Lowering.None ? 0 : plan.Sample.Cycles(layer.Index, tier))];
        double[] ofBatch = [.. LaneTier.All.Select((tier, i) =>
            plan.Batch.IsInLanes(tier) ? LaneCosts.Sample(tier, compact, shapes[layer.Index], isEightBit, 64 * tier.Words) : sample[i])];
        bool isLookedUp = TapSumCosts.Fits(compact, isEightBit);
        long planes = isBatch && !isLookedUp && compact is WeightedLayer weighted ? LaneCosts.Additions(weighted, isEightBit) * weighted.Positions(shapes[layer.Index]) : 0;
        (long work, string unit) = layer switch
        {
            { Lowering: Lowering.None } => (0, ""),
            ChannelLanesPlan channels => (channels.VectorOperations, "vectors"),
            PixelLanesPlan { Layer: ConvolutionLayer convolution } when isLookedUp => (TapSumCosts.LookUps(convolution, shapes[layer.Index]), "sums"),
            PixelLanesPlan { Layer: ConvolutionLayer convolution } => (LaneCosts.Additions(convolution, isEightBit), "planes"),
            WeightedPlan { Lanes: { } lanes } when lanes.On(LaneTier.Usual) is { } lowering =>
                ((long)DenseLanes.Steps(LaneTier.Usual, plan.Compact, layer.Index, lowering), lowering == Lowering.Permute ? "look-ups" : "columns"),
            WeightedPlan words => (words.WordOperations, "words"),
            _ => (0, ""),
        };
        return new(layer, work, unit, planes, sample, ofBatch);
    }
}
