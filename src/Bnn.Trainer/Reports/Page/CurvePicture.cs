using System.Globalization;
using System.Text;

namespace Bnn.Trainer.Reports.Page;

/// <summary>Curves over the epochs, each with a band around it, as an SVG file of its own that follows a light or dark page.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Curves">At most <see cref="MostCurves"/>.</param>
/// <param name="Unit">Behind the numbers of the vertical axis.</param>
internal sealed record CurvePicture(string Title, IReadOnlyList<Curve> Curves, string Unit = "")
{
    /// <summary>More could not be told apart.</summary>
    public const int MostCurves = 8;

    private const int Width = 760;
    private const int Head = 40;
    private const int ChartHeight = 380;
    private const int LegendRow = 20;
    private const int LongestOfTwo = 46; // characters of a name that fits into half of the width

    /// <summary>The content of the file.</summary>
    public string Draw()
    {
        int epochs = Curves.Max(curve => curve.Middle.Count);
        var x = Scale.Linear([1, Math.Max(2, epochs)], ticks: 8, isTight: true);
        x = x with { Ticks = [.. x.Ticks.Where(tick => tick == Math.Floor(tick))] };
        var frame = new Frame(Width, ChartHeight, x, Scale.Linear(Curves.SelectMany(curve => curve.All), ticks: 7), "epoch", Unit);
        int columns = Curves.Max(curve => curve.Name.Length) <= LongestOfTwo ? 2 : 1;
        int rows = (Curves.Count + columns - 1) / columns;
        int height = Head + ChartHeight + (rows * LegendRow) + 16;
        Line[] lines = [.. Curves.Select((curve, i) => new Line(curve.Name, curve.Middle, i))];
        string summary = $"{Title} over the epochs. {string.Join(' ', Curves.Select(InWords))}";
        return Markup.Of($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}">
            <style>
            {StyleSheet.Charts}</style>
            <rect class="ground" width="{Width}" height="{height}"/>
            <text class="title" x="14" y="26">{Title}</text>
            <svg y="{Head}" width="{Width}" height="{ChartHeight}">
            {frame.Draw(summary, Markup.Of($"{Curves.Select((curve, i) => Band(frame, curve, i))}{lines.Select(line => line.Draw(frame))}"))}</svg>
            {lines.Select((line, i) => Name(line, 14 + (i / rows * (Width / 2)), Head + ChartHeight + 14 + (i % rows * LegendRow)))}</svg>

            """).ToString();
    }

    private string InWords(Curve curve) => curve.Middle.Where(double.IsFinite).ToArray() is { Length: > 0 } values
        ? $"{curve.Name}: from {Text.Fixed(values[0], 2)}{Unit} to {Text.Fixed(values[^1], 2)}{Unit}."
        : $"{curve.Name}: not measured.";

    private static Markup Name(Line line, int x, int y) => Markup.Of($"""
        <path class="line s{line.Colour}" d="M{x} {y - 4}h22"/><text class="name" x="{x + 30}" y="{y}">{line.Name}</text>

        """);

    private static Markup Band(Frame frame, Curve curve, int colour)
    {
        int[] known = [.. Enumerable.Range(0, curve.Middle.Count).Where(i => double.IsFinite(curve.Middle[i] + curve.Around[i]))];
        if (known.Length < 2)
            return Markup.Empty;
        var path = new StringBuilder();
        foreach (int i in known)
            Add(i, curve.Middle[i] + curve.Around[i]);
        foreach (int i in known.Reverse())
            Add(i, curve.Middle[i] - curve.Around[i]);
        return Markup.Of($"""<path class="area band s{colour}" d="{path.ToString()}Z"/>""");

        void Add(int i, double value) =>
            path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{frame.PlaceX(i + 1):0.#} {frame.PlaceY(value):0.#}");
    }
}

/// <summary>A curve with a band.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Middle">One value for each epoch.</param>
/// <param name="Around">How far the band reaches to both sides; NaN: none.</param>
internal sealed record Curve(string Name, IReadOnlyList<double> Middle, IReadOnlyList<double> Around)
{
    /// <summary>All that must fit into the chart.</summary>
    public IEnumerable<double> All => Middle.Zip(Around, (middle, around) => new[] { middle, middle + around, middle - around }).SelectMany(values => values);
}
