using System.Diagnostics;
using Bnn.Trainer.Data;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary>Takes a run from where it stands to its model file, and saves it after every epoch.</summary>
internal sealed class RunSession
{
    // What the library calls options that may not go together, and what the command line calls them.
    private static readonly (string InProgram, string OnLine)[] s_words =
    [
        (nameof(TrainingOptions.LiveShares), "--live"), (nameof(TrainingOptions.MaskBlock), "--mask-block"),
        (nameof(TrainingOptions.FullPrecision), "--full-precision"), (nameof(TrainingOptions.Optimizer), "--optimizer"),
    ];

    private readonly CommandContext _context;
    private readonly TrainingRun _run;
    private readonly RunFolder _folder;
    private int _saved;

    private RunSession(CommandContext context, TrainingRun run, RunFolder folder) => (_context, _run, _folder, _saved) = (context, run, folder, run.EpochsDone);

    /// <summary>Makes the folder of a new run.</summary>
    public static RunSession Begin(CommandContext context, TrainingRun run, string folder)
    {
        context.Stop.While(() => RunFolder.Create(folder, run), Stopped(run, folder));
        return new(context, run, RunFolder.Open(folder));
    }

    /// <summary>Goes on with a run, and saves it first: what hinders writing shows before the work, and log and options fit the checkpoint again.</summary>
    public static RunSession GoOn(CommandContext context, TrainingRun run, string folder)
    {
        var session = new RunSession(context, run, RunFolder.Open(folder));
        session.Save(() => session._folder.Save(run));
        return session;
    }

    /// <summary>Opens a run folder and reads the data that it was trained on.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="threads">Threads to use; 0: one per processor.</param>
    /// <param name="access">Where to look for data.</param>
    /// <param name="moved">The data, if they are not where the run remembers them.</param>
    /// <exception cref="IOException">Run or data are missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The run is damaged, or the data are not those that it was trained on.</exception>
    public static TrainingRun Open(string folder, int threads, DataAccess access, DataSet? moved = null)
    {
        Checkpoint checkpoint = ReadCheckpoint(folder);
        DataSet set = moved ?? DataOf(checkpoint, folder);
        LabeledImages data = ReadTrain(set, access, moved is null ? folder : null);
        if (checkpoint.DataHash != data.Hash)
        {
            throw new InvalidDataException(
                $"{folder} was trained on another content of {Text.Safe(checkpoint.DataName)} than {set.Argument} has now: "
                + $"SHA-256 {checkpoint.DataHash}, found {data.Hash}.");
        }
        return TrainingRun.Resume(checkpoint, data.As(checkpoint.DataName, data.Source), threads);
    }

    /// <summary>Reads the state of the run in <paramref name="folder"/>.</summary>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static Checkpoint ReadCheckpoint(string folder)
    {
        if (File.Exists(folder))
            throw new UsageException($"{folder} is a file; name the run folder that bnn train made. A .bnn holds no latent weights to go on from.");
        if (!RunFolder.Exists(folder))
        {
            throw new DirectoryNotFoundException(Directory.Exists(folder)
                ? $"{folder} holds no run: there is no checkpoint.bin in it. Name the folder that bnn train --out made."
                : $"there is no folder {folder}. Make a run with: bnn train DATASET --out {Text.Argument(folder)}");
        }
        return RunFolder.Open(folder).ReadCheckpoint();
    }

    /// <summary>The data that a run was trained on, as far as it remembers.</summary>
    /// <exception cref="InvalidDataException">No data set has its name.</exception>
    public static DataSet DataOf(Checkpoint checkpoint, string folder) => DataSet.Parse(checkpoint.DataSource ?? checkpoint.DataName, out _)
        ?? throw new InvalidDataException($"{folder} was trained on '{Text.Safe(checkpoint.DataName)}', which is none of {DataCatalogue.Names}.");

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
            throw new UsageException($"{folder} holds a run already. Go on with it: bnn resume {Text.Argument(folder)}. Or name another folder.");
        if (File.Exists(folder))
            throw new UsageException($"{folder} is a file. Name a new folder.");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new UsageException($"{folder} is not empty. Name a new folder.");
    }

    /// <summary>Options that make sense, or an error in the words of the command line.</summary>
    public static TrainingOptions Checked(TrainingOptions options)
    {
        try
        {
            return Checked(options.Require);
        }
        catch (UsageException problem)
        {
            string message = s_words.Aggregate(problem.Message, (message, word) => message.Replace(word.InProgram, word.OnLine, StringComparison.Ordinal));
            throw new UsageException(message.Replace("Training option --", "--", StringComparison.Ordinal));
        }
    }

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
        bool wasFinished = _run.IsFinished;
        var watch = Stopwatch.StartNew();
        FoldedModel? folded = Train();
        string headline = !wasFinished ? $"trained in {Text.Duration(watch.Elapsed)}."
            : folded is null ? "finished before." : "finished before; the model was written again.";
        string folder = Text.Argument(_folder.Path);
        List<(string Name, string Value)> lines = [("validation", Validation(folded?.ValidationAccuracy ?? _run.History[^1].ValidationAccuracy))];
        List<string> next = [$"bnn report {folder}", $"bnn eval {folder}"];
        if (folded is null)
            lines.Add(("model", "none: weights and values are real"));
        else
        {
            lines.AddRange(more?.Invoke(folded) ?? [("operations", $"{Text.Whole(folded.Network.Operations())} a sample")]);
            lines.Add(("model", $"{_folder.ModelPath}, {Text.Count(new FileInfo(_folder.ModelPath).Length, "byte")}"));
            next.Add($"bnn prune {folder} --rate 0.3");
        }
        Summary.Write(_context.Out, $"{Text.Safe(_run.Options.Name)}: {headline}", lines, next);
        return ExitCode.Ok;
    }

    /// <summary>Trains what is left and writes model.bnn; null: a full-precision network, which has none.</summary>
    public FoldedModel? Train()
    {
        if (!_run.IsFinished)
            new TrainingProgressView(_context, _run).Show(RunEpochs);
        if (_run.Options.FullPrecision)
            return null;
        FoldedModel folded = _run.Fold(_context.Cancel);
        Save(() => _folder.SaveModel(folded.Network));
        return folded;
    }

    private string Validation(double share) => $"{Accuracy(share)} right of {Text.Count(_run.Split.Validation.Count, "image")} held out";

    private void RunEpochs(Action<TrainingProgress> step, Action<EpochRecord> epoch)
    {
        while (!_run.IsFinished)
        {
            EpochRecord record = _run.RunEpoch(step, _context.Cancel);
            Save(() => _folder.Save(_run));
            epoch(record);
        }
    }

    // What is on the disk stays good whatever happens here, and the person learns how to go on from it.
    private void Save(Action write)
    {
        try
        {
            _context.Stop.While(write, Stopped(_run, _folder.Path));
            _saved = _run.EpochsDone;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{problem.Message} ({Saved(_saved, _run)}; when this is mended, go on with: {Resume(_folder.Path)})", problem);
        }
    }

    private static string Stopped(TrainingRun run, string folder) => $"stopped; {Saved(run.EpochsDone, run)}. Go on with: {Resume(folder)}";

    private static string Saved(int epochs, TrainingRun run) => $"{epochs} of {Text.Count(run.Options.Epochs, "epoch")} saved";

    private static string Resume(string folder) => $"bnn resume {Text.Argument(folder)}";

    /// <summary>An accuracy on the validation split, with one standard error.</summary>
    public string Accuracy(double share) => double.IsNaN(share)
        ? "(no validation split)"
        : $"{Text.Percent(share)} ± {Text.Percent(Math.Sqrt(share * (1 - share) / _run.Split.Validation.Count))}";
}
