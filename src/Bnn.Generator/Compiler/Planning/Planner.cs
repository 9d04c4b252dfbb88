using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Chooses a lowering for each layer.</summary>
internal static class Planner
{
    /// <summary>Plans a network of dense layers and scores.</summary>
    /// <param name="network">The network of the file.</param>
    /// <param name="compact">The same after the passes.</param>
    /// <param name="passes">What the passes did.</param>
    /// <param name="settings">Goal, lowering by name, budgets.</param>
    /// <param name="cancel">Checked for each layer.</param>
    public static Plan Choose(Network network, Network compact, IReadOnlyList<PassRecord> passes, CompileSettings settings, CancellationToken cancel)
    {
        InputLayout input = InputLayout.Of(compact);
        var layers = new List<LayerPlan>();
        long left = CostModel.ModelBudget(settings.UnrolledBudget);
        for (int i = 0; i < compact.Layers.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var layer = (WeightedLayer)compact.Layers[i];
            PackedRows rows = PackedRows.Of(layer.Weights, i == 0 ? input.Columns : null);
            long operations = rows.WordOperations * (compact.IsEightBit(i) ? 8 : 1);
            bool isUnread = i + 1 < compact.Layers.Length && ((WeightedLayer)compact.Layers[i + 1]).Weights.LiveCount() == 0;
            (Lowering lowering, string reason) = isUnread
                ? (Lowering.None, "nobody reads it")
                : Choose(operations, rows.Words * (compact.IsEightBit(i) ? 8 : 1), settings, left);
            if (lowering == Lowering.Unrolled)
                left -= operations;
            layers.Add(new(i, layer, rows, compact.IsEightBit(i), lowering, reason));
        }
        return new(network, compact, passes, settings.Goal, input, layers);
    }

    private static (Lowering, string) Choose(long operations, int inputWords, CompileSettings settings, long left)
    {
        int faster = settings.Goal == Goal.Size ? CostModel.SmallerUnrolled : CostModel.FasterUnrolled;
        string better = settings.Goal == Goal.Size ? "smaller" : "faster";
        if (operations == 0)
            return (Lowering.Unrolled, "it is constant");
        if (settings.Lowering == Lowering.PopCountTable)
            return (Lowering.PopCountTable, "asked for");
        if (inputWords > CostModel.UnrolledInputWords)
            return (Lowering.PopCountTable, FormattableString.Invariant($"{inputWords} input words are more than the {CostModel.UnrolledInputWords} that can be locals"));
        if (operations > settings.UnrolledBudget)
            return (Lowering.PopCountTable, FormattableString.Invariant($"{operations} word operations pass the budget of {settings.UnrolledBudget} for a layer"));
        if (operations > left)
            return (Lowering.PopCountTable, FormattableString.Invariant($"{operations} word operations pass what is left of the model's budget, {left}"));
        if (settings.Lowering == Lowering.Unrolled)
            return (Lowering.Unrolled, "asked for");
        return operations <= faster
            ? (Lowering.Unrolled, FormattableString.Invariant($"up to {faster} word operations literals are {better}"))
            : (Lowering.PopCountTable, FormattableString.Invariant($"above {faster} word operations a table is {better}"));
    }
}
