using System.Text;

namespace Bnn.Storage;

/// <summary>Writes files whole or not at all: into a temporary file beside the target, flushed to the disk, then renamed over it.</summary>
public static class AtomicFile
{
    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    /// <exception cref="IOException">It cannot be written; nothing is left behind, and an older file stays as it was.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes whatever <paramref name="write"/> puts into the stream.</summary>
    /// <exception cref="IOException">It cannot be written; nothing is left behind, and an older file stays as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + ".part";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
