using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Bnn.Trainer.Data;

/// <summary>Reads the decoded content of a data file, plain or gzip by its name, from front to end and hashes it on the way.</summary>
/// <remarks>Errors name the file as the user wrote it. What is asked for is compared with the size of the file before it is allocated.</remarks>
internal sealed class DataStream : IDisposable
{
    /// <summary>Most bytes that one data file may hold when decoded, 1 GiB.</summary>
    public const long Cap = 1L << 30;

    // Deflate cannot shrink by more than this factor, so a small .gz that announces gigabytes is known to be short.
    private const long LargestGzipRatio = 1032;

    private readonly Stream _content;
    private readonly uint? _statedLength;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file; its name ends in <c>.gz</c> if it is gzip.</param>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    public DataStream(string path)
        : this(path, IsGzipName(path))
    {
    }

    /// <summary>Opens a file that may have another name than it will have later.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    public DataStream(string path, bool isGzip)
    {
        Path = path;
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder, but a file is wanted.");
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        if (!file.CanSeek)
        {
            file.Dispose();
            throw new IOException($"{path} is a pipe or a device, but a file is wanted.");
        }
        _statedLength = isGzip ? ReadStatedLength(file) : null;
        MostBytes = isGzip ? file.Length * LargestGzipRatio : file.Length;
        IsExact = !isGzip;
        _content = isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>The file, as the user wrote it.</summary>
    public string Path { get; }

    /// <summary>Bytes of the content that were read.</summary>
    public long Position => _position;

    /// <summary>Bytes that the content can have at most.</summary>
    public long MostBytes { get; }

    /// <summary>Whether <see cref="MostBytes"/> is the size itself.</summary>
    public bool IsExact { get; }

    /// <summary>The next <paramref name="count"/> bytes.</summary>
    /// <param name="count">Bytes wanted.</param>
    /// <param name="what">What they are, for the message.</param>
    /// <exception cref="InvalidDataException">The file is shorter, or its compression is damaged.</exception>
    public byte[] Read(long count, string what)
    {
        if (_position + count > Cap)
            throw Bad($"{what} would take {count} bytes; at most {Cap} are read from one file");
        if (_position + count > MostBytes)
            throw Bad($"cut off: {what} needs {_position + count} bytes, but the file {(IsExact ? "has" : "can hold at most")} {MostBytes}");
        var bytes = new byte[count];
        int got = ReadSome(bytes);
        return got == count ? bytes : throw Bad($"cut off: {what} needs {_position - got + count} bytes, but the content ends after {_position}");
    }

    /// <summary>All bytes to the end, at most <paramref name="most"/>.</summary>
    /// <exception cref="InvalidDataException">There are more, or the compression is damaged.</exception>
    public byte[] ReadToEnd(long most)
    {
        if (IsExact && MostBytes > most)
            throw Bad($"too large: {MostBytes} bytes, but at most {most} are read");
        if (IsExact)
            return Read(MostBytes - _position, "what is left");
        using var all = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int got; (got = ReadSome(buffer)) > 0;)
        {
            all.Write(buffer, 0, got);
            if (all.Length > most)
                throw Bad($"too large: more than {most} bytes");
        }
        return all.ToArray();
    }

    /// <summary>Reads to the end and gives the SHA-256 of the content.</summary>
    /// <exception cref="InvalidDataException">The compression is damaged.</exception>
    public string HashAll()
    {
        var buffer = new byte[1 << 16];
        while (ReadSome(buffer) > 0)
        {
        }
        return Finish();
    }

    /// <summary>Checks that nothing follows, and gives the SHA-256 of the content as 64 lower-case hexadecimal digits.</summary>
    /// <exception cref="InvalidDataException">Something follows, or the compression is damaged.</exception>
    public string Finish()
    {
        long end = _position;
        if (ReadSome(new byte[1]) != 0)
            throw Bad($"too long: {end} bytes are expected, but more follow");
        // GZipStream takes a file that was cut off for one that ends.
        if (_statedLength is { } stated && stated != (uint)end)
            throw Bad($"damaged: it decodes to {end} bytes, but states {stated}; get the file again, or unpack it if it has several parts");
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    /// <summary>Whether a file of this name is taken for gzip.</summary>
    public static bool IsGzipName(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>An error in the content of this file.</summary>
    public InvalidDataException Bad(FormattableString problem) => new($"{Path}: {FormattableString.Invariant(problem)}");

    /// <inheritdoc/>
    public void Dispose()
    {
        _content.Dispose();
        _hash.Dispose();
    }

    // The last four bytes of a gzip file: the length of the content, modulo 2^32.
    private static uint ReadStatedLength(FileStream file)
    {
        Span<byte> last = stackalloc byte[4];
        if (file.Length < last.Length)
            return uint.MaxValue;
        file.Seek(-last.Length, SeekOrigin.End);
        file.ReadExactly(last);
        file.Seek(0, SeekOrigin.Begin);
        return BinaryPrimitives.ReadUInt32LittleEndian(last);
    }

    private int ReadSome(byte[] buffer)
    {
        try
        {
            int got = _content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            _hash.AppendData(buffer, 0, got);
            _position += got;
            return got;
        }
        catch (InvalidDataException)
        {
            throw Bad($"damaged: its gzip compression cannot be decoded; get the file again");
        }
    }
}
