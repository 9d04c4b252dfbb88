using System.Buffers.Binary;
using System.IO.Compression;

namespace Bnn.Trainer.Tests;

/// <summary>Makes the content of idx files.</summary>
internal static class IdxFiles
{
    public static byte[] Images(uint count, uint rows, uint columns, byte[] pixels, uint magic = 2051) => [.. Numbers(magic, count, rows, columns), .. pixels];

    public static byte[] Labels(uint count, byte[] labels, uint magic = 2049) => [.. Numbers(magic, count), .. labels];

    public static byte[] Gzip(byte[] content)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest))
            gzip.Write(content);
        return to.ToArray();
    }

    private static byte[] Numbers(params uint[] numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), numbers[i]);
        return bytes;
    }
}
