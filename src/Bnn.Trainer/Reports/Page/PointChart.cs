namespace Bnn.Trainer.Reports.Page;

/// <summary>Points over two measures, some of them joined by lines.</summary>
/// <param name="Title">Heading of the chart.</param>
/// <param name="XName">What the horizontal axis shows, with its unit.</param>
/// <param name="Sets">What is drawn; points that are not finite are left out.</param>
/// <param name="Unit">Of the vertical axis.</param>
/// <param name="Mark">A value of the vertical axis that is marked by a line; NaN: none.</param>
/// <param name="IsLog">Whether the horizontal axis is logarithmic where values span more than a decade.</param>
internal sealed record PointChart(string Title, string XName, IReadOnlyList<PointSet> Sets, string Unit = " %", double Mark = double.NaN, bool IsLog = false)
{
    /// <summary>The chart with heading and legend.</summary>
    public Markup Draw()
    {
        ChartPoint[] all = [.. Sets.SelectMany(set => set.Points).Where(point => double.IsFinite(point.Y))];
        bool isWide = IsLog && all.Max(point => point.X) > 10 * all.Min(point => point.X);
        Scale x = isWide ? Scale.Log(all.Select(point => point.X)) : Scale.Linear(all.Select(point => point.X), ticks: 5);
        var frame = new Frame(480, 280, x, Scale.Linear(all.Select(point => point.Y).Append(Mark), ticks: 6), XName, Unit);
        string summary = $"{Title}. {string.Join(' ', all.Select(point => point.Tip + "."))}";
        return Markup.Of($"""
            <figure class="chart">
            <figcaption>{Title}{Legend.Of(Legend.Line, [.. Sets.Select(set => ($"line s{set.Colour}", set.Name))])}</figcaption>
            {frame.Draw(summary, Markup.Join([MarkLine(frame), .. Sets.Select(set => Draw(frame, set))]))}</figure>
            """);
    }

    private Markup MarkLine(Frame frame) => double.IsNaN(Mark) ? Markup.Empty : Markup.Of(
        $"""<line class="mark" x1="{frame.PlaceX(frame.X.Least)}" x2="{frame.PlaceX(frame.X.Most)}" y1="{frame.PlaceY(Mark)}" y2="{frame.PlaceY(Mark)}"/>""");

    private static Markup Draw(Frame frame, PointSet set)
    {
        ChartPoint[] points = [.. set.Points.Where(point => double.IsFinite(point.Y))];
        Markup line = set.IsJoined && points.Length > 1
            ? Markup.Of($"""<path class="line s{set.Colour}" d="{Markup.Join(points.Select((point, i) => Markup.Of($"{(i == 0 ? "M" : "L")}{frame.PlaceX(point.X)} {frame.PlaceY(point.Y)}")))}"/>""")
            : Markup.Empty;
        return Markup.Join(points.Select(point => Markup.Of(
            $"""<circle class="dot s{set.Colour}" cx="{frame.PlaceX(point.X)}" cy="{frame.PlaceY(point.Y)}" r="{(set.IsJoined ? 2.5 : 4)}"><title>{point.Tip}</title></circle>""")).Prepend(line));
    }
}

/// <summary>Points of one kind.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Points">In the order in which they are joined.</param>
/// <param name="Colour">Number of a colour of the style sheet, from 0 to 7.</param>
/// <param name="IsJoined">Whether a line joins them.</param>
internal sealed record PointSet(string Name, IReadOnlyList<ChartPoint> Points, int Colour, bool IsJoined = false);

/// <summary>A point, and what is said of it.</summary>
internal sealed record ChartPoint(double X, double Y, string Tip);
