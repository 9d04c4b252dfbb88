using System.IO.Compression;
using System.Text.Json;
using Bnn.Storage;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>States of runs that are kept with the results until they are no longer needed, so that another machine can go on.</summary>
/// <param name="path">The folder; may not exist.</param>
/// <remarks>
/// A file is a run's time and checkpoint under Brotli. Latent weights and averages of the optimiser are floats whose lower bits are noise: of 14 bytes
/// a weight 4 to 11 remain. Rounding them would save more, but change the bits of the run.
/// </remarks>
internal sealed class CarriedStates(string path)
{
    private const string Extension = ".state";

    /// <summary>Puts those states into the work folder that are further than what is there.</summary>
    /// <exception cref="InvalidDataException">One is damaged.</exception>
    public void Restore(IEnumerable<PlannedRun> runs, WorkFolder work)
    {
        foreach (PlannedRun run in runs.Where(run => File.Exists(FileOf(run))))
        {
            (RunTime time, byte[] checkpoint) = Read(FileOf(run));
            using FileStream? held = work.TryLock(run);
            if (held is not null && (!work.IsBegun(run) || work.Time(run).Epochs < time.Epochs))
                work.Restore(run, checkpoint, time);
        }
    }

    /// <summary>Writes the states of <paramref name="runs"/>, and removes all others.</summary>
    /// <returns>Their size in bytes.</returns>
    public long Keep(IReadOnlyCollection<PlannedRun> runs, WorkFolder work)
    {
        Remove(runs);
        foreach (PlannedRun run in runs)
        {
            Directory.CreateDirectory(path);
            AtomicFile.Write(FileOf(run), stream => Write(stream, work.Time(run), File.ReadAllBytes(RunFolder.Open(work.Of(run)).CheckpointPath)));
        }
        return runs.Sum(run => new FileInfo(FileOf(run)).Length);
    }

    /// <summary>Removes all states but those of <paramref name="runs"/>.</summary>
    public void Remove(IEnumerable<PlannedRun> runs)
    {
        if (!Directory.Exists(path))
            return;
        foreach (string file in Directory.GetFiles(path, "*" + Extension).Except(runs.Select(FileOf)))
            File.Delete(file);
        if (!Directory.EnumerateFileSystemEntries(path).Any())
            Directory.Delete(path);
    }

    private string FileOf(PlannedRun run) => Path.Combine(path, run.ShortKey + Extension);

    private static void Write(Stream stream, RunTime time, byte[] checkpoint)
    {
        using var packed = new BrotliStream(stream, CompressionLevel.Optimal, leaveOpen: true);
        using var writer = new BinaryWriter(packed);
        writer.Write(JsonSerializer.Serialize(time));
        writer.Write(checkpoint.Length);
        writer.Write(checkpoint);
    }

    private static (RunTime Time, byte[] Checkpoint) Read(string file)
    {
        try
        {
            using var reader = new BinaryReader(new BrotliStream(File.OpenRead(file), CompressionMode.Decompress));
            RunTime time = JsonSerializer.Deserialize<RunTime>(reader.ReadString())!;
            int length = reader.ReadInt32();
            byte[] checkpoint = reader.ReadBytes(length);
            return checkpoint.Length == length ? (time, checkpoint) : throw new EndOfStreamException("it is cut off");
        }
        catch (Exception problem) when (problem is EndOfStreamException or JsonException or InvalidOperationException or InvalidDataException or FormatException)
        {
            throw new InvalidDataException($"{file} is damaged: {problem.Message}. Without it the run begins anew.", problem);
        }
    }
}
