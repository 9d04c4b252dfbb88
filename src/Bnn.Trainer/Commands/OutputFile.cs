using Bnn.Storage;

namespace Bnn.Trainer.Commands;

/// <summary>Files that the user asked for.</summary>
internal static class OutputFile
{
    /// <summary>Finds out before long work whether <paramref name="path"/> can be written.</summary>
    /// <exception cref="IOException">It is a folder, or its folder is not there.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder; name a file.");
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"cannot write {path}: the folder {folder} does not exist.");
    }

    /// <summary>Writes the whole file or nothing; see <see cref="AtomicFile"/>.</summary>
    public static void Write(CommandContext context, string path, string text) =>
        context.Stop.While(() => AtomicFile.WriteText(path, text), afterwards: $"stopped; {path} was written.");
}
