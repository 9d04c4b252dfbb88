namespace Bnn.Trainer.Reports.Page;

/// <summary>Names of what a chart shows, each with a piece of how it looks.</summary>
internal static class Legend
{
    /// <summary>A piece of a line.</summary>
    public const string Line = "M1 5H21";

    /// <summary>A step of a histogram.</summary>
    public const string Step = "M1 10V1H15V10";

    /// <summary>The legend; empty if there is but one entry.</summary>
    /// <param name="path">One of the pieces.</param>
    /// <param name="entries">Class of the style sheet, and name; without a name it is left out.</param>
    public static Markup Of(string path, IReadOnlyList<(string Style, string Name)> entries) => entries.Count == 1
        ? Markup.Empty
        : Markup.Of($"""<span class="legend">{entries.Where(entry => entry.Name.Length > 0).Select(entry => Entry(path, entry.Style, entry.Name))}</span>""");

    private static Markup Entry(string path, string style, string name) =>
        Markup.Of($"""<span><svg viewBox="0 0 22 10" aria-hidden="true"><path class="{style}" d="{path}"/></svg> {name}</span>""");
}
