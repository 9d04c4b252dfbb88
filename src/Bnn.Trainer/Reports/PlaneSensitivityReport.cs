using System.Text.Json;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Training;
using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>What <c>bnn sensitivity --planes</c> found.</summary>
/// <param name="Path">The run folder.</param>
/// <param name="Run">The run.</param>
/// <param name="Options">What was measured.</param>
/// <param name="Result">The numbers.</param>
/// <param name="MaxDrop">What the planes that are not kept may cost, in percentage points.</param>
internal sealed record PlaneSensitivityReport(string Path, TrainingRun Run, PlaneSensitivityOptions Options, PlaneSensitivityResult Result, double MaxDrop)
{
    private EquatableArray<PlaneGroup> Kept => Result.Keep(MaxDrop / 100);

    /// <summary>For people.</summary>
    public void WriteText(IAnsiConsole to)
    {
        to.MarkupLineInterpolated(
            $"[bold]{Text.Safe(Run.Options.Name)}[/], {Run.Options.Encoding}: {Text.Percent(Result.Accuracy)} right of {Text.Count(Result.Samples, "image")} held out");
        to.WriteLine();
        to.WriteLine($"Drop in percentage points when planes become noise: mean ± standard deviation of {Text.Count(Options.Repeats, "repeat")}.");
        var grid = new Grid("<planes", "alone", "<together with those above", "drop");
        foreach ((PlaneTrial trial, int i) in Result.Together.Select((trial, i) => (trial, i)))
        {
            PlaneTrial alone = Result.Single.Single(single => single.Group == trial.Group);
            grid.Add(trial.Group.Name, Drop(alone), i == Result.Together.Length - 1 ? "all" : Text.Count(i + 1, "group"), Drop(trial));
        }
        grid.Write(to);
        to.WriteLine();
        to.WriteLine($"Kept within {Text.Fixed(MaxDrop, 2)} points: {Text.Whole(Kept.Length)} of {Text.Whole(Result.Single.Length)}: {string.Join(", ", Kept.Select(group => group.Name))}");
        if (Encoding is { } encoding)
            to.WriteLine($"Train with them alone: --encoding {encoding}");
    }

    /// <summary>For programs. Drops and deviations are shares.</summary>
    public void WriteJson(TextWriter to) => Text.WriteJson(to, json =>
    {
        json.WriteString("run", Path);
        json.WriteString("split", Data.DataSet.Validation);
        json.WriteString("encoding", Run.Options.Encoding);
        json.WriteNumber("samples", Result.Samples);
        json.WriteNumber("correct", Result.Correct);
        json.WriteNumber("accuracyShare", Result.Accuracy);
        json.WriteNumber("repeats", Options.Repeats);
        json.WriteNumber("seed", Options.Seed);
        json.WriteNumber("maxDropPoints", MaxDrop);
        Text.WriteObjects(json, "single", Result.Single, trial => Write(json, trial));
        Text.WriteObjects(json, "together", Result.Together, trial => Write(json, trial));
        json.WriteStartArray("kept");
        foreach (PlaneGroup group in Kept)
            json.WriteStringValue(group.Name);
        json.WriteEndArray();
        if (Encoding is { } encoding)
            json.WriteString("keptEncoding", encoding);
        else
            json.WriteNull("keptEncoding");
    });

    // Only whole slices of the top bits have a name that bnn train takes.
    private string? Encoding => Run.Options.Encoding.StartsWith("bit-planes", StringComparison.Ordinal) && !Options.PerPlane ? $"bit-planes-{Text.Whole(Kept.Length)}" : null;

    private string Drop(PlaneTrial trial)
    {
        double deviation = 100 * Result.Deviation(trial);
        return Text.Fixed(100 * Result.Drop(trial), 2) + (double.IsNaN(deviation) ? "" : $" ± {Text.Fixed(deviation, 2)}");
    }

    private void Write(Utf8JsonWriter json, PlaneTrial trial)
    {
        json.WriteString("group", trial.Group.Name);
        json.WriteStartArray("planes");
        foreach (int plane in trial.Replaced)
            json.WriteNumberValue(plane);
        json.WriteEndArray();
        json.WriteStartArray("correct");
        foreach (int correct in trial.Correct)
            json.WriteNumberValue(correct);
        json.WriteEndArray();
        json.WriteNumber("dropShare", Result.Drop(trial));
        if (Options.Repeats > 1)
            json.WriteNumber("deviationShare", Result.Deviation(trial));
        else
            json.WriteNull("deviationShare");
    }
}
