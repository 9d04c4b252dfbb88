using System.Text.Json;
using Bnn.Trainer.Data;
using Bnn.Training;
using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>What is in a data set.</summary>
internal sealed record DataReport(DataSet Set, IReadOnlyList<DataPart> Parts)
{
    private const int MostFilesShown = 8, MostClassesShown = 64;

    /// <summary>For people.</summary>
    public void WriteText(IAnsiConsole to)
    {
        LabeledImages first = Parts[0].Samples;
        string about = Set is KnownSet known ? $": {known.About}; {known.Authors}; licence: {known.Licence}" : "";
        to.MarkupLineInterpolated($"[bold]{Text.Safe(Set.Name)}[/]{about}");
        to.WriteLine();
        to.WriteLine($"  sample   {first.Shape}, {Text.Count(first.Shape.Count, "byte")}");
        foreach (DataPart part in Parts)
        {
            long[] values = part.ValueCounts();
            string range = $"values {Least(values)} to {Most(values)}, mean {Text.Fixed(Mean(values), 1)}";
            to.WriteLine($"  {part.Name,-7}  {Text.Count(part.Samples.Count, "sample")}; {range}; SHA-256 {part.Samples.Hash}");
        }
        to.WriteLine();
        WriteFiles(to);
        WriteClasses(to, first);
        if (first.Shape is { Channels: 1 or 3, Height: > 1, Width: > 1 })
            to.Write(TextPictures.Of(Parts[0]));
    }

    /// <summary>For programs.</summary>
    public void WriteJson(TextWriter to) => Text.WriteJson(to, json =>
    {
        json.WriteString("name", Set.Name);
        json.WriteString("shape", Parts[0].Samples.Shape.ToString());
        json.WriteStartArray("labels");
        foreach (string label in Parts[0].Samples.ClassNames)
            json.WriteStringValue(label);
        json.WriteEndArray();
        json.WriteStartArray("parts");
        foreach (DataPart part in Parts)
            WritePart(json, part);
        json.WriteEndArray();
    });

    private void WriteFiles(IAnsiConsole to)
    {
        var files = Parts.SelectMany(part => part.Files.Select((file, i) => (file.Path, Published: part.IsPublished(i)))).ToList();
        foreach ((string path, bool? isPublished) in files.Take(MostFilesShown))
            to.WriteLine($"  {Text.Safe(path)}{isPublished switch { null => "", true => "  as published", false => "  NOT as published" }}");
        if (files.Count > MostFilesShown)
            to.WriteLine($"  and {Text.Count(files.Count - MostFilesShown, "more file")}");
        to.WriteLine();
    }

    private void WriteClasses(IAnsiConsole to, LabeledImages first)
    {
        var grid = new Grid(["<class", .. Parts.Select(part => part.Name)]);
        int[][] counts = [.. Parts.Select(part => part.ClassCounts())];
        for (int label = 0; label < Math.Min(first.ClassNames.Count, MostClassesShown); label++)
            grid.Add([Text.Class(label, first.ClassNames[label]), .. counts.Select(part => Text.Whole(part[label]))]);
        grid.Write(to);
        if (first.ClassNames.Count > MostClassesShown)
            to.WriteLine($"  and {Text.Whole(first.ClassNames.Count - MostClassesShown)} more classes");
        to.WriteLine();
    }

    private static void WritePart(Utf8JsonWriter json, DataPart part)
    {
        long[] values = part.ValueCounts();
        json.WriteStartObject();
        json.WriteString("name", part.Name);
        json.WriteNumber("samples", part.Samples.Count);
        json.WriteString("samplesSha256", part.Samples.Hash);
        json.WriteNumber("leastValue", Least(values));
        json.WriteNumber("mostValue", Most(values));
        json.WriteNumber("meanValue", Math.Round(Mean(values), 6));
        json.WriteStartArray("classCounts");
        foreach (int count in part.ClassCounts())
            json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteStartArray("files");
        for (int i = 0; i < part.Files.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("path", part.Files[i].Path);
            json.WriteString("sha256", part.Files[i].Hash);
            if (part.IsPublished(i) is { } isPublished)
                json.WriteBoolean("published", isPublished);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static int Least(long[] values) => Array.FindIndex(values, count => count > 0);

    private static int Most(long[] values) => Array.FindLastIndex(values, count => count > 0);

    private static double Mean(long[] values) => values.Select((count, value) => (double)count * value).Sum() / values.Sum();
}
