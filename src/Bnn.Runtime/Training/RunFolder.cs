using System.Globalization;
using System.Text;
using Bnn.Model;
using Bnn.Storage;

namespace Bnn.Training;

/// <summary>The folder of a run: options and log for people, <c>checkpoint.bin</c> to go on from, and at the end <c>model.bnn</c>.</summary>
/// <remarks>Each file is written beside its place and moved there when it is whole: a run that is killed leaves the last epoch's files.</remarks>
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
    /// <exception cref="IOException">The folder holds a run already, or cannot be written.</exception>
    public static RunFolder Create(string path, TrainingRun run)
    {
        if (Exists(path))
            throw new IOException($"'{path}' holds a run already.");
        Directory.CreateDirectory(path);
        var folder = new RunFolder(path);
        folder.Save(run);
        return folder;
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

    /// <summary>Replaces the files by the state of <paramref name="run"/>: call it after every epoch.</summary>
    public void Save(TrainingRun run)
    {
        Checkpoint checkpoint = run.ToCheckpoint();
        Replace(OptionsPath, stream => stream.Write(Encoding.UTF8.GetBytes(checkpoint.Description.ToJson() + "\n")));
        Replace(LogPath, stream => stream.Write(Encoding.UTF8.GetBytes(Log(checkpoint))));
        Replace(CheckpointPath, checkpoint.Write);
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

    private static void Replace(string path, Action<Stream> write)
    {
        string temporary = path + ".tmp";
        using (FileStream stream = File.Create(temporary))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }
}
