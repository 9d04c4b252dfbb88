using Bnn.Model;
using Bnn.Storage;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer;

/// <summary>The model that the user named: a model file, or a run folder, which stands for the model in it.</summary>
/// <param name="Path">The file: as the user wrote it, or in the folder that the user wrote.</param>
/// <param name="Network">What is in it.</param>
/// <param name="Hash">Its SHA-256, 64 hexadecimal digits.</param>
/// <param name="Run">The run folder, if one was named.</param>
internal sealed record ModelInput(string Path, Network Network, string Hash, RunFolder? Run)
{
    /// <summary>Reads a model file.</summary>
    /// <exception cref="IOException">It is missing, cannot be read, or is a folder without a finished run.</exception>
    /// <exception cref="ModelFileException">It is not a sound model.</exception>
    public static ModelInput Load(string path)
    {
        RunFolder? run = RunFolder.Exists(path) ? RunFolder.Open(path) : null;
        string file = run?.ModelPath ?? path;
        if (run is not null && !File.Exists(file))
        {
            Checkpoint checkpoint = run.ReadCheckpoint();
            if (checkpoint.Options.FullPrecision)
                throw new FileNotFoundException($"{path} is a full-precision run: real weights do not become a model.bnn. bnn eval and bnn report read it.");
            throw new FileNotFoundException(
                $"{path} has no model yet: {checkpoint.History.Count} of {Text.Count(checkpoint.Options.Epochs, "epoch")} done. "
                + $"Go on with: bnn resume {Text.Argument(path)}");
        }
        if (Directory.Exists(file))
        {
            string inner = System.IO.Path.Combine(file, "model.bnn");
            throw new IOException($"{file} is a folder, but a model file or a run folder is wanted{(File.Exists(inner) ? $": {inner}" : "")}.");
        }
        if (!File.Exists(file))
            throw new FileNotFoundException($"there is no model file {file}.");
        return new(file, BnnFile.Load(file, out string hash), hash, run);
    }
}
