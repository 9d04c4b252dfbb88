using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>A data set that the trainer knows by name: what it is, where its files lie in a data folder, what must be in them, and where to get them.</summary>
internal sealed class KnownSet : DataSet
{
    /// <summary>Name on the command line.</summary>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Argument => Name;

    /// <inheritdoc/>
    public override string Encoding { get; }

    /// <inheritdoc/>
    public override string UsualSplit => Test;

    /// <inheritdoc/>
    public override string HonestSplit => Test;

    /// <summary>What the samples show, in a few words.</summary>
    public required string About { get; init; }

    /// <summary>Who made it, and when.</summary>
    public required string Authors { get; init; }

    /// <summary>Its licence, in a few words.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the files are published, in words.</summary>
    public required string Home { get; init; }

    /// <summary>Where they can be downloaded, the best first; may be empty.</summary>
    public IReadOnlyList<WebSource> Sources { get; init; } = [];

    /// <summary>Format of the files.</summary>
    public required DataFormat Format { get; init; }

    /// <summary>How they are meant.</summary>
    public SpecOptions Options { get; init; } = SpecOptions.None;

    /// <summary>Shape of a sample.</summary>
    public required Shape Shape { get; init; }

    /// <summary>Names of the classes.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Folders of a data folder in which the files may lie, the best first.</summary>
    public required IReadOnlyList<string> Folders { get; init; }

    /// <summary>Files of the training set, in the order in which the format wants them.</summary>
    public required IReadOnlyList<KnownFile> TrainFiles { get; init; }

    /// <summary>The same for the test set.</summary>
    public required IReadOnlyList<KnownFile> TestFiles { get; init; }

    /// <summary>Size of all files, decoded.</summary>
    public long Bytes => TrainFiles.Concat(TestFiles).Sum(file => file.Bytes);

    /// <summary>A set with the given name and suitable encoding.</summary>
    public KnownSet(string name, string encoding) => (Name, Encoding) = (name, encoding);

    /// <inheritdoc/>
    public override LabeledImages ReadTrain(DataAccess access) => Read(TrainFiles, access).Samples;

    /// <inheritdoc/>
    /// <remarks>Only <c>test</c> reads the files of the test set.</remarks>
    public override LabeledImages ReadSplit(string split, DataAccess access, ModelInterface model)
    {
        model.Require(Name, Shape, Labels.Count);
        return split switch
        {
            Test => Read(TestFiles, access).Samples,
            Train or Validation => Part(ReadTrain(access), split),
            _ => throw new UsageException($"{Name} has the parts train, validation and test, but not '{split}'."),
        };
    }

    /// <summary>Reads the files of a part; downloads them first if they lie nowhere and may be. Warns of another content than the published.</summary>
    /// <exception cref="IOException">A file is missing or cannot be read; the message tells what to put where.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another kind.</exception>
    public DataFiles Read(IReadOnlyList<KnownFile> files, DataAccess access)
    {
        string[] paths = Locate(files, access) ?? Get(files, access);
        DataFiles read = Format.Read(new(paths, Options, Name, Labels, Format == DataFormat.Idx ? null : Shape, access.Warn));
        if (read.Samples.Shape != Shape)
            throw new InvalidDataException($"{paths[0]}: samples of {read.Samples.Shape}, but {Name} has {Shape}");
        foreach ((KnownFile expected, DataFile found) in files.Zip(read.Files))
        {
            if (expected.Hash != found.Hash)
            {
                access.Warn($"{found.Path} is not the published file of {Name}: its content has SHA-256 {found.Hash}, not {expected.Hash}. "
                    + "Results cannot be compared with published ones.");
            }
        }
        return read;
    }

    /// <summary>Paths of the files in the first folder that has them all, or null.</summary>
    public string[]? Locate(IReadOnlyList<KnownFile> files, DataAccess access)
    {
        foreach (string folder in Places(access))
        {
            string[] paths = [.. files.Select(file => file.In(folder)).OfType<string>()];
            if (paths.Length == files.Count)
                return paths;
        }
        return null;
    }

    private IEnumerable<string> Places(DataAccess access) => access.Folders.SelectMany(_ => Folders, Path.Combine);

    private string[] Get(IReadOnlyList<KnownFile> files, DataAccess access)
    {
        string names = string.Join(" and ", files.Select(file => file.Name));
        string to = Path.Combine(access.Target, Folders[0]);
        string where = string.Join(" or ", Places(access).Where(Directory.Exists).DefaultIfEmpty(to));
        string them = files.Count == 1 ? "it" : "them";
        string missing = $"{where} has no {names} (plain or .gz). Get {them} from {Home}, put {them} into {to}, "
            + $"or name another folder with --data-dir or {DataEnvironment.Variable}";
        if (Sources.Count == 0)
            throw new FileNotFoundException($"{missing}; {Name} cannot be downloaded by bnn.");
        if (!access.MayDownload)
            throw new FileNotFoundException($"{missing}; or let bnn download {them}, without --offline or {DataEnvironment.OfflineVariable}.");
        new Fetch(this, access).Run(files, to, missing);
        return Locate(files, access) ?? throw new FileNotFoundException($"{missing}.");
    }
}

/// <summary>A published file.</summary>
/// <param name="Name">Its name without .gz.</param>
/// <param name="Bytes">Size of its decoded content.</param>
/// <param name="Hash">SHA-256 of that content, 64 lower-case hexadecimal digits.</param>
internal sealed record KnownFile(string Name, long Bytes, string Hash)
{
    /// <summary>Path in <paramref name="folder"/>, plain or .gz; null: it is not there.</summary>
    public string? In(string folder) => new[] { Path.Combine(folder, Name), Path.Combine(folder, Name + ".gz") }.FirstOrDefault(File.Exists);
}
