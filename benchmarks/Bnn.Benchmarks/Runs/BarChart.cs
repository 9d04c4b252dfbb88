using System.Security;
using System.Text;

namespace Bnn.Benchmarks.Runs;

/// <summary>One bar.</summary>
/// <param name="Group">The network.</param>
/// <param name="Name">The way.</param>
/// <param name="Nanoseconds">Length.</param>
internal sealed record Bar(string Group, string Name, double Nanoseconds);

/// <summary>Horizontal bars of times on a logarithmic scale, as an SVG that follows a light or dark page.</summary>
internal static class BarChart
{
    private const int Width = 820, Left = 190, Right = 90, BarHeight = 18, HeadHeight = 30, Top = 44;

    /// <summary>Draws the bars in their order, those of a group under its name.</summary>
    public static string Draw(string title, IReadOnlyList<Bar> bars)
    {
        var svg = new StringBuilder();
        double least = Math.Floor(Math.Log10(bars.Min(bar => bar.Nanoseconds))), most = Math.Ceiling(Math.Log10(bars.Max(bar => bar.Nanoseconds)) + 0.01);
        int height = Top + (bars.Count * BarHeight) + (bars.Select(bar => bar.Group).Distinct().Count() * HeadHeight) + 30;
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">");
        Line($"<title>{Escape(title)}</title>");
        svg.Append("<style>text{fill:#222}.grid{stroke:#ccc}.bar{fill:#9aa7b4}.ours{fill:#c2410c}\n");
        svg.Append("@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}.bar{fill:#64748b}.ours{fill:#fb923c}}</style>\n");
        Line($"<text x=\"8\" y=\"18\" font-size=\"15\">{Escape(title)}; logarithmic scale</text>");
        for (double power = least; power <= most; power++)
        {
            Line($"<line class=\"grid\" x1=\"{X(power):F1}\" y1=\"{Top - 8}\" x2=\"{X(power):F1}\" y2=\"{height - 20}\"/>");
            Line($"<text x=\"{X(power):F1}\" y=\"{height - 6}\" text-anchor=\"middle\">{Time(Math.Pow(10, power))}</text>");
        }
        int y = Top;
        foreach (IGrouping<string, Bar> group in bars.GroupBy(bar => bar.Group))
        {
            Line($"<text x=\"8\" y=\"{y + 16}\" font-weight=\"bold\">{Escape(group.Key)}</text>");
            y += HeadHeight - 8;
            foreach (Bar bar in group)
            {
                double end = X(Math.Log10(bar.Nanoseconds));
                string kind = bar.Name == "generated" ? "ours" : "bar";
                Line($"<text x=\"{Left - 6}\" y=\"{y + 13}\" text-anchor=\"end\">{Escape(bar.Name)}</text>");
                Line($"<rect class=\"{kind}\" x=\"{Left}\" y=\"{y + 2}\" width=\"{Math.Max(1, end - Left):F1}\" height=\"{BarHeight - 4}\"/>");
                Line($"<text x=\"{end + 4:F1}\" y=\"{y + 13}\">{Time(bar.Nanoseconds)}</text>");
                y += BarHeight;
            }
            y += 8;
        }
        svg.Append("</svg>\n");
        return svg.ToString();

        void Line(FormattableString text) => svg.Append(FormattableString.Invariant(text)).Append('\n');

        double X(double power) => Left + ((power - least) / (most - least) * (Width - Left - Right));
    }

    private static string Time(double nanoseconds) => FormattableString.Invariant(nanoseconds switch
    {
        < 1e3 => $"{nanoseconds:G3} ns",
        < 1e6 => (FormattableString)$"{nanoseconds / 1e3:G3} µs",
        _ => $"{nanoseconds / 1e6:G3} ms",
    });

    private static string Escape(string text) => SecurityElement.Escape(text);
}
