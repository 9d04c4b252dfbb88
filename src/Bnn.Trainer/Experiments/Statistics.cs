namespace Bnn.Trainer.Experiments;

/// <summary>Some numbers summed up.</summary>
/// <param name="Count">How many they are.</param>
/// <param name="Mean">Their mean; NaN if there are none.</param>
/// <param name="Deviation">Their standard deviation, with n − 1; NaN if there are less than two.</param>
internal sealed record Spread(int Count, double Mean, double Deviation)
{
    /// <summary>Standard error of the mean.</summary>
    public double StandardError => Deviation / Math.Sqrt(Count);

    /// <summary>Sums up.</summary>
    public static Spread Of(IEnumerable<double> numbers)
    {
        double[] all = [.. numbers];
        double mean = all.Length == 0 ? double.NaN : all.Average();
        double squares = all.Sum(number => (number - mean) * (number - mean));
        return new(all.Length, mean, all.Length < 2 ? double.NaN : Math.Sqrt(squares / (all.Length - 1)));
    }
}

/// <summary>The finished runs of an arm.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Results">By seed.</param>
/// <param name="Validation">Accuracies on the validation split, in percent.</param>
/// <param name="Test">Accuracies on the test set, in percent; null unless all were measured.</param>
/// <param name="Difference">
/// From the baseline on the validation split, in points: seed by seed, so that what seeds have in common drops out; null: no baseline.
/// </param>
/// <param name="TestDifference">The same on the test set.</param>
internal sealed record ArmSummary(
    Arm Arm, IReadOnlyList<RunResult> Results, Spread Validation, Spread? Test, Spread? Difference, Spread? TestDifference)
{
    /// <summary>One for each arm of a plan.</summary>
    public static IReadOnlyList<ArmSummary> All(ExperimentPlan plan, IReadOnlyDictionary<string, RunResult> results)
    {
        return [.. plan.Arms.Select(Of)];

        ArmSummary Of(Arm arm)
        {
            RunResult[] own = [.. plan.Experiment.Seeds.Select(seed => Find(arm, seed)).OfType<RunResult>()];
            (RunResult Own, RunResult Base)[] pairs = plan.BaselineOf(arm) is not { } baseline ? [] :
            [
                .. plan.Experiment.Seeds.Select(seed => (Own: Find(arm, seed), Base: Find(baseline, seed)))
                    .Where(pair => pair.Own is not null && pair.Base is not null).Select(pair => (pair.Own!, pair.Base!)),
            ];
            return new(
                arm, own, Spread.Of(own.Select(result => 100 * result.Validation.Accuracy)),
                Array.TrueForAll(own, result => result.Test is not null) ? Spread.Of(own.Select(result => 100 * result.Test!.Accuracy)) : null,
                pairs.Length == 0 ? null : Spread.Of(pairs.Select(pair => 100 * (pair.Own.Validation.Accuracy - pair.Base.Validation.Accuracy))),
                pairs.Length > 0 && Array.TrueForAll(pairs, pair => pair.Own.Test is not null && pair.Base.Test is not null)
                    ? Spread.Of(pairs.Select(pair => 100 * (pair.Own.Test!.Accuracy - pair.Base.Test!.Accuracy)))
                    : null);
        }

        RunResult? Find(Arm arm, ulong seed) => results.GetValueOrDefault(plan.RunOf(arm, seed).Key);
    }
}
