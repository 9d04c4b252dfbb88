using System.Text;
using Bnn.Model;

namespace Bnn.Trainer.Data;

/// <summary>Data of the user's own: a format, paths, and how they are meant, written as <c>FORMAT:PATH,PATH,key=value</c>.</summary>
/// <remarks>A comma in a path is written twice. A folder may stand alone for <c>images:FOLDER</c>, a .csv or .tsv file for <c>table:FILE</c>.</remarks>
internal sealed record DataSpec(DataFormat Format, IReadOnlyList<string> Paths, SpecOptions Options)
{
    /// <summary>The forms of all formats, for help and messages.</summary>
    public static string Forms => string.Join(", ", DataFormat.All.Select(format => $"{format.Keyword}:{format.Form}"));

    /// <summary>A name for the data: that of the folder, or of the first file without its extensions.</summary>
    public string Name
    {
        get
        {
            string last = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Paths[0])));
            string name = Format == DataFormat.Images ? last : last.Split('.', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("");
            return name.Length == 0 ? "data" : name[..Math.Min(name.Length, ModelCaps.NameLength)];
        }
    }

    /// <summary>Reads a specification.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="problem">Null, or what is wrong with a text that begins like a specification.</param>
    /// <returns>Null if it is none.</returns>
    public static DataSpec? Parse(string text, out string? problem)
    {
        problem = null;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        DataFormat? format = colon < 0 ? null : DataFormat.All.FirstOrDefault(format => format.Keyword.AsSpan().SequenceEqual(text.AsSpan(0, colon)));
        if (format is null && Guess(text) is { } whole)
            return new(whole, [text], SpecOptions.None);
        List<string> parts = Split(format is null ? text : text[(colon + 1)..]);
        format ??= Guess(parts[0]);
        if (format is null)
            return null;
        var paths = new List<string>();
        var options = new List<(string, string)>();
        foreach (string part in parts)
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !SpecOptions.Keys.Contains(part[..equals]))
                paths.Add(part);
            else
                options.Add((part[..equals], part[(equals + 1)..]));
        }
        var spec = new DataSpec(format, paths, new SpecOptions(options));
        problem = spec.Problem();
        return spec;
    }

    /// <summary>The same with full paths: what a run remembers.</summary>
    public DataSpec WithFullPaths() => this with
    {
        Paths = [.. Paths.Select(Path.GetFullPath)],
        Options = new([.. Options.Items.Select(item => item with
        {
            Value = item.Key == SpecOptions.NamesKey && !ClassNames.IsList(item.Value) ? Path.GetFullPath(item.Value) : item.Value,
        })]),
    };

    /// <summary>Reads the files.</summary>
    /// <param name="classNames">Classes known beforehand, unless the specification names them.</param>
    /// <param name="shape">Shape known beforehand.</param>
    /// <param name="warn">Receives a sentence for each thing that was passed over.</param>
    /// <exception cref="IOException">Something is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another kind.</exception>
    /// <exception cref="UsageException">The options do not fit the files.</exception>
    public DataFiles Read(IReadOnlyList<string>? classNames, Shape? shape, Action<string> warn) =>
        Format.Read(new(Paths, Options, Name, Options.ClassNames ?? classNames, shape, warn));

    /// <inheritdoc/>
    public override string ToString()
    {
        IEnumerable<string> parts = Paths.Concat(Options.Items.Select(item => $"{item.Key}={item.Value}"));
        return $"{Format.Keyword}:{string.Join(',', parts.Select(part => part.Replace(",", ",,", StringComparison.Ordinal)))}";
    }

    private static DataFormat? Guess(string path)
    {
        string name = DataStream.IsGzipName(path) ? path[..^3] : path;
        return Directory.Exists(path) ? DataFormat.Images
            : File.Exists(path) && Path.GetExtension(name).ToUpperInvariant() is ".CSV" or ".TSV" ? DataFormat.Table
            : null;
    }

    private string? Problem()
    {
        if (Paths.Count < Format.LeastPaths || Paths.Count > Format.MostPaths || Paths.Contains(""))
        {
            return $"'{this}' names {Paths.Count(path => path.Length > 0)} paths; write {Format.Keyword}:{Format.Form}"
                + (Format.Keys.Count == 0 ? "" : $" and, if need be, ,{string.Join("=... ,", Format.Keys)}=...");
        }
        string? unknown = Options.Items.Select(item => item.Key).FirstOrDefault(key => !Format.Keys.Contains(key));
        return unknown is null ? Options.Problem() : $"{Format.Keyword}: has no option {unknown}="
            + (Format.Keys.Count == 0 ? "" : $"; it knows {string.Join(", ", Format.Keys)}");
    }

    // Two commas are one comma in a part.
    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != ',' || (i + 1 < text.Length && text[i + 1] == ','))
                part.Append(text[i += text[i] == ',' ? 1 : 0]);
            else
                Next();
        }
        Next();
        return parts;

        void Next()
        {
            parts.Add(part.ToString());
            part.Clear();
        }
    }
}
