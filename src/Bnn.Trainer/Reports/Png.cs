using System.Buffers.Binary;
using System.IO.Compression;

namespace Bnn.Trainer.Reports;

/// <summary>Writes pictures as PNG files: eight bits a value, no filter.</summary>
/// <remarks>Source: W3C, Portable Network Graphics (Third Edition).</remarks>
internal static class Png
{
    private const byte Grey = 0;
    private const byte Colour = 2;

    /// <summary>The bytes of a file.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels"><c>[height, width, 3]</c> red, green and blue, or <c>[height, width]</c> of grey.</param>
    public static byte[] Encode(int width, int height, ReadOnlySpan<byte> pixels)
    {
        int depth = pixels.Length / (width * height);
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, depth == 3 ? Colour : Grey);
        WriteChunk(file, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int row = 0; row < height; row++)
            {
                zlib.WriteByte(0); // each row begins with its filter: none
                zlib.Write(pixels.Slice(row * width * depth, width * depth));
            }
        }
        WriteChunk(file, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void WriteChunk(MemoryStream to, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        to.Write(number);
        to.Write(type);
        to.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(content, Crc(type, uint.MaxValue)));
        to.Write(number);
    }

    // CRC-32 of ISO 3309, bit by bit: the pictures are small.
    private static uint Crc(ReadOnlySpan<byte> bytes, uint crc)
    {
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
        }
        return crc;
    }
}
