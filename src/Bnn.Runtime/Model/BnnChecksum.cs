using System.Security.Cryptography;

namespace Bnn.Model;

/// <summary>SHA-256 over the canonical form of a model file: its lines that are neither blank nor comments, up to the checksum's own, each ended by one line feed.</summary>
sealed partial class BnnChecksum : IDisposable
{
    private readonly SHA256 _sha = SHA256.Create();
    private readonly byte[] _buffer = new byte[1 << 14];
    private int _used;

    /// <summary>Adds a line without its line end. The format is ASCII; another character counts as <c>?</c>, and is an error elsewhere.</summary>
    internal void Add(ReadOnlySpan<char> line)
    {
        while (!line.IsEmpty)
        {
            int count = Math.Min(line.Length, Room());
            Span<byte> to = _buffer.AsSpan(_used, count);
            for (int i = 0; i < to.Length; i++)
                to[i] = line[i] <= '~' ? (byte)line[i] : (byte)'?';
            _used += count;
            line = line.Slice(count);
        }
        Room();
        _buffer[_used++] = (byte)'\n';
    }

    /// <summary>The checksum of all lines added, as 64 lower-case hexadecimal digits. Call once.</summary>
    internal string Finish()
    {
        _sha.TransformFinalBlock(_buffer, 0, _used);
        return string.Concat((_sha.Hash ?? []).Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <inheritdoc/>
    public void Dispose() => _sha.Dispose();

    // Free bytes of the buffer, at least one.
    private int Room()
    {
        if (_used == _buffer.Length)
        {
            _sha.TransformBlock(_buffer, 0, _used, null, 0);
            _used = 0;
        }
        return _buffer.Length - _used;
    }
}
