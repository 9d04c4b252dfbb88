using System.CommandLine;
using Bnn.Model;
using Bnn.Trainer.Reports;
using Bnn.Trainer.Reports.Page;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn report</c>: writes one HTML page about a run.</summary>
internal static class ReportCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> folder = CommonOptions.RunFolder();
        var to = new Option<string?>("--out", "-o") { Description = "The page to write [default: report.html in the run folder]", HelpName = "FILE.html" };
        Option<int> threads = CommonOptions.Threads();
        Option<string?> dataDir = CommonOptions.DataDir();
        var command = new CommandWithExamples("report", "Writes an HTML page about a run: curves, mistakes, counts against limits. The test set is not read.",
        [
            "bnn report runs/fashion",
            "bnn report runs/fashion --out fashion.html",
        ])
        {
            folder, to, threads, dataDir,
        };
        command.SetAction(parsed =>
            Run(context, parsed.GetRequiredValue(folder), parsed.GetValue(to), parsed.GetValue(threads), parsed.GetValue(dataDir)));
        return command;
    }

    private static int Run(CommandContext context, string folder, string? to, int threads, string? dataDir)
    {
        string page = to ?? Path.Combine(folder, "report.html");
        if (to is not null)
            OutputFile.Check(page);
        using TrainingRun run = RunSession.Open(context, folder, threads, dataDir);
        string modelPath = RunFolder.Open(folder).ModelPath;
        // A run that is not finished has no model file yet: its last checkpoint is folded as it stands.
        Network network = File.Exists(modelPath) ? ModelInput.Load(modelPath).Network : run.Fold().Network;
        string text = BnnWriter.Write(network);
        string hash = BnnReader.Read(text).Hash;
        var report = RunReport.Of(run, network, hash, text.Length, InspectCommand.Plan(network, modelPath, context.Cancel), context.Cancel);
        string html = RunPage.Write(report);
        OutputFile.Write(context, page, html);
        Summary.Write(
            context.Out,
            $"{Text.Safe(network.Name)}: report written.",
            [
                ("page", $"{page}, {Text.Count(System.Text.Encoding.UTF8.GetByteCount(html), "byte")}"),
                ("validation", $"{Text.Percent(report.Result.Accuracy)} ± {Text.Percent(report.Result.StandardError)} right of {Text.Count(report.Result.Samples, "image")} held out"),
            ],
            [$"open {Text.Argument(page)} in a browser"]);
        return ExitCode.Ok;
    }
}
