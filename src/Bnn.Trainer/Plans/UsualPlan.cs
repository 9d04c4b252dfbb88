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
        var costs = PlanCosts.Of(Of(network, "model.bnn", cancel));
        int tier = Enumerable.Range(0, LaneTier.All.Count).First(i => LaneTier.All[i] == LaneTier.Usual);
        return isBatch ? costs.OfBatch(tier) : costs.Sample(tier);
    }
}
