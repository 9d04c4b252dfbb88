using System.Reflection;

namespace Bnn.Trainer.Reports.Page;

/// <summary>The style sheets of this program.</summary>
internal static class StyleSheet
{
    /// <summary>Colours, and all that stands in a chart: enough for a picture of its own.</summary>
    public static Markup Charts { get; } = Read("charts.css");

    /// <summary>The rest of a page.</summary>
    public static Markup Page { get; } = Read("report.css");

    private static Markup Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return Markup.Trusted(reader.ReadToEnd());
    }
}
