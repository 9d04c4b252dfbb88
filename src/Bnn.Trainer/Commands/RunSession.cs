using System.Diagnostics;
using Bnn.Trainer.Data;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary>Takes a run from where it stands to its model file, and saves it after every epoch.</summary>
internal sealed class RunSession(CommandContext context, TrainingRun run, string folder, DataSet set)
{
    private readonly RunFolder _folder = RunFolder.Open(folder);
    private int _saved = run.EpochsDone;

    /// <summary>Opens a run folder and reads the data that it was trained on.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="threads">Threads to use; 0: one per processor.</param>
    /// <param name="access">Where to look for data.</param>
    /// <param name="moved">The data, if they are not where the run remembers them.</param>
    /// <exception cref="IOException">Run or data are missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The run is damaged, or the data are not those that it was trained on.</exception>
    public static (TrainingRun Run, DataSet Set) Open(string folder, int threads, DataAccess access, DataSet? moved = null)
    {
        if (File.Exists(folder))
            throw new UsageException($"{folder} is a file; name the run folder that bnn train made. A .bnn holds no latent weights to go on from.");
        if (!RunFolder.Exists(folder))
            throw new DirectoryNotFoundException($"{folder} holds no run. Make one with: bnn train DATASET --out {folder}");
        Checkpoint checkpoint = RunFolder.Open(folder).ReadCheckpoint();
        DataSet set = moved ?? DataSet.Parse(checkpoint.DataSource ?? checkpoint.DataName, out _)
            ?? throw new InvalidDataException(
                $"{folder} was trained on '{Text.Safe(checkpoint.DataName)}', which is none of {DataCatalogue.Names}; name the data with --data.");
        LabeledImages data = ReadTrain(set, access, moved is null ? folder : null);
        if (checkpoint.DataHash != data.Hash)
        {
            throw new InvalidDataException(
                $"{folder} was trained on another content of {Text.Safe(checkpoint.DataName)} than {set.Argument} has now: "
                + $"SHA-256 {checkpoint.DataHash}, found {data.Hash}.");
        }
        return (TrainingRun.Resume(checkpoint, data, threads), set);
    }

    // The user's own data may have moved since; the run is named if that can be the reason.
    private static LabeledImages ReadTrain(DataSet set, DataAccess access, string? folder)
    {
        try
        {
            return set.ReadTrain(access);
        }
        catch (IOException problem) when (set is OwnData && folder is not null)
        {
            throw new IOException($"the data of {folder} cannot be read: {problem.Message.TrimEnd('.')}. If they have moved, say where to: --data DATASET.");
        }
    }

    /// <summary>Throws if <paramref name="folder"/> cannot become a new run.</summary>
    /// <exception cref="UsageException">It holds something.</exception>
    public static void CheckNew(string folder)
    {
        if (RunFolder.Exists(folder))
            throw new UsageException($"{folder} holds a run already. Go on with it: bnn resume {folder}. Or name another folder.");
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new UsageException($"{folder} is not empty. Name a new folder.");
    }

    /// <summary>Options that make sense, or an error in the words of the command line.</summary>
    public static TrainingOptions Checked(TrainingOptions options) => Checked(options.Require);

    /// <summary>What <paramref name="make"/> gives; options that it refuses become an error in the words of the command line.</summary>
    public static T Checked<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException problem)
        {
            int parameter = problem.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
            throw new UsageException(parameter < 0 ? problem.Message : problem.Message[..parameter]);
        }
    }

    /// <summary>Trains what is left, writes model.bnn and sums up.</summary>
    /// <param name="more">Lines for the summary, given the network.</param>
    public int Run(Func<FoldedModel, IEnumerable<(string Name, string Value)>>? more = null)
    {
        bool wasFinished = run.IsFinished;
        var watch = Stopwatch.StartNew();
        try
        {
            if (!wasFinished)
                new TrainingProgressView(context, run).Show(RunEpochs);
        }
        catch (OperationCanceledException)
        {
            context.Log($"stopped; {_saved} of {Text.Count(run.Options.Epochs, "epoch")} saved. Go on with: bnn resume {folder}");
            return ExitCode.Cancelled;
        }
        FoldedModel folded = run.Fold();
        _folder.SaveModel(folded.Network);
        var lines = new List<(string Name, string Value)>
        {
            ("validation", $"{Accuracy(folded.ValidationAccuracy)} right of {Text.Count(run.Split.Validation.Count, "image")} held out"),
        };
        lines.AddRange(more?.Invoke(folded) ?? [("operations", $"{Text.Whole(folded.Network.Operations())} a sample")]);
        lines.Add(("model", $"{_folder.ModelPath}, {Text.Count(new FileInfo(_folder.ModelPath).Length, "byte")}"));
        string headline = wasFinished ? "finished before; the model was written again." : $"trained in {Text.Duration(watch.Elapsed)}.";
        Summary.Write(
            context.Out,
            $"{run.Options.Name}: {headline}",
            lines,
            [
                $"bnn inspect {_folder.ModelPath}",
                $"bnn eval {_folder.ModelPath} {set.Argument}{(set.HonestSplit == set.UsualSplit ? "" : $" --split {set.HonestSplit}")}",
                $"bnn prune {folder} --channels 0.3",
            ]);
        return ExitCode.Ok;
    }

    private void RunEpochs(Action<TrainingProgress> step, Action<EpochRecord> epoch)
    {
        while (!run.IsFinished)
        {
            EpochRecord record = run.RunEpoch(step, context.Cancel);
            _folder.Save(run);
            _saved = run.EpochsDone;
            epoch(record);
        }
    }

    /// <summary>An accuracy on the validation split, with one standard error.</summary>
    public string Accuracy(double share) => double.IsNaN(share)
        ? "(no validation split)"
        : $"{Text.Percent(share)} ± {Text.Percent(Math.Sqrt(share * (1 - share) / run.Split.Validation.Count))}";
}
