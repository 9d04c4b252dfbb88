using System.Globalization;

namespace Bnn.Trainer.Reports.Page;

/// <summary>Lines over the epochs of a run.</summary>
/// <param name="Title">Heading of the chart.</param>
/// <param name="Lines">What is drawn; values that are not finite, or not positive on a logarithmic scale, leave a gap.</param>
/// <param name="Unit">Of the values: nothing, or for example <c> %</c>.</param>
/// <param name="Decimals">Of values in words.</param>
/// <param name="IsLog">Whether the vertical axis is logarithmic.</param>
internal sealed record LineChart(string Title, IReadOnlyList<Line> Lines, string Unit = "", int Decimals = 3, bool IsLog = false)
{
    // More would make the page large; the table below the curves holds them all.
    private const int MostTips = 120;

    /// <summary>The chart with heading and legend.</summary>
    public Markup Draw()
    {
        int epochs = Lines.Max(line => line.Values.Count);
        IEnumerable<double> all = Lines.SelectMany(line => line.Values);
        var x = Scale.Linear([1, Math.Max(2, epochs)], ticks: 6, isTight: true);
        x = x with { Ticks = [.. x.Ticks.Where(tick => tick == Math.Floor(tick))] };
        var frame = new Frame(480, 240, x, IsLog ? Scale.Log(all) : Scale.Linear(all, ticks: 5), "epoch", Unit);
        return Markup.Of($"""
            <figure class="chart">
            <figcaption>{Title}{Legend.Of(Legend.Line, [.. Lines.Select(line => ($"line s{line.Colour}", line.Name))])}</figcaption>
            {frame.Draw(Summary, Markup.Join(Lines.Select(line => Draw(frame, line))))}</figure>
            """);
    }

    private string Summary => $"{Title} over the epochs. {string.Join(' ', Lines.Select(InWords))}";

    private string InWords(Line line) => line.Values.Where(double.IsFinite).ToArray() is { Length: > 0 } values
        ? $"{line.Name}: from {Value(values[0])} to {Value(values[^1])}, lowest {Value(values.Min())}, highest {Value(values.Max())}."
        : $"{line.Name}: not measured.";

    private string Value(double value) => Text.Fixed(value, Decimals) + Unit;

    private Markup Draw(Frame frame, Line line)
    {
        var tips = new List<Markup>();
        for (int i = 0; line.Values.Count <= MostTips && i < line.Values.Count; i++)
        {
            if (!frame.Holds(line.Values[i]))
                continue;
            Markup tip = Markup.Of($"<title>{line.Name}, epoch {i + 1}: {Value(line.Values[i])}</title>");
            tips.Add(Markup.Of($"""<circle class="dot s{line.Colour}" cx="{frame.PlaceX(i + 1)}" cy="{frame.PlaceY(line.Values[i])}" r="{(line.Values.Count <= 30 ? 2.5 : 1.2)}">{tip}</circle>"""));
        }
        return Markup.Of($"""{line.Draw(frame)}{tips}""");
    }
}

/// <summary>A line of a chart.</summary>
/// <param name="Name">In legend and words.</param>
/// <param name="Values">One for each epoch.</param>
/// <param name="Colour">Number of a colour of the style sheet, from 0 to 7.</param>
internal sealed record Line(string Name, IReadOnlyList<double> Values, int Colour)
{
    /// <summary>The line itself, with gaps where the frame cannot hold a value.</summary>
    public Markup Draw(Frame frame)
    {
        var path = new System.Text.StringBuilder();
        bool isDrawing = false;
        for (int i = 0; i < Values.Count; i++)
        {
            if (frame.Holds(Values[i]))
                path.Append(CultureInfo.InvariantCulture, $"{(isDrawing ? 'L' : 'M')}{frame.PlaceX(i + 1):0.#} {frame.PlaceY(Values[i]):0.#}");
            isDrawing = frame.Holds(Values[i]);
        }
        return Markup.Of($"""<path class="line s{Colour}" d="{path.ToString()}"/>""");
    }
}
