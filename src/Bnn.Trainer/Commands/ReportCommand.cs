using System.CommandLine;
using Bnn.Model;
using Bnn.Trainer.Data;
using Bnn.Trainer.Plans;
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
        Option<DataSet?> data = CommonOptions.Data();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("report", "Writes an HTML page about a run: curves, mistakes, counts against limits. The test set is not read.",
        [
            "bnn report runs/fashion",
            "bnn report runs/fashion --out fashion.html",
        ])
        {
            folder, to, threads, data, dataDir, offline,
        };
        command.SetAction(parsed =>
        {
            string run = parsed.GetRequiredValue(folder);
            string page = parsed.GetValue(to) ?? Path.Combine(run, "report.html");
            if (parsed.GetValue(to) is not null)
                OutputFile.Check(page);
            var access = DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline));
            using TrainingRun opened = RunSession.Open(run, parsed.GetValue(threads), access, parsed.GetValue(data));
            return Run(context, opened, RunFolder.Open(run), page);
        });
        return command;
    }

    private static int Run(CommandContext context, TrainingRun run, RunFolder folder, string page)
    {
        RunReport report = run.Options.FullPrecision
            ? RunReport.OfReal(run, folder.CheckpointHash(), new FileInfo(folder.CheckpointPath).Length, context.Cancel)
            : OfBinary(context, run, folder);
        string html = RunPage.Write(report);
        OutputFile.Write(context, page, html);
        Summary.Write(
            context.Out,
            $"{Text.Safe(report.Network.Name)}: report written.",
            [
                ("page", $"{page}, {Text.Count(System.Text.Encoding.UTF8.GetByteCount(html), "byte")}"),
                ("validation", $"{Text.Percent(report.Result.Accuracy)} ± {Text.Percent(report.Result.StandardError)} right of "
                    + $"{Text.Count(report.Result.Samples, "image")} held out"),
            ],
            [$"open {Text.Argument(page)} in a browser"]);
        return ExitCode.Ok;
    }

    private static RunReport OfBinary(CommandContext context, TrainingRun run, RunFolder folder)
    {
        // A run that is not finished has no model file yet: its last checkpoint is folded as it stands.
        Network network = File.Exists(folder.ModelPath) ? ModelInput.Load(folder.ModelPath).Network : run.Fold(context.Cancel).Network;
        string text = BnnWriter.Write(network);
        string hash = BnnReader.Read(text).Hash;
        return RunReport.Of(run, network, hash, text.Length, UsualPlan.Of(network, folder.ModelPath, context.Cancel), context.Cancel);
    }
}
