using Bnn.Inference;
using Bnn.Trainer.Data;
using Bnn.Training;
using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>What <c>bnn eval</c> measures.</summary>
/// <param name="Name">Of the model.</param>
/// <param name="Path">The file that it was read from.</param>
/// <param name="Hash">SHA-256 of that file, 64 hexadecimal digits.</param>
/// <param name="Engine">What classifies, in a word for people.</param>
/// <param name="Interface">What samples it takes.</param>
/// <param name="Classify">Gives the classes of samples.</param>
internal sealed record EvalSubject(
    string Name, string Path, string Hash, string Engine, ModelInterface Interface, Func<LabeledImages, CancellationToken, EvaluationResult> Classify);

/// <summary>What <c>bnn eval</c> found.</summary>
internal sealed record EvalReport(EvalSubject Model, LabeledImages Samples, string Split, EvaluationResult Result, TimeSpan Time)
{
    private double ImagesPerSecond => Time.TotalSeconds > 0 ? Result.Samples / Time.TotalSeconds : 0;

    /// <summary>For people.</summary>
    public void WriteText(IAnsiConsole to)
    {
        to.MarkupLineInterpolated($"[bold]{Text.Safe(Model.Name)}[/] on {Text.Safe(Samples.Name)}, {Split} split");
        to.WriteLine();
        to.WriteLine($"  accuracy    {Text.Percent(Result.Accuracy)} ± {Text.Percent(Result.StandardError)} (one standard error)");
        to.WriteLine($"  right       {Text.Whole(Result.Correct)} of {Text.Whole(Result.Samples)}");
        to.WriteLine($"  speed       {Text.Whole((long)ImagesPerSecond)} images/s, {Model.Engine}, one thread");
        to.WriteLine();
        to.WriteLine("Rows: the class of the sample. Columns: the class that the model gave.");
        var grid = new Grid(["<class", .. Enumerable.Range(0, Result.ClassCount).Select(c => Text.Whole(c)), "right"]);
        for (int label = 0; label < Result.ClassCount; label++)
        {
            int[] row = [.. Enumerable.Range(0, Result.ClassCount).Select(predicted => Result.Confusion(label, predicted))];
            IEnumerable<string> cells = row.Select(count => count == 0 ? "." : Text.Whole(count));
            grid.Add([Text.Class(label, Samples.ClassNames[label]), .. cells, row.Sum() == 0 ? "-" : Text.Percent((double)row[label] / row.Sum())]);
        }
        grid.Write(to);
    }

    /// <summary>For programs.</summary>
    public void WriteJson(TextWriter to) => Text.WriteJson(to, json =>
    {
        json.WriteString("model", Model.Path);
        json.WriteString("modelSha256", Model.Hash);
        json.WriteString("dataSet", Samples.Name);
        json.WriteString("split", Split);
        json.WriteNumber("samples", Result.Samples);
        json.WriteNumber("correct", Result.Correct);
        json.WriteNumber("accuracyShare", Result.Accuracy);
        json.WriteNumber("standardErrorShare", Result.StandardError);
        json.WriteNumber("seconds", Time.TotalSeconds);
        json.WriteNumber("imagesPerSecond", ImagesPerSecond);
        json.WriteStartArray("labels");
        foreach (string label in Samples.ClassNames)
            json.WriteStringValue(label);
        json.WriteEndArray();
        json.WriteStartArray("confusion");
        for (int label = 0; label < Result.ClassCount; label++)
        {
            json.WriteStartArray();
            for (int predicted = 0; predicted < Result.ClassCount; predicted++)
                json.WriteNumberValue(Result.Confusion(label, predicted));
            json.WriteEndArray();
        }
        json.WriteEndArray();
    });
}
