using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>Reads a file of images without any header, and a file with a byte for the class of each.</summary>
/// <remarks>An image is its planes one after the other, rows top first, one byte a value: what a network takes, and what <c>Predict</c> is given.</remarks>
internal static class RawReader
{
    /// <summary>Reads a file of images and the file of their labels.</summary>
    /// <exception cref="InvalidDataException">The files do not belong together, or a label is no class.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static DataFiles Read(DataRequest request)
    {
        Shape shape = request.ShapeOr(null);
        (byte[] labels, IReadOnlyList<string> names, DataFile labelsFile) = ReadLabels(request.Paths[1], request.ClassNames);
        (byte[] images, DataFile imagesFile) = ReadImages(request.Paths[0], labels.Length, shape.Count, shape);
        return new(new LabeledImages(request.Name, shape, images, labels, names), [imagesFile, labelsFile]);
    }

    /// <summary>One byte for each image, to the end of the file.</summary>
    internal static (byte[] Labels, IReadOnlyList<string> Names, DataFile File) ReadLabels(string path, IReadOnlyList<string>? classNames)
    {
        using var stream = new DataStream(path);
        byte[] labels = stream.ReadToEnd(DataStream.Cap);
        if (labels.Length == 0)
            throw stream.Bad($"holds no labels");
        return (labels, ClassNames.OfNumbers(stream, labels, classNames), new(path, stream.Finish()));
    }

    /// <summary>As many records of <paramref name="bytes"/> as there are labels, and nothing more.</summary>
    internal static (byte[] Images, DataFile File) ReadImages(string path, int count, int bytes, Shape shape)
    {
        using var stream = new DataStream(path);
        byte[] images = stream.Read((long)count * bytes, FormattableString.Invariant($"{count} images of {shape}, one for each label,"));
        return (images, new(path, stream.Finish()));
    }
}
