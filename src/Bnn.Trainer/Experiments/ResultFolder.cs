using System.Globalization;
using Bnn.Storage;

namespace Bnn.Trainer.Experiments;

/// <summary>The folder of an experiment's results, which is kept in a repository: a file for each finished run, the table and the curves.</summary>
internal sealed class ResultFolder(string path)
{
    /// <summary>The folder; may not exist yet.</summary>
    public string Path => path;

    /// <summary>States that are kept here until their runs end.</summary>
    public CarriedStates Carried { get; } = new(System.IO.Path.Combine(path, "carried"));

    /// <summary>The result of a run, or null.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public RunResult? Find(PlannedRun run)
    {
        if (FileOf(run, ".json") is not { } file)
            return null;
        var result = RunResult.Read(file);
        return result.Key == run.Key ? result : throw new InvalidDataException($"{file} has the key {result.Key}, which does not fit its name.");
    }

    /// <summary>The model that is kept of a run, or null.</summary>
    public string? FindModel(PlannedRun run) => FileOf(run, ".bnn");

    /// <summary>Writes the result, and the model before it if it is to be kept.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(PlannedRun run, RunResult result, string? model)
    {
        Directory.CreateDirectory(path);
        // A label may have changed since: the file keeps its name.
        string file = FileOf(run, ".json") ?? System.IO.Path.Combine(path, Name(run) + ".json");
        if (model is not null)
            AtomicFile.Write(System.IO.Path.ChangeExtension(file, ".bnn"), stream => stream.Write(File.ReadAllBytes(model)));
        AtomicFile.WriteText(file, result.ToJson());
    }

    private string? FileOf(PlannedRun run, string extension) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, $"*{run.ShortKey}{extension}").Order(StringComparer.Ordinal).FirstOrDefault()
        : null;

    private static string Name(PlannedRun run)
    {
        string label = string.Concat(run.Arm.Label.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '-'));
        while (label.Contains("--", StringComparison.Ordinal))
            label = label.Replace("--", "-", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{(label.Length > 60 ? label[..60] : label).Trim('-', '.')}-s{run.Seed}-{run.ShortKey}");
    }
}
