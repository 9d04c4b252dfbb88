using Bnn.Generator.Compiler;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Storage;
using Bnn.Trainer.Commands;
using Bnn.Trainer.Data;
using Bnn.Trainer.Plans;
using Bnn.Trainer.Reports;
using Bnn.Trainer.Reports.Page;
using Bnn.Training;

namespace Bnn.Trainer.Compression;

/// <summary>Compression of a run folder from beginning to end: tries, leaves models, a table and a report in a folder, and says what it found.</summary>
/// <param name="ParentFolder">The run to start from.</param>
/// <param name="Folder">A new folder, or the one to go on in.</param>
/// <param name="Wish">What it may cost and lose.</param>
/// <param name="Ways">The ways to try.</param>
/// <param name="Threads">Threads to use; 0: one per processor.</param>
/// <param name="Access">How data are read.</param>
/// <param name="Moved">Where the data are now, if not where they were.</param>
internal sealed record CompressionStudy(
    string ParentFolder, string Folder, CompressionWish Wish, IReadOnlyList<Way> Ways, int Threads, DataAccess Access, DataSet? Moved)
{
    /// <summary>Does it.</summary>
    /// <exception cref="UsageException">The run cannot be pruned, or the folder holds another study.</exception>
    public int Run(CommandContext context)
    {
        using TrainingRun parent = RunSession.Open(ParentFolder, Threads, Access, Moved);
        if (parent.Options.FullPrecision)
            throw new UsageException($"{ParentFolder} is a full-precision run: it has no binary weights to prune.");
        // Before anything is written. The only way must fit the network; of several those that do not are passed over.
        RunSession.Checked(() => LayerSensitivity.Require(parent));
        if (Ways is [Way only])
            RunSession.Checked(() => Pruner.Prune(parent, only.Options(only.First) with { Rate = "0", Allocation = Allocation.Uniform, TargetOperations = 0 })).Run.Dispose();
        if (!parent.IsFinished)
            context.Warn($"{ParentFolder} is not finished: {parent.EpochsDone} of {parent.Options.Epochs} epochs are done.");
        var compressor = new Compressor(context, parent, new StudyFolder(context, Folder, parent.Data, Threads), Wish, Ways);
        compressor.Run();
        Directory.CreateDirectory(Folder);
        (string File, Trial Trial)[] finalists =
            [("parent.bnn", compressor.Trials[0]), ("smallest.bnn", compressor.Smallest), ("fastest.bnn", compressor.Fastest)];
        foreach ((string file, Trial trial) in finalists)
            BnnFile.Save(Path.Combine(Folder, file), trial.Network);
        var report = new CompressionReport(
            parent.Options.Name, Wish, Ways, compressor.Floor, compressor.Trials, compressor.Smallest, compressor.Fastest,
            Measured(compressor, finalists).ToDictionary(
                measured => measured.Trial.Name, measured => Measure(context, measured.Path, parent.Split.Validation)),
            LayerSensitivity.Measure(parent, "latent", Granularity.Weight, cancel: context.Cancel),
            [.. compressor.Trials[0].Network.Layers.OfType<WeightedLayer>().Select(layer => layer.Name)], compressor.IsCutShort);
        AtomicFile.WriteText(Path.Combine(Folder, "compress.csv"), report.ToCsv());
        AtomicFile.WriteText(Path.Combine(Folder, "report.html"), CompressionPage.Write(report));
        report.WriteText(context);
        context.Out.WriteLine($"written to {Folder}: smallest.bnn, fastest.bnn, parent.bnn, compress.csv, report.html");
        return ExitCode.Ok;
    }

    // The finalists, and of each way what is fastest by the planner.
    private IEnumerable<(string Path, Trial Trial)> Measured(Compressor compressor, IEnumerable<(string File, Trial Trial)> finalists)
    {
        IEnumerable<Trial> fastest = Ways.Select(compressor.FastestOf).OfType<Trial>();
        return finalists.Select(finalist => (Path: Path.Combine(Folder, finalist.File), finalist.Trial))
            .Concat(fastest.Select(trial => (RunFolder.Open(Path.Combine(Folder, trial.Name)).ModelPath, Trial: trial)))
            .DistinctBy(measured => measured.Trial);
    }

    private static PlanMeasurement Measure(CommandContext context, string path, LabeledImages images)
    {
        CompileSettings settings = CommonOptions.Settings(new(path, null, new() { ClassName = "Model" }));
        var model = ModelInput.Load(path);
        return PlanMeasurement.Of(BnnCompiler.Plan(model.Network, settings, context.Cancel), settings, model, MeasuredImages.Of(images, "validation"), context.Cancel);
    }
}
