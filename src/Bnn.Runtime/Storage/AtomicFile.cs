using System.Text;

namespace Bnn.Storage;

/// <summary>Writes files whole or not at all: into a temporary file beside the target, flushed to the disk, then renamed over it.</summary>
/// <remarks>
/// A symbolic link stays and its target is replaced; the mode of an older file is kept. A device or pipe cannot be replaced and is written to
/// as it is.
/// </remarks>
public static class AtomicFile
{
    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    /// <exception cref="IOException">It cannot be written; nothing is left behind, and an older file stays as it was.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes whatever <paramref name="write"/> puts into the stream.</summary>
    /// <exception cref="IOException">It cannot be written; nothing is left behind, and an older file stays as it was.</exception>
    public static void Write(string path, Action<Stream> write) => WriteAll((path, write));

    /// <summary>Writes files that belong together: all are complete beside their places before the first is moved into its own.</summary>
    /// <remarks>A disk that fills up thus changes none of them. Only a process killed between two moves leaves the first new and the others old.</remarks>
    /// <exception cref="IOException">One cannot be written; nothing is left behind, and all older files stay as they were.</exception>
    public static void WriteAll(params ReadOnlySpan<(string Path, Action<Stream> Write)> files)
    {
        var staged = new List<StagedFile>();
        try
        {
            foreach ((string path, Action<Stream> write) in files)
            {
                Named(path, () =>
                {
                    using Stream? direct = OpenUnlessReplaceable(path, out string target);
                    if (direct is not null)
                        write(direct);
                    else
                        staged.Add(StagedFile.Write(target, write));
                });
            }
            foreach (StagedFile file in staged)
                Named(file.Path, file.Commit);
        }
        finally
        {
            staged.ForEach(file => file.Dispose());
        }
    }

    // The system's errors name the temporary file, or none.
    private static void Named(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be written: {problem.Message}", problem);
        }
    }

    // Null if a regular file can be put at the target, which is the path with its links followed.
    private static FileStream? OpenUnlessReplaceable(string path, out string target)
    {
        target = path;
        if (new FileInfo(path).LinkTarget is not null && !IsDevice(path))
            target = File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        if (!File.Exists(target))
            return null;
        // Opening also finds out that an older file must not be written to, which a rename would not ask.
        var stream = new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (IsDevice(target) || !stream.CanSeek)
            return stream;
        stream.Dispose();
        return null;
    }

    private static bool IsDevice(string path)
    {
        string full = Path.GetFullPath(path);
        return full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal)
            || full.StartsWith(@"\\.\", StringComparison.Ordinal);
    }
}
