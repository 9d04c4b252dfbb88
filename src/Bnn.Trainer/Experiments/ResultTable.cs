using System.Globalization;
using System.Text;
using Spectre.Console;
using Grid = Bnn.Trainer.Reports.Grid;
using Text = Bnn.Trainer.Reports.Text;

namespace Bnn.Trainer.Experiments;

/// <summary>The table of an experiment, in its three forms. A row is an arm.</summary>
/// <param name="plan">The experiment.</param>
/// <param name="summaries">Its arms.</param>
internal sealed class ResultTable(ExperimentPlan plan, IReadOnlyList<ArmSummary> summaries)
{
    private bool HasTest => summaries.Any(summary => summary.Test is { Count: > 0 });

    private bool HasBaseline => summaries.Any(summary => summary.Difference is not null);

    /// <summary>For people, on a console.</summary>
    public void Write(IAnsiConsole to)
    {
        var grid = new Grid([.. Columns().Select((name, i) => i == 0 ? "<" + name : name)]);
        foreach (ArmSummary summary in summaries)
            grid.Add([.. Cells(summary)]);
        grid.Write(to);
    }

    /// <summary>For a repository.</summary>
    /// <param name="pictures">Files that are shown below the table.</param>
    public string ToMarkdown(IEnumerable<string> pictures)
    {
        var text = new StringBuilder();
        int done = plan.Runs.Count(run => summaries.Any(summary => summary.Results.Any(result => result.Key == run.Key)));
        text.Append(CultureInfo.InvariantCulture, $"# {plan.Experiment.Name}\n\n");
        string data = string.Join(", ", plan.Experiment.Data.Select(set => set.Argument));
        text.Append(CultureInfo.InvariantCulture, $"Data: {data}. {done} of {Text.Count(plan.Runs.Count, "run")} done.\n");
        text.Append("Accuracies in percent: mean ± standard deviation over the seeds");
        text.Append(HasBaseline ? "; differences from the baseline in points, seed by seed: mean ± standard error.\n" : ".\n");
        string right = string.Concat(Enumerable.Repeat(" --: |", Columns().Count() - 1));
        text.Append(CultureInfo.InvariantCulture, $"\n| {string.Join(" | ", Columns())} |\n| --- |{right}\n");
        foreach (ArmSummary summary in summaries)
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Cells(summary))} |\n");
        text.Append('\n').AppendJoin('\n', pictures.Select(picture => $"![{Path.GetFileNameWithoutExtension(picture)}]({picture})")).Append('\n');
        return text.ToString();
    }

    /// <summary>For programs.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder("data,arm,seeds,epochs,validation,validation-deviation,validation-difference,validation-difference-error,pairs,"
            + "test,test-deviation,test-difference,test-difference-error,live-weights,operations,model-bytes,seconds-of-an-epoch\n");
        foreach (ArmSummary summary in summaries)
        {
            string[] cells =
            [
                Quoted(summary.Arm.Data.Argument), Quoted(plan.Plain(summary.Arm)), Whole(summary.Results.Count),
                Of(summary, result => result.Options.GetProperty("epochs").GetInt32()),
                Number(summary.Validation.Mean), Number(summary.Validation.Deviation),
                Number(summary.Difference?.Mean), Number(summary.Difference?.StandardError), Whole(summary.Difference?.Count ?? 0),
                Number(summary.Test?.Mean), Number(summary.Test?.Deviation), Number(summary.TestDifference?.Mean), Number(summary.TestDifference?.StandardError),
                Of(summary, result => result.Model?.LiveWeights), Of(summary, result => result.Model?.Operations), Of(summary, result => result.Model?.Bytes),
                Of(summary, EpochSeconds),
            ];
            text.AppendJoin(',', cells).Append('\n');
        }
        return text.ToString();
    }

    private IEnumerable<string> Columns()
    {
        yield return "arm";
        yield return "seeds";
        yield return "validation";
        if (HasBaseline)
            yield return "difference";
        if (HasTest)
            yield return "test";
        if (HasTest && HasBaseline)
            yield return "difference";
        yield return "weights";
        yield return "operations";
        yield return "epochs";
        yield return "s an epoch";
    }

    private IEnumerable<string> Cells(ArmSummary summary)
    {
        yield return Text.Safe(summary.Arm.Label);
        yield return $"{summary.Results.Count} of {plan.Experiment.Seeds.Count}";
        yield return Spread(summary.Validation, summary.Validation.Deviation, signed: false);
        if (HasBaseline)
            yield return Spread(summary.Difference, summary.Difference?.StandardError, signed: true);
        if (HasTest)
            yield return Spread(summary.Test, summary.Test?.Deviation, signed: false);
        if (HasTest && HasBaseline)
            yield return Spread(summary.TestDifference, summary.TestDifference?.StandardError, signed: true);
        yield return Mean(summary, result => result.Model?.LiveWeights, 0);
        yield return Mean(summary, result => result.Model?.Operations, 0);
        yield return Mean(summary, result => result.Options.GetProperty("epochs").GetInt32(), 0);
        yield return Mean(summary, EpochSeconds, 1);
    }

    // Runs that were brought from elsewhere have no time.
    private static double? EpochSeconds(RunResult result) => result.Time.Epochs == 0 ? null : result.Time.EpochSeconds;

    private static string Spread(Spread? spread, double? around, bool signed) => spread is not { Count: > 0 } || double.IsNaN(spread.Mean)
        ? "–"
        : (signed && spread.Mean >= 0 ? "+" : "") + Text.Fixed(spread.Mean, 2) + (around is { } value && !double.IsNaN(value) ? $" ± {Text.Fixed(value, 2)}" : "");

    private static string Mean(ArmSummary summary, Func<RunResult, double?> value, int decimals) => summary.Results.Average(value) is not { } mean
        ? "–"
        : mean.ToString("N" + Text.Fixed(decimals, 0), CultureInfo.InvariantCulture);

    private static string Of(ArmSummary summary, Func<RunResult, double?> value) => Number(summary.Results.Average(value));

    private static string Number(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("0.####", CultureInfo.InvariantCulture) : "";

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
