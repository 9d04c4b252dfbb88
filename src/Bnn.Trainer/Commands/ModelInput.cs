using Bnn.Model;
using Bnn.Storage;

namespace Bnn.Trainer.Commands;

/// <summary>Reads the model that the user named.</summary>
internal static class ModelInput
{
    /// <summary>Reads a model file.</summary>
    /// <param name="path">The file, as the user wrote it.</param>
    /// <param name="hash">Its SHA-256, 64 hexadecimal digits.</param>
    /// <exception cref="IOException">It is a folder, is missing or cannot be read.</exception>
    /// <exception cref="ModelFileException">It is not a sound model.</exception>
    public static Network Load(string path, out string hash)
    {
        if (Directory.Exists(path))
        {
            string inner = Path.Combine(path, "model.bnn");
            throw new IOException($"{path} is a folder, but a model file is wanted{(File.Exists(inner) ? $": {inner}" : "")}.");
        }
        return File.Exists(path) ? BnnFile.Load(path, out hash) : throw new FileNotFoundException($"there is no model file {path}.");
    }
}
