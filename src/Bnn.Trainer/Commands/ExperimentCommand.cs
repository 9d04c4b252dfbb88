using System.CommandLine;
using Bnn.Storage;
using Bnn.Trainer.Data;
using Bnn.Trainer.Experiments;
using Spectre.Console;
using Grid = Bnn.Trainer.Reports.Grid;
using Text = Bnn.Trainer.Reports.Text;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn experiment</c>: does the runs that a file describes and that are missing, and sums them up.</summary>
internal static class ExperimentCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "The experiment, as JSON with comments; docs/experiments.md tells what stands in it" };
        var results = new Option<string?>("--results")
        {
            Description = "Where results are kept, in a folder with the experiment's name [default: results beside FILE]",
            HelpName = "DIR",
        };
        var work = new Option<string>("--work")
        {
            Description = "Where runs are worked on; experiments can share it",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("runs", "experiments"),
        };
        Option<double?> minutes = Number.Optional(
            "--minutes", "Stop between two epochs before so many minutes are over [default: the file's, or no limit]", 0.0, 1_000_000.0);
        var plan = new Option<bool>("--plan") { Description = "Only tell which runs there are, which are done, and how long the others will take" };
        var parallel = new Option<bool>("--parallel") { Description = "Do as many runs side by side as there are threads, each on one" };
        var carry = new Option<bool>("--carry")
        {
            Description = "At the end, keep the states of unfinished runs with the results, so that another machine can go on",
        };
        Option<int> threads = CommonOptions.Threads();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("experiment", "Does the runs of an experiment that are missing; the same command goes on after any stop.",
        [
            "bnn experiment experiments/widths.json --plan",
            "bnn experiment experiments/widths.json --minutes 100",
        ])
        {
            file, results, work, minutes, plan, parallel, carry, threads, dataDir, offline,
        };
        command.SetAction(parsed => Run(context, new(
            parsed.GetRequiredValue(file), parsed.GetValue(results), parsed.GetRequiredValue(work), parsed.GetValue(minutes), parsed.GetValue(plan),
            parsed.GetValue(parallel), parsed.GetValue(carry), parsed.GetValue(threads),
            DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline)))));
        return command;
    }

    private sealed record Wish(
        string File, string? Results, string Work, double? Minutes, bool Plan, bool Parallel, bool Carry, int Threads, DataAccess Access);

    private static int Run(CommandContext context, Wish wish)
    {
        Experiment experiment = ExperimentReader.Read(wish.File);
        var data = new DataShelf(wish.Access);
        var plan = ExperimentPlan.Of(experiment, data);
        var results = new ResultFolder(Path.Combine(wish.Results ?? Path.Combine(Path.GetDirectoryName(wish.File)!, "results"), experiment.Name));
        int threads = wish.Threads == 0 ? Environment.ProcessorCount : wish.Threads;
        TimeSpan? limit = (wish.Minutes ?? experiment.Minutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null;
        var piece = new Piece(context, plan, data, results, new(wish.Work), wish.Parallel ? new(1, threads, limit) : new(threads, 1, limit));
        if (wish.Plan)
        {
            Describe(context.OutConsole(), piece);
            return ExitCode.Ok;
        }
        context.Log($"{experiment.Name}: {piece.Done} of {Text.Count(plan.Runs.Count, "run")} done; about {Text.Duration(piece.TimeLeft())} left");
        // Results that came from another machine enter the table even if no run ends here.
        piece.Save(() => Write(piece));
        piece.Run(() => piece.Save(() => Write(piece)));
        piece.Save(() => Write(piece));
        if (wish.Carry)
            Carry(context, piece);
        else
            results.Carried.Remove(piece.Unfinished);
        Conclude(context, piece);
        return ExitCode.Ok;
    }

    private static void Write(Piece piece)
    {
        if (piece.Kept.Count == 0)
            return;
        IReadOnlyList<ArmSummary> summaries = ArmSummary.All(piece.Plan, piece.Kept);
        (string File, string Text)[] curves = [.. ResultCurves.Of(piece.Plan, summaries)];
        var table = new ResultTable(piece.Plan, summaries);
        (string File, string Text)[] files = [("table.csv", table.ToCsv()), ("table.md", table.ToMarkdown(curves.Select(curve => curve.File))), .. curves];
        foreach ((string file, string text) in files)
            WriteIfOther(Path.Combine(piece.Results.Path, file), text);
    }

    private static void Carry(CommandContext context, Piece piece)
    {
        IReadOnlyList<PlannedRun> runs = piece.Unfinished;
        long bytes = 0;
        piece.Save(() => bytes = piece.Results.Carried.Keep(runs, piece.Work));
        if (runs.Count > 0)
            context.Log($"{Text.Count(runs.Count, "state")} kept with the results: {Text.Size(bytes)}");
    }

    private static void WriteIfOther(string path, string text)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != text)
            AtomicFile.WriteText(path, text);
    }

    private static void Conclude(CommandContext context, Piece piece)
    {
        IAnsiConsole to = context.OutConsole();
        new ResultTable(piece.Plan, ArmSummary.All(piece.Plan, piece.Kept)).Write(to);
        to.WriteLine();
        string done = $"{piece.Plan.Experiment.Name}: {piece.Done} of {Text.Count(piece.Plan.Runs.Count, "run")} done";
        string rest = piece.Done == piece.Plan.Runs.Count ? $"; results in {piece.Results.Path}."
            : piece.Elsewhere > 0 ? $"; another process is at work on {Text.Count(piece.Elsewhere, "run")}."
            : $"; about {Text.Duration(piece.TimeLeft())} left. Go on with the same command.";
        to.WriteLine(done + rest);
    }

    private static void Describe(IAnsiConsole to, Piece piece)
    {
        var grid = new Grid("<run", "seed", "<key", "epochs", "left", "an epoch", "time left", "<state");
        foreach (PlannedRun run in piece.Plan.Runs)
        {
            int left = piece.EpochsLeft(run);
            TimeSpan epoch = left == 0 ? default : TimeSpan.FromSeconds(piece.Times.Of(run));
            grid.Add(
                Text.Safe(run.Arm.Label), Text.Fixed(run.Seed, 0), run.ShortKey, Text.Whole(run.Recipe.Epochs), Text.Whole(left),
                left == 0 ? "-" : Text.Duration(epoch), left == 0 ? "-" : Text.Duration(epoch * left), State(piece, run, left));
        }
        grid.Write(to);
        to.WriteLine();
        to.WriteLine($"{piece.Plan.Experiment.Name}: {piece.Done} of {Text.Count(piece.Plan.Runs.Count, "run")} done; about {Text.Duration(piece.TimeLeft())} left "
            + $"on {piece.Machine.Processor}, {Text.Count(piece.Machine.Threads, "thread")} a run.");
    }

    private static string State(Piece piece, PlannedRun run, int left) => piece.Kept.TryGetValue(run.Key, out RunResult? result)
        ? $"done, {Text.Percent(result.Validation.Accuracy)}{(left > 0 ? "; again, for its checkpoint" : piece.IsComplete(run, result) ? "" : "; not complete")}"
        : piece.Work.IsBegun(run) ? "begun" : run.Parent is null ? "missing" : $"missing; from {run.Parent.ShortKey}";
}
