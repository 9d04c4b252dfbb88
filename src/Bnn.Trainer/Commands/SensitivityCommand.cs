using System.CommandLine;
using Bnn.Pruning;
using Bnn.Trainer.Data;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn sensitivity</c>: tells what a trained run loses when parts of it are pruned or become noise.</summary>
internal static class SensitivityCommand
{
    private static readonly PlaneSensitivityOptions Defaults = new();

    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> folder = CommonOptions.RunFolder();
        var planes = new Option<bool>("--planes") { Description = "Test the planes of the input, in slices: bits of the same number, or levels of the same rank, of all channels" };
        var perPlane = new Option<bool>("--per-plane") { Description = "With --planes: test each plane of each channel by itself" };
        Option<double> maxDrop = MaxDrop("Percentage points that may be lost: by pruning a layer, or by the planes that are not kept");
        Option<int> repeats = Number.Option("--repeats", "Random replacements of each group of planes", Defaults.Repeats, 1, 1000);
        Option<ulong> seed = Number.Option("--seed", "Same seed, same numbers", Defaults.Seed, ulong.MinValue, ulong.MaxValue);
        Option<string?> score = PruningWords.Score();
        Option<Granularity> granularity = PruningWords.Granularities(Granularity.Weight);
        Option<bool> keepStatistics = PruningWords.KeepStatistics();
        Option<bool> json = CommonOptions.Json();
        Option<int> threads = CommonOptions.Threads();
        Option<DataSet?> data = CommonOptions.Data();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("sensitivity", "Measures what a run loses when parts of it are pruned or become noise, on the samples held out for validation.",
        [
            "bnn sensitivity runs/fashion",
            "bnn sensitivity runs/fashion --granularity channel --score random",
            "bnn sensitivity runs/planes --planes",
            "bnn sensitivity runs/planes --planes --max-drop 0.5 --repeats 20 --json",
        ])
        {
            folder, score, granularity, keepStatistics, planes, perPlane, maxDrop, repeats, seed, json, threads, data, dataDir, offline,
        };
        command.SetAction(parsed =>
        {
            var access = DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline));
            using TrainingRun run = RunSession.Open(parsed.GetRequiredValue(folder), parsed.GetValue(threads), access, parsed.GetValue(data));
            if (!parsed.GetValue(planes))
            {
                Granularity of = Choice.Value(parsed, granularity, Granularity.Weight);
                string by = PruningWords.ScoreOf(parsed, score, of);
                SensitivityTable table = RunSession.Checked(() => LayerSensitivity.Measure(
                    run, by, of, parsed.GetValue(seed), parsed.GetValue(keepStatistics), Progress(context, run), context.Cancel));
                new LayerSensitivityReport(parsed.GetRequiredValue(folder), run, by, of, table, parsed.GetValue(maxDrop)).Write(context, parsed.GetValue(json));
                return ExitCode.Ok;
            }
            var options = new PlaneSensitivityOptions { Repeats = parsed.GetValue(repeats), Seed = parsed.GetValue(seed), PerPlane = parsed.GetValue(perPlane) };
            PlaneSensitivityResult result = Measure(context, run, options);
            var report = new PlaneSensitivityReport(parsed.GetRequiredValue(folder), run, options, result, parsed.GetValue(maxDrop));
            if (parsed.GetValue(json))
                report.WriteJson(context.Out);
            else
                report.WriteText(context.OutConsole());
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>--max-drop</summary>
    public static Option<double> MaxDrop(string description) => Number.Option("--max-drop", description, 1.0, 0.0, 100.0);

    /// <summary>Measures the planes of a run and tells how far it is.</summary>
    /// <exception cref="UsageException">The run has no planes to test.</exception>
    public static PlaneSensitivityResult Measure(CommandContext context, TrainingRun run, PlaneSensitivityOptions options)
    {
        return RunSession.Checked(() => PlaneSensitivity.Measure(run, options, Progress(context, run), context.Cancel));
    }

    // A line at the beginning, and one for each tenth.
    private static Action<int, int> Progress(CommandContext context, TrainingRun run)
    {
        int tenths = 0;
        return Tell;

        void Tell(int done, int all)
        {
            if (done == 1)
                context.Log($"{Text.Count(all, "measurement")} on {Text.Count(run.Split.Validation.Count, "image")} held out");
            if (10 * done / all > tenths && done > 1)
                context.Log($"{10 * (tenths = 10 * done / all)} % done");
        }
    }
}
