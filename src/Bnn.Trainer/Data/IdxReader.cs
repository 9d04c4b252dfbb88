using System.Buffers.Binary;
using Bnn.Model;

namespace Bnn.Trainer.Data;

/// <summary>Reads the idx files of MNIST and its kin: a big-endian header, then bytes.</summary>
/// <remarks>
/// Images: magic 2051, count, rows, columns, then count · rows · columns bytes, rows top first. Labels: magic 2049, count, then count bytes.
/// Source: Y. LeCun's MNIST page; the format is described there as "idx".
/// </remarks>
internal static class IdxReader
{
    private const uint ImagesMagic = 2051;
    private const uint LabelsMagic = 2049;

    /// <inheritdoc cref="Read(string, string, string, IReadOnlyList{string})"/>
    public static DataFiles Read(DataRequest request) => Read(request.Paths[0], request.Paths[1], request.Name, request.ClassNames);

    /// <summary>Reads a file of images and the file of their labels.</summary>
    /// <param name="imagesPath">An idx3 file, plain or .gz.</param>
    /// <param name="labelsPath">An idx1 file, plain or .gz.</param>
    /// <param name="name">Name of the data set.</param>
    /// <param name="classNames">Labels must be below their number; null: the numbers that occur.</param>
    /// <exception cref="InvalidDataException">A file is not such a file, is cut off or too long, or the two do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static DataFiles Read(string imagesPath, string labelsPath, string name, IReadOnlyList<string>? classNames)
    {
        (byte[] labels, IReadOnlyList<string> names, string labelsHash) = ReadLabels(labelsPath, classNames);
        (Shape shape, byte[] images, string imagesHash) = ReadImages(imagesPath);
        int count = images.Length / shape.Count;
        if (count != labels.Length)
            throw new InvalidDataException($"{imagesPath} has {count} images, but {labelsPath} has {labels.Length} labels; they do not belong together");
        return new(new(name, shape, images, labels, names), [new(imagesPath, imagesHash), new(labelsPath, labelsHash)]);
    }

    private static (Shape Shape, byte[] Images, string Hash) ReadImages(string path)
    {
        using var stream = new DataStream(path);
        uint count = ReadHeader(stream, ImagesMagic, "images");
        byte[] size = stream.Read(8, "the header of images");
        uint rows = BinaryPrimitives.ReadUInt32BigEndian(size);
        uint columns = BinaryPrimitives.ReadUInt32BigEndian(size.AsSpan(4));
        if (rows is 0 or > ModelCaps.FanIn || columns is 0 or > ModelCaps.FanIn || (long)rows * columns > ModelCaps.LayerValues)
            throw stream.Bad($"images of {rows} x {columns} values; a sample may have 1 to {ModelCaps.LayerValues}");
        byte[] images = stream.Read(checked((long)count * rows * columns), FormattableString.Invariant($"{count} images of {rows} x {columns}"));
        return (new Shape(1, (int)rows, (int)columns), images, stream.Finish());
    }

    private static (byte[] Labels, IReadOnlyList<string> Names, string Hash) ReadLabels(string path, IReadOnlyList<string>? classNames)
    {
        using var stream = new DataStream(path);
        uint count = ReadHeader(stream, LabelsMagic, "labels");
        byte[] labels = stream.Read(count, FormattableString.Invariant($"{count} labels"));
        return (labels, ClassNames.OfNumbers(stream, labels, classNames), stream.Finish());
    }

    private static uint ReadHeader(DataStream stream, uint magic, string what)
    {
        byte[] header = stream.Read(8, $"the header of {what}");
        uint found = BinaryPrimitives.ReadUInt32BigEndian(header);
        uint count = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        if (found != magic)
            throw stream.Bad($"not an idx file of {what}: it must start with the number {magic}, but starts with {found}");
        return count > 0 ? count : throw stream.Bad($"holds 0 {what}");
    }
}
