using System.Buffers.Binary;
using System.Globalization;

namespace SampleApp;

/// <summary>Labelled images of one size, one byte to a pixel.</summary>
internal sealed record Samples(string Name, byte[] Images, byte[] Labels, int Height, int Width, byte Largest)
{
    public int Size => Height * Width;

    public ReadOnlySpan<byte> Image(int index) => Images.AsSpan(index * Size, Size);

    /// <summary>Reads a pair of idx files: big-endian magic and sizes, then bytes.</summary>
    public static Samples ReadIdx(string name, string imagePath, string labelPath)
    {
        byte[] images = File.ReadAllBytes(imagePath), labels = File.ReadAllBytes(labelPath);
        int Header(int index) => BinaryPrimitives.ReadInt32BigEndian(images.AsSpan(4 * index));
        if (Header(0) != 2051 || images.Length != 16 + (Header(1) * Header(2) * Header(3)) || labels.Length != 8 + Header(1))
            throw new InvalidDataException($"{imagePath} and {labelPath} are not a pair of idx files.");
        return new(name, images[16..], labels[8..], Header(2), Header(3), 255);
    }

    /// <summary>Reads rows of 64 pixels and a class, separated by commas.</summary>
    public static Samples ReadTable(string name, string path, byte largest)
    {
        byte[][] rows = [.. File.ReadLines(path).Where(line => line.Length > 0)
            .Select(line => line.Split(',').Select(word => byte.Parse(word, CultureInfo.InvariantCulture)).ToArray())];
        return new(name, [.. rows.SelectMany(row => row[..64])], [.. rows.Select(row => row[64])], 8, 8, largest);
    }
}
