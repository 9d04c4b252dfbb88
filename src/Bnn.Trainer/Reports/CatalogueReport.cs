using Bnn.Trainer.Data;
using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>The known data sets, and where they lie.</summary>
internal sealed record CatalogueReport(DataAccess Access)
{
    /// <summary>For people.</summary>
    public void WriteText(IAnsiConsole to)
    {
        to.WriteLine("Known data sets:");
        to.WriteLine();
        var grid = new Grid("<name", "<what", "shape", "classes", "files", "<licence", "<where");
        foreach (KnownSet set in DataCatalogue.All)
        {
            grid.Add(
                set.Name, set.About, set.Shape.ToString(), Text.Whole(set.Labels.Count), Text.Size(set.Bytes), set.Licence, Where(set));
        }
        grid.Write(to);
        to.WriteLine();
        to.WriteLine($"Searched: {string.Join(", ", Access.Folders)}. Downloads go to {Access.Target}"
            + (Access.MayDownload ? "." : ", but are switched off."));
        to.WriteLine();
        to.WriteLine("Data of your own, in any command that takes a DATASET:");
        to.WriteLine();
        var formats = new Grid("<write", "<for", "<and, if need be");
        foreach (DataFormat format in DataFormat.All)
        {
            IEnumerable<string> keys = format.Keys.Select(key => $",{key}=").Where(key => !format.Form.Contains(key, StringComparison.Ordinal));
            formats.Add($"{format.Keyword}:{format.Form}", format.About, string.Concat(keys));
        }
        formats.Write(to);
        to.WriteLine();
        to.WriteLine("Next:");
        to.WriteLine("  bnn data fashion-mnist");
        to.WriteLine("  bnn train fashion-mnist --out runs/fashion");
    }

    /// <summary>For programs.</summary>
    public void WriteJson(TextWriter to) => Text.WriteJson(to, json =>
    {
        json.WriteStartArray("searched");
        foreach (string folder in Access.Folders)
            json.WriteStringValue(folder);
        json.WriteEndArray();
        json.WriteString("downloadsTo", Access.Target);
        json.WriteBoolean("mayDownload", Access.MayDownload);
        json.WriteStartArray("dataSets");
        foreach (KnownSet set in DataCatalogue.All)
        {
            json.WriteStartObject();
            json.WriteString("name", set.Name);
            json.WriteString("about", set.About);
            json.WriteString("authors", set.Authors);
            json.WriteString("licence", set.Licence);
            json.WriteString("home", set.Home);
            json.WriteString("shape", set.Shape.ToString());
            json.WriteNumber("classes", set.Labels.Count);
            json.WriteNumber("bytes", set.Bytes);
            json.WriteBoolean("canDownload", set.Sources.Count > 0);
            json.WriteString("trainFolder", Folder(set, set.TrainFiles));
            json.WriteString("testFolder", Folder(set, set.TestFiles));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private string Where(KnownSet set) => (Folder(set, set.TrainFiles), Folder(set, set.TestFiles)) switch
    {
        (null, null) => set.Sources.Count > 0 ? "can be downloaded" : "not here",
        ({ } train, { } test) when train == test => train,
        ({ } train, { } test) => $"{train} (train), {test} (test)",
        ({ } train, null) => $"{train} (train only)",
        (null, { } test) => $"{test} (test only)",
    };

    private string? Folder(KnownSet set, IReadOnlyList<KnownFile> files) => Path.GetDirectoryName(set.Locate(files, Access)?[0]);
}
