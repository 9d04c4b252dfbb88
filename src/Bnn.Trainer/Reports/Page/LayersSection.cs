namespace Bnn.Trainer.Reports.Page;

/// <summary>The layers, and what the generator makes of them.</summary>
internal static class LayersSection
{
    /// <summary>A table of the layers, and the plan.</summary>
    public static Markup Write(RunReport report)
    {
        LayerFacts[] layers = [.. LayerFacts.Of(report.Network)];
        double operations = Math.Max(1, layers.Sum(layer => layer.Operations));
        var table = new Table("bars", "layer", "<kind", "<window", "in", "out", "K", "live weights", "operations", "part of all", "saturated");
        foreach (LayerFacts layer in layers)
        {
            table.Add(
                layer.Layer.Name, layer.Layer.Keyword, layer.Details, layer.Input.ToString(), layer.Output.ToString(), layer.K,
                Text.Whole(layer.LiveWeights), Text.Whole(layer.Operations), Table.Bar(layer.Operations / operations), Text.Whole(layer.Saturated));
        }
        return Markup.Of($"""
            <p>K is the number of live weights of a channel. An operation is one live weight at one position; on eight-bit input it counts eight.
            A saturated channel gives the same bit for every input: the generator folds it away.</p>
            {table.Draw()}{(report.Plan is null ? Markup.Empty : Planned(report.Plan.Text))}
            """);
    }

    private static Markup Planned(string plan) => Markup.Of($"""
        <h3>What the generator makes of it</h3>
        <pre>{Markup.Join(plan.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Markup.Of($"{line}")), "\n")}</pre>

        """);
}
