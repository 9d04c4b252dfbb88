using System.Globalization;
using System.Text;
using Bnn.Pruning;
using Bnn.Trainer.Compression;
using Bnn.Trainer.Plans;

namespace Bnn.Trainer.Reports;

/// <summary>What compression found.</summary>
/// <param name="Name">Of the network.</param>
/// <param name="Wish">What was asked for.</param>
/// <param name="Ways">What was tried.</param>
/// <param name="Floor">Accuracy that was good enough.</param>
/// <param name="Trials">All networks, the parent first.</param>
/// <param name="Smallest">The smallest good one.</param>
/// <param name="Fastest">The fastest good one by the planner.</param>
/// <param name="Times">Measured here, by name: parent, smallest, fastest, and the fastest good one of each way.</param>
/// <param name="Sensitivity">Of the parent's layers, by latent size of single weights.</param>
/// <param name="Layers">Names of the layers with weights.</param>
/// <param name="IsCutShort">Whether time ran out.</param>
internal sealed record CompressionReport(
    string Name, CompressionWish Wish, IReadOnlyList<Way> Ways, double Floor, IReadOnlyList<Trial> Trials, Trial Smallest, Trial Fastest, IReadOnlyDictionary<string, PlanMeasurement> Times,
    SensitivityTable Sensitivity, IReadOnlyList<string> Layers, bool IsCutShort)
{
    /// <summary>Those that were trained: a way that does not fit the network leaves an entry without accuracy.</summary>
    public IEnumerable<Trial> Trained => Trials.Where(trial => double.IsFinite(trial.Accuracy));

    /// <summary>What a network is here: the smallest, the fastest, both or nothing.</summary>
    public string Role(Trial trial) => string.Join(", ", new[] { trial == Smallest ? "smallest" : "", trial == Fastest ? "fastest" : "" }.Where(role => role.Length > 0));

    /// <summary>For people.</summary>
    public void WriteText(CommandContext context)
    {
        Trial parent = Trials[0];
        var grid = new Grid("<network", "validation", "lost", "live weights", "operations", "planned, one", "planned, batch", "<");
        foreach (Trial trial in Trained)
        {
            grid.Add(
                trial.Name, Text.Percent(trial.Accuracy), Text.Fixed(100 * (parent.Accuracy - trial.Accuracy), 2), Share(trial.LiveWeights, parent.LiveWeights),
                Share(trial.Operations, parent.Operations), Share(trial.Cost.Sample, parent.Cost.Sample), Share(trial.Cost.Batch, parent.Cost.Batch), Role(trial));
        }
        grid.Write(context.OutConsole());
        context.Out.WriteLine();
        context.Out.WriteLine($"Good enough from {Text.Percent(Floor)} validation accuracy on: {Text.Fixed(100 * Wish.MaxDrop, 2)} points below the better one of parent and trained-on.");
        foreach ((string name, PlanMeasurement times) in Times)
            context.Out.WriteLine($"Measured here, {name}: {Text.Fixed(One(times), 0)} ns for one sample, {Text.Fixed(Batch(times), 0)} ns a sample in a batch of {Text.Whole(times.Calls[^1].Samples)}.");
        if (IsCutShort)
            context.Out.WriteLine("The time was spent before all searches were done: the same command with more --minutes goes on.");
    }

    /// <summary>For programs.</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder("network,way,share,validation,live-weights,operations,planned-cycles-one,planned-cycles-batch,role,measured-ns-one,measured-ns-batch,executed-one,planes-batch,file-bytes\n");
        foreach (Trial trial in Trained)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{trial.Name},{trial.Way},{trial.Share},{trial.Accuracy:F6},{trial.LiveWeights},{trial.Operations},")
                .Append(CultureInfo.InvariantCulture, $"{trial.Cost.Sample:F1},{trial.Cost.Batch:F1},{Role(trial).Replace(", ", "+", StringComparison.Ordinal)},");
            csv.Append(Times.TryGetValue(trial.Name, out PlanMeasurement? times)
                ? string.Create(CultureInfo.InvariantCulture, $"{One(times):F1},{Batch(times):F1}") : ",")
                .Append(CultureInfo.InvariantCulture, $",{trial.Cost.Work},{trial.Cost.Planes},{trial.FileBytes}\n");
        }
        return csv.ToString();
    }

    /// <summary>Nanoseconds of one sample.</summary>
    public static double One(PlanMeasurement times) => times.Calls[0].Nanoseconds;

    /// <summary>Nanoseconds of a sample of the largest batch.</summary>
    public static double Batch(PlanMeasurement times) => times.Calls[^1].Nanoseconds;

    /// <summary>In percent of the parent.</summary>
    public static string Share(double of, double all) => Text.Fixed(100 * of / all, 1) + " %";
}
