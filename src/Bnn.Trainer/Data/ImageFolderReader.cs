using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>Reads a folder with a folder for each class, in which lie PGM or PPM images, all of one size and kind.</summary>
/// <remarks>
/// Classes are the names of the folders, in the order of their characters; images follow each other in that order too, class by class. Names that
/// begin with a dot are passed over; so are files that are no images, with a warning.
/// </remarks>
internal static class ImageFolderReader
{
    /// <summary>Reads all images.</summary>
    /// <exception cref="InvalidDataException">An image is damaged or of another shape, a class has none, or a folder is no class.</exception>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    public static DataFiles Read(DataRequest request)
    {
        string root = request.Paths[0];
        if (!Directory.Exists(root))
            throw new DirectoryNotFoundException(File.Exists(root) ? $"{root} is a file, but a folder of images is wanted." : $"there is no folder {root}.");
        string[] folders = [.. Names(Directory.EnumerateDirectories(root))];
        if (folders.Length == 0)
            throw new InvalidDataException($"{root}: no folders in it; put the images of each class into a folder of its own, {Path.Combine(root, "CLASS")}");
        if (folders.Length > ClassNames.Most)
            throw new InvalidDataException($"{root}: {folders.Length} folders, but there can be at most {ClassNames.Most} classes");
        IReadOnlyList<string> names = request.ClassNames ?? folders;
        var images = new List<(string Path, byte Label)>();
        foreach (string folder in folders)
        {
            int label = names.ToList().IndexOf(folder);
            if (label < 0)
                throw new InvalidDataException($"{Path.Combine(root, folder)}: no such class; there are {ClassNames.Show(names)}");
            images.AddRange(Images(Path.Combine(root, folder), request.Warn).Select(path => (path, (byte)label)));
        }
        return Read(request, images, names);
    }

    private static DataFiles Read(DataRequest request, List<(string Path, byte Label)> images, IReadOnlyList<string> names)
    {
        Shape? shape = request.Shape;
        string example = "the model takes";
        byte[] pixels = [];
        var files = new DataFile[images.Count];
        for (int i = 0; i < files.Length; i++)
        {
            string path = images[i].Path;
            (Shape found, byte[] values, string hash) = PnmReader.Read(path);
            if (found != (shape ??= found))
                throw new InvalidDataException($"{path}: an image of {found}, but {example} {shape}; all must be the same");
            if (i == 0)
            {
                example = $"{path} has";
                if (shape.Value.LongCount * images.Count > DataStream.Cap)
                    throw new InvalidDataException($"{request.Paths[0]}: {images.Count} images of {shape} take more than {DataStream.Cap} bytes; shrink them");
                pixels = new byte[shape.Value.Count * images.Count];
            }
            values.CopyTo(pixels, i * values.Length);
            files[i] = new(path, hash);
        }
        return new(new LabeledImages(request.Name, shape!.Value, pixels, [.. images.Select(image => image.Label)], names), files);
    }

    private static IEnumerable<string> Images(string folder, Action<string> warn)
    {
        string[] files = [.. Names(Directory.EnumerateFiles(folder))];
        string[] images = [.. files.Where(IsImage)];
        string? other = files.FirstOrDefault(file => !IsImage(file));
        if (images.Length == 0)
        {
            string convert = $"magick mogrify -format pgm -resize 32x32! '{folder}/*{Path.GetExtension(other)}'";
            throw new InvalidDataException(
                $"{folder}: no PGM or PPM images in it{(other is null ? "" : $", but {other}; convert such files first, for example: {convert}")}");
        }
        if (other is not null)
            warn($"{folder}: {files.Length - images.Length} of {files.Length} files are passed over, such as {other}: no PGM or PPM images by their names.");
        return images.Select(file => Path.Combine(folder, file));
    }

    private static bool IsImage(string file)
    {
        string name = DataStream.IsGzipName(file) ? Path.GetFileNameWithoutExtension(file) : file;
        return PnmReader.Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Names(IEnumerable<string> paths) =>
        paths.Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal);
}
