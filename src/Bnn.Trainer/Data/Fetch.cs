using System.Formats.Tar;
using System.IO.Compression;

namespace Bnn.Trainer.Data;

/// <summary>Downloads files of a known data set, checks them, and puts them where they will be found.</summary>
/// <remarks>
/// A file has <c>.part</c> after its name until its decoded content has the published hash, so that no reader ever takes an unfinished one. A part
/// stays when the connection breaks, and is gone on with; one that turns out wrong is deleted, and got once more from its beginning if it was gone on with.
/// </remarks>
internal sealed class Fetch(KnownSet set, DataAccess access)
{
    private const string Part = ".part";

    /// <summary>Gets <paramref name="files"/> from the first source that has them.</summary>
    /// <param name="files">Files of the set.</param>
    /// <param name="folder">Where they belong; made if need be.</param>
    /// <param name="missing">What the user can do about it, if no source has them.</param>
    /// <exception cref="IOException">They cannot be got or stored; nothing is left that a reader would take.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(IReadOnlyList<KnownFile> files, string folder, string missing)
    {
        DataEnvironment around = access.Context.Data;
        using var client = new HttpClient(around.Network ?? new SocketsHttpHandler(), disposeHandler: around.Network is null);
        client.Timeout = Timeout.InfiniteTimeSpan; // the downloader has a patience of its own
        client.DefaultRequestHeaders.UserAgent.ParseAdd("bnn");
        var downloader = new Downloader(client, around, new(access.Context), access.Context.Cancel);
        var problems = new List<string>();
        foreach (WebSource source in set.Sources)
        {
            try
            {
                Directory.CreateDirectory(folder);
                if (source is WebArchive archive)
                    Unpack(downloader, archive, folder);
                else
                    GetEach(downloader, (WebFolder)source, files, folder);
                return;
            }
            catch (DownloadException problem)
            {
                problems.Add(problem.Message);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new IOException($"{set.Name} cannot be stored in {folder}: {problem.Message.TrimEnd('.')}. Another folder can be named with --data-dir.");
            }
        }
        throw new IOException($"{missing}; the download failed: {string.Join("; ", problems)}.");
    }

    private static void GetEach(Downloader downloader, WebFolder source, IReadOnlyList<KnownFile> files, string folder)
    {
        foreach (KnownFile file in files.Where(file => file.In(folder) is null))
        {
            string path = Path.Combine(folder, file.Name + source.Suffix);
            GetRight(downloader, source.Of(file), path + Part, part => Check(part, DataStream.IsGzipName(path), file));
            File.Move(path + Part, path);
        }
    }

    private void Unpack(Downloader downloader, WebArchive archive, string folder)
    {
        var address = new Uri(archive.Address);
        string packed = Path.Combine(folder, Path.GetFileName(address.AbsolutePath) + Part);
        KnownFile[] files = [.. set.TrainFiles.Concat(set.TestFiles)];
        try
        {
            GetRight(downloader, address, packed, part => Unpack(part, files, folder));
            foreach (KnownFile file in files)
                File.Move(Path.Combine(folder, file.Name + Part), Path.Combine(folder, file.Name), overwrite: true);
            File.Delete(packed);
        }
        finally
        {
            foreach (KnownFile file in files)
                File.Delete(Path.Combine(folder, file.Name + Part));
        }
    }

    // Gets a part until what is in it is right; check gives null, or what is wrong.
    private static void GetRight(Downloader downloader, Uri address, string part, Func<string, string?> check)
    {
        bool wasBegun = File.Exists(part);
        while (true)
        {
            downloader.Get(address, part).GetAwaiter().GetResult();
            if (check(part) is not { } problem)
                return;
            File.Delete(part);
            if (!wasBegun)
                throw new DownloadException($"{address}: {problem}; it was thrown away");
            wasBegun = false;
        }
    }

    private static string? Check(string part, bool isGzip, KnownFile file)
    {
        try
        {
            using var stream = new DataStream(part, isGzip);
            string hash = stream.HashAll();
            return hash == file.Hash ? null : $"its content is not the published {file.Name}: SHA-256 {hash}, not {file.Hash}";
        }
        catch (InvalidDataException)
        {
            return $"its content is not the published {file.Name}, but damaged";
        }
    }

    private static string? Unpack(string packed, IReadOnlyList<KnownFile> files, string folder)
    {
        var missing = files.ToDictionary(file => file.Name, StringComparer.Ordinal);
        try
        {
            using FileStream file = File.OpenRead(packed);
            using var gzip = new GZipStream(file, CompressionMode.Decompress);
            using var tar = new TarReader(gzip);
            while (missing.Count > 0 && tar.GetNextEntry() is { } entry)
            {
                if (!missing.Remove(Path.GetFileName(entry.Name), out KnownFile? wanted))
                    continue;
                string part = Path.Combine(folder, wanted.Name + Part);
                if (entry.Length != wanted.Bytes)
                    return $"{wanted.Name} in it has {entry.Length} bytes, not {wanted.Bytes}";
                entry.ExtractToFile(part, overwrite: true);
                if (Check(part, isGzip: false, wanted) is { } problem)
                    return problem;
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException or FormatException)
        {
            return "it is damaged";
        }
        return missing.Count == 0 ? null : $"{string.Join(" and ", missing.Keys)} is not in it";
    }
}
