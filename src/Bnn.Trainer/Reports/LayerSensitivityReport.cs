using Bnn.Model;
using Bnn.Pruning;
using Bnn.Training;

namespace Bnn.Trainer.Reports;

/// <summary>What <c>bnn sensitivity</c> tells of layers.</summary>
/// <param name="Source">The run folder.</param>
/// <param name="Run">What was measured.</param>
/// <param name="Score">What went first.</param>
/// <param name="Granularity">What went as one.</param>
/// <param name="Table">The measurements.</param>
/// <param name="MaxDrop">Points that pruning a layer may cost.</param>
internal sealed record LayerSensitivityReport(string Source, TrainingRun Run, string Score, Granularity Granularity, SensitivityTable Table, double MaxDrop)
{
    private double[] Rates => Table.Within(MaxDrop / 100);

    private string[] Names => [.. Run.Outline().Layers.OfType<WeightedLayer>().Select(layer => layer.Name)];

    /// <summary>As text, or as JSON.</summary>
    public void Write(CommandContext context, bool isJson)
    {
        if (isJson)
            WriteJson(context.Out);
        else
            WriteText(context);
    }

    private void WriteText(CommandContext context)
    {
        context.Out.WriteLine($"Validation accuracy in percent when a part of the {Granularity.ToString().ToLowerInvariant()}s of one layer is pruned, by {Score}; without pruning {Text.Fixed(100 * Table.BaseAccuracy, 2)}.");
        var grid = new Grid(["<layer", .. SensitivityTable.Rates.Skip(1).Select(rate => Text.Fixed(100 * rate, 0) + " %"), $"within {Text.Fixed(MaxDrop, 2)}"]);
        foreach ((string name, int l) in Names.Select((name, l) => (name, l)))
        {
            if (Table.Accuracy[l] is { } row)
                grid.Add([name, .. row.Skip(1).Select(accuracy => Text.Fixed(100 * accuracy, 2)), Text.Fixed(100 * Rates[l], 0) + " %"]);
        }
        grid.Write(context.OutConsole());
        context.Out.WriteLine();
        context.Out.WriteLine("The last column is the largest rate that, like all lower ones, costs at most so many points before any repair.");
    }

    private void WriteJson(TextWriter to) => Text.WriteJson(to, json =>
    {
        json.WriteString("run", Source);
        json.WriteString("score", Score);
        json.WriteString("granularity", Granularity.ToString().ToLowerInvariant());
        json.WriteNumber("baseAccuracyShare", Table.BaseAccuracy);
        json.WriteNumber("maxDropPoints", MaxDrop);
        Text.WriteObjects(json, "layers", Names.Select((name, l) => (name, l)).Where(layer => Table.Accuracy[layer.l] is not null), layer =>
        {
            json.WriteString("name", layer.name);
            json.WriteNumber("rateWithinDrop", Rates[layer.l]);
            Text.WriteObjects(json, "rates", SensitivityTable.Rates.Zip(Table.Accuracy[layer.l]!), entry =>
            {
                json.WriteNumber("prunedShare", entry.First);
                json.WriteNumber("accuracyShare", entry.Second);
            });
        });
    });
}
