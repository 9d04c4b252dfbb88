using System.CommandLine;
using Bnn.Generator.Compiler;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Storage;
using Bnn.Trainer.Compression;
using Bnn.Trainer.Data;
using Bnn.Trainer.Plans;
using Bnn.Trainer.Reports;
using Bnn.Trainer.Reports.Page;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn compress</c>: tries ways and rates of pruning within a budget of time, and keeps the smallest and the fastest network that lose little.</summary>
internal static class CompressCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> parent = CommonOptions.RunFolder();
        Option<double> maxDrop = Number.Option("--max-drop", "Points of validation accuracy that may be lost", 0.5, 0.0, 99.0);
        Option<double> minutes = Number.Option("--minutes", "Time for all trainings", 60.0, 0.01, 100_000.0);
        Option<string?> goal = CommonOptions.Goal();
        Option<string?> folder = new("--out", "-o") { Description = "A new folder for runs, models and report [default: RUN-compressed]", HelpName = "FOLDER" };
        Option<int> epochs = Number.Option("--epochs", "Epochs of repair for each network that is tried", 10, 1, 1_000_000);
        Option<double> learningRate = Number.Option("--learning-rate", "Largest learning rate of the repairs", 0.005, 0.000001, 1.0);
        Option<ulong> seed = Number.Option("--seed", "Same seed, same bits", 0UL, ulong.MinValue, ulong.MaxValue);
        Option<int> threads = CommonOptions.Threads();
        Option<DataSet?> data = CommonOptions.Data();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("compress", "Tries ways and rates of pruning by itself; keeps the smallest and the fastest network that lose little.",
        [
            "bnn compress runs/fashion --max-drop 0.5",
            "bnn compress runs/fashion --max-drop 1 --minutes 20 --goal Throughput --out runs/fashion-small",
        ])
        {
            parent, maxDrop, minutes, goal, epochs, learningRate, folder, seed, threads, data, dataDir, offline,
        };
        command.SetAction(parsed => Run(
            context, parsed.GetRequiredValue(parent), parsed.GetValue(folder),
            new(parsed.GetValue(maxDrop) / 100, TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(epochs), parsed.GetValue(learningRate), parsed.GetValue(seed),
                IsBatch: parsed.GetValue(goal) == "Throughput"),
            parsed.GetValue(threads), DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline)), parsed.GetValue(data)));
        return command;
    }

    private static int Run(CommandContext context, string parentFolder, string? to, CompressionWish wish, int threads, DataAccess access, DataSet? moved)
    {
        string folder = to ?? $"{Path.TrimEndingDirectorySeparator(parentFolder)}-compressed";
        using TrainingRun parent = RunSession.Open(parentFolder, threads, access, moved);
        if (parent.Options.FullPrecision)
            throw new UsageException($"{parentFolder} is a full-precision run: it has no binary weights to prune.");
        // Before anything is written.
        RunSession.Checked(() => LayerSensitivity.Require(parent));
        if (!parent.IsFinished)
            context.Warn($"{parentFolder} is not finished: {parent.EpochsDone} of {parent.Options.Epochs} epochs are done.");
        var compressor = new Compressor(context, parent, new StudyFolder(context, folder, parent.Data, threads), wish);
        compressor.Run();
        Directory.CreateDirectory(folder);
        (string File, Trial Trial)[] finalists =
            [("parent.bnn", compressor.Trials[0]), ("smallest.bnn", compressor.Smallest), ("fastest.bnn", compressor.Fastest)];
        foreach ((string file, Trial trial) in finalists)
            BnnFile.Save(Path.Combine(folder, file), trial.Network);
        var report = new CompressionReport(
            parent.Options.Name, wish, compressor.Floor, compressor.Trials, compressor.Smallest, compressor.Fastest,
            finalists.DistinctBy(finalist => finalist.Trial).ToDictionary(
                finalist => finalist.Trial.Name, finalist => Measure(context, Path.Combine(folder, finalist.File), parent.Split.Validation)),
            LayerSensitivity.Measure(parent, "latent", Granularity.Weight, cancel: context.Cancel),
            [.. compressor.Trials[0].Network.Layers.OfType<WeightedLayer>().Select(layer => layer.Name)], compressor.IsCutShort);
        AtomicFile.WriteText(Path.Combine(folder, "compress.csv"), report.ToCsv());
        AtomicFile.WriteText(Path.Combine(folder, "report.html"), CompressionPage.Write(report));
        report.WriteText(context);
        context.Out.WriteLine($"written to {folder}: smallest.bnn, fastest.bnn, parent.bnn, compress.csv, report.html");
        return ExitCode.Ok;
    }

    private static PlanMeasurement Measure(CommandContext context, string path, LabeledImages images)
    {
        CompileSettings settings = CommonOptions.Settings(new(path, null, new() { ClassName = "Model" }));
        var model = ModelInput.Load(path);
        return PlanMeasurement.Of(BnnCompiler.Plan(model.Network, settings, context.Cancel), settings, model, MeasuredImages.Of(images, "validation"), context.Cancel);
    }
}
