using System.Text.Json;
using Bnn.Storage;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>Where runs are worked on: a run folder for each, named by its key, with a lock and the time that was spent.</summary>
internal sealed class WorkFolder(string path)
{
    /// <summary>The folder of a run; may not exist yet.</summary>
    public string Of(PlannedRun run) => Path.Combine(path, run.ShortKey);

    /// <summary>Whether the run was begun.</summary>
    public bool IsBegun(PlannedRun run) => RunFolder.Exists(Of(run));

    /// <summary>Whether all epochs are done and the checkpoint is there: other runs can start from it.</summary>
    public bool IsFinished(PlannedRun run) => IsBegun(run) && File.Exists(FinishedPath(run));

    /// <summary>Takes note of that.</summary>
    public void SetFinished(PlannedRun run) => AtomicFile.WriteText(FinishedPath(run), "");

    /// <summary>The model of a finished run, or null.</summary>
    public string? FindModel(PlannedRun run) => IsFinished(run) && RunFolder.Open(Of(run)).ModelPath is var model && File.Exists(model) ? model : null;

    /// <summary>Takes a run for this process until the handle is closed, by the end of the process at the latest; null: another has it.</summary>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public FileStream? TryLock(PlannedRun run)
    {
        Directory.CreateDirectory(Of(run));
        try
        {
            // The file stays: were it deleted, two processes could each hold one of that name.
            return new FileStream(Path.Combine(Of(run), "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Time that was spent on the epochs so far.</summary>
    public RunTime Time(PlannedRun run)
    {
        try
        {
            return File.Exists(TimePath(run)) ? JsonSerializer.Deserialize<RunTime>(File.ReadAllBytes(TimePath(run))) ?? RunTime.None : RunTime.None;
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{TimePath(run)} is damaged: {problem.Message}", problem);
        }
    }

    /// <summary>Saves run and time.</summary>
    public void Save(PlannedRun run, TrainingRun training, RunTime time)
    {
        if (IsBegun(run))
            RunFolder.Open(Of(run)).Save(training);
        else
            RunFolder.Create(Of(run), training);
        AtomicFile.Write(TimePath(run), stream => JsonSerializer.Serialize(stream, time));
    }

    /// <summary>Puts a state there that was saved elsewhere.</summary>
    public void Restore(PlannedRun run, byte[] checkpoint, RunTime time) => AtomicFile.WriteAll(
        (Path.Combine(Of(run), "checkpoint.bin"), stream => stream.Write(checkpoint)), (TimePath(run), stream => JsonSerializer.Serialize(stream, time)));

    private string FinishedPath(PlannedRun run) => Path.Combine(Of(run), "finished");

    private string TimePath(PlannedRun run) => Path.Combine(Of(run), "time.json");
}
