using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bnn.Trainer.Reports;

/// <summary>How numbers and tables look, whatever the culture.</summary>
internal static class Text
{
    /// <summary>For example <c>1,234,567</c>.</summary>
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent with two decimals, for example <c>88.12 %</c>.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F2} %");

    /// <summary>A number with <paramref name="decimals"/> decimals.</summary>
    public static string Fixed(double value, int decimals) => value.ToString("F" + decimals, CultureInfo.InvariantCulture);

    /// <summary>A class by number and name, or by its number alone if that is its name.</summary>
    public static string Class(int label, string name) => name == Whole(label) ? name : $"{Whole(label)} {Safe(name)}";

    /// <summary>A number of bytes, for example <c>12.3 MB</c>.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1000 => Count(bytes, "byte"),
        < 1_000_000 => Fixed(bytes / 1e3, 1) + " kB",
        _ => Fixed(bytes / 1e6, 1) + " MB",
    };

    /// <summary>A duration in the largest fitting units, for example <c>4 min 05 s</c>.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => Fixed(time.TotalSeconds, 1) + " s",
        < 60 => Fixed(time.TotalSeconds, 0) + " s",
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:D2} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:D2} min"),
    };

    /// <summary>One thing or several: <c>1 layer</c>, <c>3 layers</c>.</summary>
    public static string Count(long count, string thing) => $"{Whole(count)} {thing}{(count == 1 ? "" : "s")}";

    /// <summary>Text from a file as one line that a terminal can be trusted with: control and direction characters become question marks.</summary>
    public static string Safe(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => Rune.GetUnicodeCategory(rune) is
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? "?" : rune.ToString()));

    /// <summary>A path as it stands in a command to copy: in single quotes if a shell would take it apart.</summary>
    public static string Argument(string path) => path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+=,:@%\\".Contains(c, StringComparison.Ordinal))
        ? path
        : $"'{Safe(path).Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Writes an array of objects.</summary>
    public static void WriteObjects<T>(Utf8JsonWriter json, string name, IEnumerable<T> values, Action<T> members)
    {
        json.WriteStartArray(name);
        foreach (T value in values)
        {
            json.WriteStartObject();
            members(value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Writes one indented JSON object and a line end.</summary>
    public static void WriteJson(TextWriter to, Action<Utf8JsonWriter> content)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 1);
            content(json);
            json.WriteEndObject();
        }
        to.Write(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n");
    }
}
