using System.Globalization;
using System.Text;
using Spectre.Console;
using Grid = Bnn.Trainer.Reports.Grid;
using Text = Bnn.Trainer.Reports.Text;

namespace Bnn.Trainer.Experiments;

/// <summary>A step of a search with its result.</summary>
/// <param name="Step">What was trained.</param>
/// <param name="Result">What came out.</param>
/// <param name="Difference">Percentage points of validation accuracy from the baseline.</param>
/// <param name="IsWithin">Whether that stays within the budget.</param>
internal sealed record ShrinkOutcome(ShrinkStep Step, RunResult Result, double Difference, bool IsWithin);

/// <summary>The table of a search, a row for each step that is done; the first is the baseline.</summary>
/// <param name="name">Of the search.</param>
/// <param name="options">What was asked for.</param>
/// <param name="outcomes">In the order of the search.</param>
internal sealed class ShrinkTable(string name, ShrinkOptions options, IReadOnlyList<ShrinkOutcome> outcomes)
{
    private static readonly string[] s_columns = ["step", "encoding", "widths", "validation", "difference", "within", "weights", "smaller", "operations", "fewer"];

    /// <summary>The step within the budget with the fewest weights, of equal ones that with the fewest operations; the baseline if no other is.</summary>
    public ShrinkOutcome Smallest => outcomes.Where(outcome => outcome.IsWithin)
        .MinBy(outcome => (outcome.Result.Model!.LiveWeights, outcome.Result.Model.Operations))!;

    /// <summary>For people, on a console.</summary>
    public void Write(IAnsiConsole to)
    {
        var grid = new Grid([.. s_columns.Select((column, i) => i < 3 ? "<" + column : column)]);
        foreach (ShrinkOutcome outcome in outcomes)
            grid.Add([.. Cells(outcome)]);
        grid.Write(to);
    }

    /// <summary>For a repository.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {name}: fewer bit planes and narrower layers\n\n");
        text.Append(CultureInfo.InvariantCulture, $"At most {Text.Fixed(options.MaxDrop, 2)} points of validation accuracy below the baseline; ");
        text.Append(CultureInfo.InvariantCulture, $"order of halving: {options.Order.ToString().ToLowerInvariant()}. ");
        text.Append("Every step is trained from random weights, with the options and the seed of the baseline.\n");
        text.Append("The smallest within the budget: ").Append(Smallest.Step.Name).Append(".\n");
        text.Append(CultureInfo.InvariantCulture, $"\n| {string.Join(" | ", s_columns)} |\n| --- | --- | --- |{string.Concat(Enumerable.Repeat(" --: |", s_columns.Length - 3))}\n");
        foreach (ShrinkOutcome outcome in outcomes)
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Cells(outcome))} |\n");
        return text.ToString();
    }

    /// <summary>For programs.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder("step,encoding,widths,correct,samples,difference-points,within,live-weights,operations,model-bytes,key\n");
        foreach ((ShrinkStep step, RunResult result, double difference, bool isWithin) in outcomes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{step.Name},{step.Encoding},{string.Join('-', step.Architecture.Hidden)},");
            text.Append(CultureInfo.InvariantCulture, $"{result.Validation.Correct},{result.Validation.Samples},{difference:0.####},{(isWithin ? "true" : "false")},");
            text.Append(CultureInfo.InvariantCulture, $"{result.Model!.LiveWeights},{result.Model.Operations},{result.Model.Bytes},{result.Key}\n");
        }
        return text.ToString();
    }

    private IEnumerable<string> Cells(ShrinkOutcome outcome)
    {
        ModelFacts whole = outcomes[0].Result.Model!, now = outcome.Result.Model!;
        yield return outcome.Step.Name.Split('-')[0] == "widths" ? "halved" : outcome.Step.Name;
        yield return outcome.Step.Encoding;
        yield return string.Join(' ', outcome.Step.Architecture.Hidden);
        yield return Text.Percent(outcome.Result.Validation.Accuracy);
        yield return outcome == outcomes[0] ? "–" : (outcome.Difference >= 0 ? "+" : "") + Text.Fixed(outcome.Difference, 2);
        yield return outcome == outcomes[0] ? "–" : outcome.IsWithin ? "yes" : "no";
        yield return Text.Whole(now.LiveWeights);
        yield return Text.Fixed((double)whole.LiveWeights / now.LiveWeights, 2) + "x";
        yield return Text.Whole(now.Operations);
        yield return Text.Fixed((double)whole.Operations / now.Operations, 2) + "x";
    }
}
