using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bnn.Model;
using Bnn.Storage;

namespace Bnn.Training;

/// <summary>The folder of a run: options and log for people, <c>checkpoint.bin</c> to go on from, and at the end <c>model.bnn</c>.</summary>
/// <remarks>
/// The files of an epoch are written beside their places, and moved there when all are whole: a run that is killed, or whose disk fills up,
/// leaves those of the epoch before. Options and log follow from the checkpoint, and are written again whenever it is saved.
/// </remarks>
public sealed class RunFolder
{
    private RunFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Path of <c>model.bnn</c>, whether it is there or not.</summary>
    public string ModelPath => System.IO.Path.Combine(Path, "model.bnn");

    /// <summary>Path of <c>checkpoint.bin</c>: all that is read back.</summary>
    public string CheckpointPath => System.IO.Path.Combine(Path, "checkpoint.bin");

    /// <summary>Path of <c>options.json</c>.</summary>
    public string OptionsPath => System.IO.Path.Combine(Path, "options.json");

    /// <summary>Path of <c>log.csv</c>: one line for each epoch.</summary>
    public string LogPath => System.IO.Path.Combine(Path, "log.csv");

    /// <summary>Whether <paramref name="path"/> holds a run.</summary>
    public static bool Exists(string path) => File.Exists(new RunFolder(path).CheckpointPath);

    /// <summary>Makes the folder of a new run and saves its state.</summary>
    /// <exception cref="IOException">The folder holds a run already, or cannot be written; folders made on the way are removed.</exception>
    public static RunFolder Create(string path, TrainingRun run)
    {
        if (Exists(path))
            throw new IOException($"'{path}' holds a run already.");
        string[] missing = [.. MissingFolders(path)];
        var folder = new RunFolder(path);
        try
        {
            Make(path);
            folder.Save(run);
            return folder;
        }
        catch
        {
            foreach (string made in missing.Where(Directory.Exists))
                Directory.Delete(made);
            throw;
        }
    }

    /// <summary>Opens the folder of an earlier run.</summary>
    /// <exception cref="DirectoryNotFoundException">It holds no run.</exception>
    public static RunFolder Open(string path) =>
        Exists(path) ? new(path) : throw new DirectoryNotFoundException($"'{path}' holds no training run: there is no checkpoint.bin in it.");

    /// <summary>Reads the checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the file.</exception>
    public Checkpoint ReadCheckpoint()
    {
        using FileStream stream = File.OpenRead(CheckpointPath);
        return Checkpoint.Read(stream, CheckpointPath);
    }

    /// <summary>SHA-256 of <c>checkpoint.bin</c>, 64 lower-case hexadecimal digits.</summary>
    public string CheckpointHash()
    {
        using FileStream stream = File.OpenRead(CheckpointPath);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Replaces the files by the state of <paramref name="run"/>: call it after every epoch.</summary>
    /// <exception cref="IOException">One cannot be written; all are as they were.</exception>
    public void Save(TrainingRun run)
    {
        Checkpoint checkpoint = run.ToCheckpoint();
        AtomicFile.WriteAll(
            (CheckpointPath, checkpoint.Write),
            (OptionsPath, stream => stream.Write(Encoding.UTF8.GetBytes(checkpoint.Description.ToJson() + "\n"))),
            (LogPath, stream => stream.Write(Encoding.UTF8.GetBytes(Log(checkpoint)))));
    }

    /// <summary>Writes <c>model.bnn</c>.</summary>
    public void SaveModel(Network network) => BnnFile.Save(ModelPath, network);

    private static string Log(Checkpoint checkpoint)
    {
        var text = new StringBuilder("epoch,learning-rate,training-loss,validation-loss,validation-accuracy");
        for (int l = 0; l < checkpoint.Network.Layers.Length; l++)
            text.Append(CultureInfo.InvariantCulture, $",flip-share-{l + 1}");
        text.Append('\n');
        foreach (EpochRecord record in checkpoint.History)
        {
            text.Append(CultureInfo.InvariantCulture, $"{record.Epoch},{record.LearningRate:G6},{record.TrainingLoss:F6},");
            text.Append(CultureInfo.InvariantCulture, $"{record.ValidationLoss:F6},{record.ValidationAccuracy:F4}");
            foreach (double share in record.FlipShares)
                text.Append(CultureInfo.InvariantCulture, $",{share:F6}");
            text.Append('\n');
        }
        return text.ToString();
    }

    private static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the folder {path} cannot be made: {problem.Message}", problem);
        }
    }

    // The folder and those above it that are not there yet, the innermost first.
    private static IEnumerable<string> MissingFolders(string path)
    {
        string? folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        for (; folder is not null && !Directory.Exists(folder); folder = System.IO.Path.GetDirectoryName(folder))
            yield return folder;
    }
}
