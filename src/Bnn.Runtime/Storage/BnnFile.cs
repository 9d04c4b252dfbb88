using System.Text;
using Bnn.Model;

namespace Bnn.Storage;

/// <summary>Model files on disk.</summary>
public static class BnnFile
{
    /// <summary>Reads a model file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hash">Its SHA-256 over the canonical form, 64 hexadecimal digits.</param>
    /// <exception cref="ModelFileException">It is not a sound model; the message lists every error with its place.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Network Load(string path, out string hash)
    {
        ReadResult result = BnnReader.Read(ReadText(path));
        hash = result.Hash;
        return result.Network ?? throw new ModelFileException(path, result.Errors);
    }

    /// <inheritdoc cref="Load(string, out string)"/>
    public static Network Load(string path) => Load(path, out _);

    // At most one character more than the reader takes, which then refuses the file: a wrong file of any size costs no more memory.
    private static string ReadText(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        var text = new StringBuilder();
        var buffer = new char[1 << 16];
        for (int count; text.Length <= ModelCaps.FileLength && (count = reader.ReadBlock(buffer)) > 0;)
            text.Append(buffer, 0, Math.Min(count, ModelCaps.FileLength + 1 - text.Length));
        return text.ToString();
    }

    /// <summary>Writes a model file by way of a temporary one beside it, so that <paramref name="path"/> is either the old file or the whole new one.</summary>
    /// <param name="path">The file; replaced if it is there.</param>
    /// <param name="network">A sound network.</param>
    /// <param name="comment">Lines for people at its head.</param>
    /// <exception cref="ArgumentException">The network is not sound.</exception>
    /// <exception cref="IOException">It cannot be written; nothing is left behind.</exception>
    public static void Save(string path, Network network, string? comment = null) => AtomicFile.WriteText(path, BnnWriter.Write(network, comment));
}

/// <summary>A file is not a sound model.</summary>
public sealed class ModelFileException : Exception
{
    /// <summary>Makes the exception for all errors of one file.</summary>
    public ModelFileException(string path, EquatableArray<ModelError> errors)
        : base(string.Join('\n', errors.Select(error => error.Describe(path)))) => Errors = errors;

    /// <inheritdoc/>
    public ModelFileException()
    {
    }

    /// <inheritdoc/>
    public ModelFileException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public ModelFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>All errors, in the order of their places.</summary>
    public EquatableArray<ModelError> Errors { get; }
}
