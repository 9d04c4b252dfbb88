using System.CommandLine;
using Bnn.Pruning;
using Bnn.Trainer.Data;
using Bnn.Trainer.Experiments;
using Bnn.Training;
using Spectre.Console;
using Text = Bnn.Trainer.Reports.Text;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn shrink</c>: searches for the smallest network that loses little against a trained one, by fewer bit planes and narrower layers.</summary>
internal static class ShrinkCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> folder = CommonOptions.RunFolder();
        var to = new Option<string?>("--out", "-o") { Description = "The folder of results: a file for each step, the table, smallest.bnn", HelpName = "DIR", Required = true };
        Option<double> maxDrop = SensitivityCommand.MaxDrop("Percentage points of validation accuracy that a step may lie below RUN");
        Option<int?> slices = Number.Optional(
            "--slices", "Begin with so many of the top bit planes [default: those that bnn sensitivity --planes keeps at --max-drop]", 1, 8);
        Option<HalvingOrder> order = Choice.Option<HalvingOrder>(
            "--order", "Which layer is halved next: first (each once, from the first on, to the first failure) or weights (what saves most, as long as any can)");
        Option<double?> minutes = Number.Optional("--minutes", "Stop between two epochs before so many minutes are over", 0.0, 1_000_000.0);
        var work = new Option<string>("--work")
        {
            Description = "Where runs are worked on; searches and experiments can share it",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("runs", "experiments"),
        };
        Option<int> threads = CommonOptions.Threads();
        Option<DataSet?> data = CommonOptions.Data();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("shrink", "Trains smaller and smaller networks as long as they lose little against a run; the same command goes on after any stop.",
        [
            "bnn shrink runs/planes --out runs/planes-shrunk",
            "bnn shrink runs/planes --slices 4 --order weights --max-drop 0.5 --minutes 100 --out runs/planes-shrunk",
        ])
        {
            folder, to, maxDrop, slices, order, minutes, work, threads, data, dataDir, offline,
        };
        command.SetAction(parsed => Run(context, new(
            parsed.GetRequiredValue(folder), parsed.GetRequiredValue(to)!, parsed.GetValue(maxDrop), parsed.GetValue(slices), parsed.GetValue(order),
            parsed.GetValue(minutes), parsed.GetRequiredValue(work), parsed.GetValue(threads), parsed.GetValue(data),
            DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline)))));
        return command;
    }

    private sealed record Wish(
        string Folder, string To, double MaxDrop, int? Slices, HalvingOrder Order, double? Minutes, string Work, int Threads, DataSet? Data, DataAccess Access);

    private static int Run(CommandContext context, Wish wish)
    {
        Checkpoint baseline = RunSession.ReadCheckpoint(wish.Folder);
        CheckBaseline(baseline, wish);
        DataSet set = wish.Data ?? RunSession.DataOf(baseline, wish.Folder);
        var options = new ShrinkOptions(wish.MaxDrop, wish.Slices ?? MeasureSlices(context, baseline, wish), wish.Order);
        TimeSpan? limit = wish.Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null;
        int threads = wish.Threads == 0 ? Environment.ProcessorCount : wish.Threads;
        var run = new ShrinkRun(
            context, wish.Folder, baseline, set, options, new(wish.Access), new(wish.To), new(wish.Work), new(threads, Workers: 1, limit));
        bool isOver = run.Run();
        Conclude(context, wish, options, run.Outcomes, isOver);
        return ExitCode.Ok;
    }

    private static void CheckBaseline(Checkpoint baseline, Wish wish)
    {
        string? problem = !baseline.IsFinished ? $"is not finished; go on with it first: bnn resume {Text.Argument(wish.Folder)}"
            : baseline.Options.FullPrecision ? "is a full-precision run"
            : baseline.Provenance is not null ? "did not start from random weights, as every step of the search does"
            : baseline.Teacher is not null ? "learned from a teacher, which the search has no place for"
            : wish.Slices is { } slices && (ShrinkSearch.SlicesOf(baseline.Options.Encoding) is not { } all || slices > all)
                ? $"has the encoding {baseline.Options.Encoding}: --slices is about the planes of bit-planes, and not more than there are"
            : null;
        if (problem is not null)
            throw new UsageException($"{wish.Folder} {problem}.");
    }

    // Null: the encoding has no bit planes to leave out.
    private static int? MeasureSlices(CommandContext context, Checkpoint baseline, Wish wish)
    {
        if (ShrinkSearch.SlicesOf(baseline.Options.Encoding) is not > 1)
            return null;
        using TrainingRun run = RunSession.Open(wish.Folder, wish.Threads, wish.Access, wish.Data);
        int kept = SensitivityCommand.Measure(context, run, new()).Keep(wish.MaxDrop / 100).Length;
        context.Log($"{Text.Count(kept, "slice")} kept; --slices {Text.Whole(kept)} saves measuring that again");
        return kept;
    }

    private static void Conclude(CommandContext context, Wish wish, ShrinkOptions options, IReadOnlyList<ShrinkOutcome> outcomes, bool isOver)
    {
        IAnsiConsole to = context.OutConsole();
        if (outcomes.Count == 0)
        {
            to.WriteLine("Nothing is done yet: another process is at work on the baseline, or the time was too short. Go on with the same command.");
            return;
        }
        var table = new ShrinkTable(Path.GetFileName(Path.TrimEndingDirectorySeparator(wish.To)), options, outcomes);
        table.Write(to);
        to.WriteLine();
        ModelFacts whole = outcomes[0].Result.Model!, now = table.Smallest.Result.Model!;
        to.WriteLine($"Smallest within {Text.Fixed(options.MaxDrop, 2)} points: {Path.Combine(wish.To, "smallest.bnn")}, {Text.Whole(now.LiveWeights)} of {Text.Whole(whole.LiveWeights)} weights.");
        to.WriteLine(isOver ? "The search is over." : "The search is not over; go on with the same command.");
    }
}
