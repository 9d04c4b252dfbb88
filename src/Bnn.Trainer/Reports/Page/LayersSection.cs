namespace Bnn.Trainer.Reports.Page;

/// <summary>The layers, and what the generator makes of them.</summary>
internal static class LayersSection
{
    /// <summary>A table of the layers, and the plan.</summary>
    public static Markup Write(RunReport report)
    {
        LayerFacts[] layers = [.. LayerFacts.Of(report.Network)];
        double operations = Math.Max(1, layers.Sum(layer => layer.Operations));
        return Markup.Of($"""
            <p>K is the number of live weights of a channel. An operation is one live weight at one position; on eight-bit input it counts eight.
            A saturated channel gives the same bit for every input: the generator folds it away.</p>
            <div class="scroll"><table class="bars">
            <thead><tr><th scope="col">layer</th><th scope="col">kind</th><th scope="col">window</th><th scope="col">in</th><th scope="col">out</th><th scope="col">K</th><th scope="col">live weights</th><th scope="col">operations</th><th scope="col">part of all</th><th scope="col">saturated</th></tr></thead>
            <tbody>
            {layers.Select(layer => Markup.Of($"""
                <tr><th scope="row">{layer.Layer.Name}</th><td class="text">{layer.Layer.Keyword}</td><td class="text">{layer.Details}</td><td>{layer.Input.ToString()}</td><td>{layer.Output.ToString()}</td><td>{layer.K}</td><td>{Text.Whole(layer.LiveWeights)}</td><td>{Text.Whole(layer.Operations)}</td><td class="bar" style="--share:{100 * layer.Operations / operations}%">{Text.Fixed(100 * layer.Operations / operations, 1)} %</td><td>{Text.Whole(layer.Saturated)}</td></tr>

                """))}</tbody>
            </table></div>
            <h3>What the generator makes of it</h3>
            <pre>{Markup.Join(report.Plan.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Markup.Of($"{line}")), "\n")}</pre>

            """);
    }
}
