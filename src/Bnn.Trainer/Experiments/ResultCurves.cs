using Bnn.Trainer.Reports.Page;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>The curves of an experiment: means over the seeds of each arm, with a band of a standard deviation.</summary>
internal static class ResultCurves
{
    /// <summary>Pictures by the name of their file: for each data set validation accuracy and training loss, of at most eight arms a picture.</summary>
    public static IEnumerable<(string File, string Svg)> Of(ExperimentPlan plan, IReadOnlyList<ArmSummary> summaries)
    {
        foreach (IGrouping<string, ArmSummary> onData in summaries.Where(summary => summary.Results.Count > 0).GroupBy(summary => summary.Arm.Data.Name))
        {
            string of = plan.Experiment.Data.Count > 1 ? $"-{onData.Key}" : "";
            int page = 0;
            foreach (ArmSummary[] arms in onData.Chunk(CurvePicture.MostCurves))
            {
                string number = page++ == 0 ? "" : FormattableString.Invariant($"-{page}");
                string title = plan.Experiment.Data.Count > 1 ? $", {onData.Key}" : "";
                yield return ($"accuracy{of}{number}.svg", Draw($"Validation accuracy{title}", arms, epoch => 100 * epoch.ValidationAccuracy, " %"));
                yield return ($"loss{of}{number}.svg", Draw($"Training loss{title}", arms, epoch => epoch.TrainingLoss, ""));
            }
        }

        string Draw(string title, ArmSummary[] arms, Func<EpochRecord, double> value, string unit) =>
            new CurvePicture(title, [.. arms.Select(arm => CurveOf(plan, arm, value))], unit).Draw();
    }

    // The curve of a run that starts from another one stands behind that one's.
    private static Curve CurveOf(ExperimentPlan plan, ArmSummary arm, Func<EpochRecord, double> value)
    {
        Spread[] epochs =
        [
            .. Enumerable.Repeat(Spread.Of([]), EpochsBefore(plan, arm.Arm)),
            .. Enumerable.Range(0, arm.Results.Max(result => result.History.Count))
                .Select(i => Spread.Of(arm.Results.Where(result => i < result.History.Count).Select(result => value(result.History[i])))),
        ];
        return new(plan.Plain(arm.Arm), [.. epochs.Select(spread => spread.Mean)], [.. epochs.Select(spread => spread.Deviation)]);
    }

    private static int EpochsBefore(ExperimentPlan plan, Arm arm) =>
        arm is { Variant.From: not null, Parent: { } parent } ? EpochsBefore(plan, parent) + plan.RunOf(parent, plan.Experiment.Seeds[0]).Recipe.Epochs : 0;
}
