using Bnn.Model;

namespace Bnn.Training;

/// <summary>The folder of a run: <c>options.json</c>, <c>log.csv</c>, <c>checkpoint.bin</c>, and at the end <c>model.bnn</c>.</summary>
public sealed class RunFolder
{
    private RunFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Whether <paramref name="path"/> holds a run.</summary>
    public static bool Exists(string path) => throw new NotImplementedException();

    /// <summary>Makes a new folder for <paramref name="run"/> and writes options and a first checkpoint.</summary>
    /// <exception cref="IOException">The folder holds a run already.</exception>
    public static RunFolder Create(string path, TrainingRun run) => throw new NotImplementedException();

    /// <summary>Opens the folder of an earlier run.</summary>
    /// <exception cref="DirectoryNotFoundException">It holds no run.</exception>
    public static RunFolder Open(string path) => throw new NotImplementedException();

    /// <summary>Path of <c>model.bnn</c>, whether it is there or not.</summary>
    public string ModelPath => System.IO.Path.Combine(Path, "model.bnn");

    /// <summary>Path of <c>checkpoint.bin</c>.</summary>
    public string CheckpointPath => System.IO.Path.Combine(Path, "checkpoint.bin");

    /// <summary>Reads the checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the file.</exception>
    public Checkpoint ReadCheckpoint() => throw new NotImplementedException();

    /// <summary>Replaces checkpoint and log by the state of <paramref name="run"/>: call it after every epoch.</summary>
    public void Save(TrainingRun run) => throw new NotImplementedException();

    /// <summary>Writes <c>model.bnn</c>.</summary>
    public void SaveModel(Network network) => throw new NotImplementedException();
}
