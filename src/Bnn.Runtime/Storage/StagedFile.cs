namespace Bnn.Storage;

/// <summary>New content of a file: complete and flushed to the disk beside its place, and moved there by <see cref="Commit"/>.</summary>
/// <remarks>The temporary file has one name for each target, so that one left by a killed process is taken over by the next writer.</remarks>
internal sealed class StagedFile : IDisposable
{
    private readonly string _temporary;
    private bool _isThere;

    private StagedFile(string path) => (Path, _temporary) = (path, path + ".part");

    /// <summary>Its place.</summary>
    public string Path { get; }

    /// <summary>Writes the new content.</summary>
    /// <exception cref="IOException">It cannot be written, or another process writes it now; nothing is left behind.</exception>
    public static StagedFile Write(string path, Action<Stream> write)
    {
        var staged = new StagedFile(path);
        try
        {
            // Not shared: a second writer is refused instead of mixed in.
            using var stream = new FileStream(staged._temporary, FileMode.Create, FileAccess.Write, FileShare.None);
            staged._isThere = true;
            write(stream);
            stream.Flush(flushToDisk: true);
            return staged;
        }
        catch
        {
            staged.Dispose();
            throw;
        }
    }

    /// <summary>Moves it to its place, over an older file, whose mode it takes.</summary>
    public void Commit()
    {
        if (!OperatingSystem.IsWindows() && File.Exists(Path))
            File.SetUnixFileMode(_temporary, File.GetUnixFileMode(Path));
        File.Move(_temporary, Path, overwrite: true);
        _isThere = false;
    }

    /// <summary>Removes it, unless it is in its place.</summary>
    public void Dispose()
    {
        if (!_isThere)
            return;
        _isThere = false;
        try
        {
            File.Delete(_temporary);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The error that led here is the one to tell.
        }
    }
}
