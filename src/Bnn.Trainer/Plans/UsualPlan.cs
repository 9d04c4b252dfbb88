using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Trainer.Plans;

/// <summary>What the generator makes of a network with the usual settings.</summary>
internal static class UsualPlan
{
    /// <param name="network">The network.</param>
    /// <param name="path">Its file, whose name names the class.</param>
    /// <param name="cancel">Checked layer by layer.</param>
    public static Plan Of(Network network, string path, CancellationToken cancel) =>
        BnnCompiler.Plan(network, CompileSettings.Of(new ModelSource(path, null, new CompileOptions()), []), cancel);

    /// <summary>Cycles of a sample, alone or in a large batch, by the cost model on the usual tier: the same on every machine.</summary>
    public static double Cycles(Network network, bool isBatch, CancellationToken cancel)
    {
        PlannedCost cost = Cost(network, cancel);
        return isBatch ? cost.Batch : cost.Sample;
    }

    /// <summary>What a sample costs, by the cost model on the usual tier.</summary>
    public static PlannedCost Cost(Network network, CancellationToken cancel)
    {
        var costs = PlanCosts.Of(Of(network, "model.bnn", cancel));
        int tier = Enumerable.Range(0, LaneTier.All.Count).First(i => LaneTier.All[i] == LaneTier.Usual);
        return new(costs.Sample(tier), costs.OfBatch(tier), costs.Layers.Sum(layer => layer.Work), costs.Layers.Sum(layer => layer.Planes));
    }
}

/// <summary>What a network costs by the cost model on the usual tier.</summary>
/// <param name="Sample">Cycles of one sample.</param>
/// <param name="Batch">Cycles of a sample of a large batch.</param>
/// <param name="Work">What one sample executes: words counted, and for each register vectors, columns, look-ups, sums or planes added.</param>
/// <param name="Planes">Planes that a register of samples of a batch adds; 0: batches run sample by sample.</param>
internal sealed record PlannedCost(double Sample, double Batch, long Work, long Planes);
