using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>A data set that the trainer knows by name: where its files lie in a data folder, and what must be in them.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="About">A line for people.</param>
/// <param name="Home">Where the files are published, in words.</param>
/// <param name="Shape">Shape of a sample.</param>
/// <param name="Encoding">Input encoding that suits it, in the words of <see cref="InputEncodings"/>.</param>
/// <param name="Labels">Names of the classes.</param>
/// <param name="Folders">Folders of the data folder in which the files may lie, the best first.</param>
/// <param name="Train">Files of the training set: images and labels, or one table.</param>
/// <param name="Test">The same for the test set.</param>
internal sealed record DataSet(
    string Name, string About, string Home, Shape Shape, string Encoding, IReadOnlyList<string> Labels, IReadOnlyList<string> Folders,
    IReadOnlyList<KnownFile> Train, IReadOnlyList<KnownFile> Test)
{
    /// <summary>The parts of a data set; the first two come from the official training set, which <see cref="DataSplit"/> parts.</summary>
    public static IReadOnlyList<string> Splits { get; } = ["train", "validation", "test"];

    /// <summary>Reads the official training set.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="warn">Receives a sentence for each file that is readable, but not the published one.</param>
    /// <exception cref="IOException">A file is missing or cannot be read; the message tells what to put where.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another kind.</exception>
    public LabeledImages ReadTrain(string folder, Action<string> warn) => Read(folder, Train, warn);

    /// <summary>Reads one of <see cref="Splits"/>; only <c>test</c> reads the files of the test set. See <see cref="ReadTrain"/>.</summary>
    public LabeledImages ReadSplit(string split, string folder, Action<string> warn) => split switch
    {
        "test" => Read(folder, Test, warn),
        "train" => DataSplit.Stratified(ReadTrain(folder, warn)).Training,
        "validation" => DataSplit.Stratified(ReadTrain(folder, warn)).Validation,
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, "Not a split."),
    };

    /// <summary>Looks for all files without reading them.</summary>
    /// <exception cref="FileNotFoundException">One is missing; the message tells what to put where.</exception>
    public void CheckPresent(string folder)
    {
        Locate(folder, Train);
        Locate(folder, Test);
    }

    private LabeledImages Read(string folder, IReadOnlyList<KnownFile> known, Action<string> warn)
    {
        string[] paths = Locate(folder, known);
        DataFiles read = paths.Length == 2 ? IdxReader.Read(paths[0], paths[1], Name, Labels) : TableReader.Read(paths[0], Shape, Name, Labels);
        if (read.Samples.Shape != Shape)
            throw new InvalidDataException($"{paths[0]}: samples of {read.Samples.Shape}, but {Name} has {Shape}");
        foreach ((KnownFile expected, DataFile found) in known.Zip(read.Files))
        {
            if (expected.Hash != found.Hash)
            {
                warn($"{found.Path} is not the published file of {Name}: its content has SHA-256 {found.Hash}, not {expected.Hash}. "
                    + "Results cannot be compared with published ones.");
            }
        }
        return read.Samples;
    }

    private string[] Locate(string folder, IReadOnlyList<KnownFile> known) =>
        [.. known.Select(file => Find(folder, file.Name) ?? throw Missing(folder, known))];

    private string? Find(string folder, string file) => Folders
        .SelectMany(inner => new[] { Path.Combine(folder, inner, file), Path.Combine(folder, inner, file + ".gz") })
        .FirstOrDefault(File.Exists);

    private FileNotFoundException Missing(string folder, IReadOnlyList<KnownFile> known)
    {
        string files = string.Join(" and ", known.Select(file => file.Name));
        return new FileNotFoundException(
            $"{Path.Combine(folder, Folders[0])} has no {files} (plain or .gz). "
            + $"Get {(known.Count == 1 ? "it" : "them")} from {Home}, or name another folder with --data-dir or {DataCatalogue.Variable}.");
    }
}

/// <summary>A published file.</summary>
/// <param name="Name">Its name without .gz.</param>
/// <param name="Hash">SHA-256 of its decoded content, 64 lower-case hexadecimal digits.</param>
internal sealed record KnownFile(string Name, string Hash);
