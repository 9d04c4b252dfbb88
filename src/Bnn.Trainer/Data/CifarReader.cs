using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>Reads files of records of a label byte and the planes of an image: the binary version of CIFAR-10.</summary>
/// <remarks>
/// A record of CIFAR-10 has 3073 bytes: the class, then 1024 red, 1024 green and 1024 blue values, rows top first. No header.
/// Source: A. Krizhevsky's page on CIFAR-10.
/// </remarks>
internal static class CifarReader
{
    /// <summary>Shape of a sample of CIFAR-10.</summary>
    public static readonly Shape Usual = new(3, 32, 32);

    /// <summary>Reads all files, one after the other.</summary>
    /// <exception cref="InvalidDataException">A file holds no whole number of records, or a label that is no class.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static DataFiles Read(DataRequest request)
    {
        Shape shape = request.ShapeOr(Usual);
        var files = new List<DataFile>();
        using var pixels = new MemoryStream();
        var labels = new List<byte>();
        IReadOnlyList<string>? names = request.ClassNames;
        foreach (string path in request.Paths)
        {
            using var stream = new DataStream(path);
            byte[] records = stream.ReadToEnd(DataStream.Cap - pixels.Length);
            int first = labels.Count;
            for (int at = 0; at < records.Length; at += 1 + shape.Count)
            {
                if (records.Length - at < 1 + shape.Count)
                    throw stream.Bad($"{records.Length} bytes are no whole number of records of {1 + shape.Count} bytes: a class and an image of {shape}");
                labels.Add(records[at]);
                pixels.Write(records, at + 1, shape.Count);
            }
            if (records.Length == 0)
                throw stream.Bad($"holds no samples");
            if (names is not null)
                ClassNames.OfNumbers(stream, labels.ToArray().AsSpan(first), names);
            files.Add(new(path, stream.Finish()));
        }
        names ??= ClassNames.Numbers(labels.Max() + 1);
        return new(new LabeledImages(request.Name, shape, pixels.ToArray(), [.. labels], names), files);
    }
}
