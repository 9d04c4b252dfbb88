namespace Bnn.Trainer.Data;

/// <summary>A form in which data may lie in files.</summary>
/// <param name="Keyword">Stands before the colon of a specification.</param>
/// <param name="Form">What stands after it, for help.</param>
/// <param name="About">A line for people.</param>
/// <param name="LeastPaths">Number of paths at least.</param>
/// <param name="MostPaths">Number of paths at most.</param>
/// <param name="Keys">The <see cref="SpecOptions.Keys"/> that it knows.</param>
/// <param name="Encoding">Input encoding that suits it.</param>
/// <param name="Read">Its reader.</param>
internal sealed record DataFormat(
    string Keyword, string Form, string About, int LeastPaths, int MostPaths, IReadOnlyList<string> Keys, string Encoding, Func<DataRequest, DataFiles> Read)
{
    /// <summary>A folder of PGM or PPM images by class.</summary>
    public static DataFormat Images { get; } =
        new("images", "FOLDER", "PGM or PPM images of one size in FOLDER/CLASS/", 1, 1, [], "eight-bit", ImageFolderReader.Read);

    /// <summary>A table of whole numbers.</summary>
    public static DataFormat Table { get; } = new(
        "table", "FILE", "whole numbers 0 to 255, a sample a line, the class in the last column", 1, 1,
        [SpecOptions.ClassKey, SpecOptions.SkipKey, SpecOptions.HeaderKey, SpecOptions.ShapeKey, SpecOptions.NamesKey], "thermometer-4", TableReader.Read);

    /// <summary>The files of MNIST and its kin.</summary>
    public static DataFormat Idx { get; } =
        new("idx", "IMAGES,LABELS", "idx3 and idx1 files, as MNIST's", 2, 2, [SpecOptions.NamesKey], "eight-bit", IdxReader.Read);

    /// <summary>The files of CIFAR-10.</summary>
    public static DataFormat Cifar { get; } = new(
        "cifar", "FILE,...", "CIFAR-10 binary: records of a class byte and an image", 1, 64, [SpecOptions.ShapeKey, SpecOptions.NamesKey], "eight-bit",
        CifarReader.Read);

    /// <summary>Planes of bytes without a header.</summary>
    public static DataFormat Raw { get; } = new(
        "raw", "IMAGES,LABELS,shape=CxHxW", "planes of bytes without a header, and a byte for each class", 2, 2,
        [SpecOptions.ShapeKey, SpecOptions.NamesKey], "eight-bit", RawReader.Read);

    /// <summary>Brightness and halved colour in seven bits.</summary>
    public static DataFormat Ycc { get; } = new(
        "ycc", "IMAGES,LABELS", "7-bit Y, Cb, Cr planes, as imagenette64's, and a byte for each class", 2, 2,
        [SpecOptions.ShapeKey, SpecOptions.NamesKey], "eight-bit", YccReader.Read);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DataFormat> All { get; } = [Images, Table, Idx, Cifar, Raw, Ycc];
}
