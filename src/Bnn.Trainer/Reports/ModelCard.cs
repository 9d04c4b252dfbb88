using System.Globalization;
using System.Text;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;
using Bnn.Trainer.Experiments;
using Bnn.Trainer.Plans;

namespace Bnn.Trainer.Reports;

/// <summary>A page about a trained model that is given to others: what it is, what it can, and how to make it again.</summary>
/// <param name="Name">Of model and files.</param>
/// <param name="Result">The run that gave it.</param>
/// <param name="Network">The model.</param>
/// <param name="Hash">SHA-256 of its file.</param>
/// <param name="FileBytes">Size of its file.</param>
/// <param name="Measured">What the generated code takes here.</param>
internal sealed record ModelCard(string Name, RunResult Result, Network Network, string Hash, long FileBytes, PlanMeasurement Measured)
{
    /// <summary>The page, in Markdown.</summary>
    public string ToMarkdown()
    {
        LayerFacts[] layers = [.. LayerFacts.Of(Network)];
        long live = layers.Sum(layer => layer.LiveWeights), operations = Network.Operations();
        var text = new StringBuilder();
        Add($"# {Name}\n");
        Add($"`{Option("architecture")}` on {Network.Input} bytes, {Option("encoding")}; {Text.Whole(Network.ClassCount)} classes.");
        Add($"File: [{Name}.bnn]({Name}.bnn).\n");
        Add($"| | |\n| --- | --- |");
        Row("data", $"{Result.Data}; training set with SHA-256 `{Result.DataHash}`");
        Row("trained on", $"{Text.Count(Result.TrainingSamples, "sample")}; {Text.Whole(Result.Validation.Samples)} held out for decisions");
        Row("validation accuracy", Accuracy(Result.Validation));
        Row("test accuracy", Result.Test is { } test ? $"{Accuracy(test)}, read once" : "not measured");
        Row("live weights", $"{Text.Whole(live)}, {Text.Size((live + 7) / 8)} as bits");
        Row("file", $"{Text.Size(FileBytes)}, SHA-256 `{Hash}`");
        long inner = operations - layers[0].Operations - layers[^1].Operations;
        Row("operations a sample", $"{Text.Whole(operations)}; {Text.Whole(inner)} without the first and last layer");
        Row("time per image", Times());
        string where = $"{Result.Machine.Processor} ({Text.Count(Result.Machine.Threads, "thread")})";
        Row("training", $"{Text.Count(Result.History.Count, "epoch")}, seed {Result.Seed}, {Spent()} on {where}");
        Row("engine; key", $"version {Result.Engine}; `{Result.Key}`");
        Add(Result.Command.Contains("bnn continue ", StringComparison.Ordinal)
            ? "\nIt was made by `bnn experiment` alone: no command line trains a run on."
            : $"\nIt is made again, to the same bits, with:\n\n```\n{string.Join('\n', Commands())}\n```");
        return text.ToString();

        void Row(string name, string value) => Add($"| {name} | {value} |");

        void Add(string line) => text.Append(line).Append('\n');
    }

    // The commands that make the file again.
    private IEnumerable<string> Commands()
    {
        string[] lines = Result.Command.Split("; ");
        for (int i = 0; i < lines.Length; i++)
        {
            string Folder(int step) => "runs/" + Name + string.Concat(Enumerable.Repeat("-parent", lines.Length - 1 - step));
            string line = i == 0 ? lines[i] : lines[i].Replace(" PARENT ", $" {Folder(i - 1)} ", StringComparison.Ordinal);
            yield return $"{line}{(i == lines.Length - 1 ? $" --name {Name}" : "")} --out {Folder(i)}";
        }
    }

    private string Option(string key) => Result.Options.GetProperty(key).ToString();

    private static string Accuracy(Measured measured) =>
        $"{Text.Percent(measured.Accuracy)} ± {Text.Percent(measured.StandardError)} of {Text.Whole(measured.Samples)} (one standard error)";

    private string Times()
    {
        CallTime single = Measured.Calls.First(call => call.Method == "Predict"), batch = Measured.Calls[^1];
        return $"{Time(single.Nanoseconds)} with `Predict`, {Time(batch.Nanoseconds)} with `PredictBatch` of {Text.Whole(batch.Samples)}; generated code, "
            + $"one thread of {Machine.Here(1).Processor} with registers of {LaneTier.All[Measured.Tier].Name}, on {Measured.Images}, "
            + $"medians of {Text.Whole(single.Counted)} and {Text.Count(batch.Counted, "turn")}";
    }

    private static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1e3 => $"{Text.Fixed(nanoseconds, 0)} ns",
        < 1e6 => $"{Text.Fixed(nanoseconds / 1e3, 1)} µs",
        _ => $"{(nanoseconds / 1e6).ToString("F2", CultureInfo.InvariantCulture)} ms",
    };

    private string Spent() => Result.Time.ProcessorSeconds is { } processor
        ? $"{Text.Duration(TimeSpan.FromSeconds(processor))} of processor time"
        : Text.Duration(TimeSpan.FromSeconds(Result.Time.Seconds));
}
