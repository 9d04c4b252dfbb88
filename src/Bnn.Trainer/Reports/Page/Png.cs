using System.Buffers.Binary;
using System.IO.Compression;
using Bnn.Model;

namespace Bnn.Trainer.Reports.Page;

/// <summary>Pictures of samples as PNG: grey for one channel, colours for three, the first channel for any other number.</summary>
/// <remarks>Source: W3C, Portable Network Graphics (Third Edition); 8 bits a value, no filter.</remarks>
internal static class Png
{
    private const byte Grey = 0;
    private const byte Colour = 2;

    /// <summary>A sample as a <c>data:</c> address.</summary>
    /// <param name="shape">Shape of the sample; a vector is a picture of one row.</param>
    /// <param name="values"><c>[shape.Count]</c>, channel-major.</param>
    /// <param name="brightest">The value that is shown as full brightness, at least 1.</param>
    public static string DataUri(Shape shape, ReadOnlySpan<byte> values, int brightest) =>
        "data:image/png;base64," + Convert.ToBase64String(Encode(shape, values, brightest));

    /// <summary>The bytes of a PNG file; see <see cref="DataUri"/>.</summary>
    public static byte[] Encode(Shape shape, ReadOnlySpan<byte> values, int brightest)
    {
        Shape picture = shape is { Height: 1, Width: 1 } ? new(1, 1, shape.Channels) : shape;
        int channels = picture.Channels == 3 ? 3 : 1;
        using var rows = new MemoryStream();
        using (var compressed = new ZLibStream(rows, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var row = new byte[1 + (picture.Width * channels)]; // each row begins with its filter, 0
            for (int y = 0; y < picture.Height; y++)
            {
                for (int x = 0; x < picture.Width; x++)
                {
                    for (int c = 0; c < channels; c++)
                        row[1 + (x * channels) + c] = (byte)Math.Min(255, values[(((c * picture.Height) + y) * picture.Width) + x] * 255 / brightest);
                }
                compressed.Write(row);
            }
        }
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], picture.Height);
        (header[8], header[9]) = (8, channels == 3 ? Colour : Grey);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, rows.ToArray());
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
