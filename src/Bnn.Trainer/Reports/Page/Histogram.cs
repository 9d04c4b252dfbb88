namespace Bnn.Trainer.Reports.Page;

/// <summary>How often values fall into bins of equal width.</summary>
/// <param name="Title">Heading of the chart.</param>
/// <param name="Summary">What it says, for those who do not see it.</param>
/// <param name="XName">What the values are, with their unit.</param>
/// <param name="Least">Where the first bin begins.</param>
/// <param name="BinWidth">Width of a bin.</param>
/// <param name="Steps">What is drawn.</param>
internal sealed record Histogram(string Title, string Summary, string XName, double Least, double BinWidth, IReadOnlyList<Steps> Steps)
{
    /// <summary>A value at which a vertical line stands, or NaN.</summary>
    public double Mark { get; init; } = double.NaN;

    /// <summary>Words that stand below the heading.</summary>
    public string Note { get; init; } = "";

    /// <summary>The chart with heading and legend.</summary>
    public Markup Draw()
    {
        int bins = Steps.Max(steps => steps.Counts.Count);
        double highest = Steps.Max(steps => steps.Counts.Count == 0 ? 0 : steps.Counts.Max() / steps.Unit);
        var frame = new Frame(
            340, 190, Scale.Linear([Least, Least + (bins * BinWidth)], ticks: 5, isTight: true), Scale.Linear([0, highest], ticks: 4), XName, HasYTicks: false);
        Markup mark = double.IsNaN(Mark) ? Markup.Empty : Markup.Of(
            $"""<line class="mark" x1="{frame.PlaceX(Mark)}" x2="{frame.PlaceX(Mark)}" y1="{Frame.Ceiling}" y2="{frame.Floor}"/>""");
        Markup note = Note.Length == 0 ? Markup.Empty : Markup.Of($"""<span class="note">{Note}</span>""");
        return Markup.Of($"""
            <figure class="chart">
            <figcaption>{Title}{Legend.Of(Legend.Step, [.. Steps.Select(steps => (steps.Style, steps.Name))])}{note}</figcaption>
            {frame.Draw(Summary, Markup.Of($"{Steps.Select(steps => Draw(frame, steps))}{mark}"))}</figure>
            """);
    }

    private Markup Draw(Frame frame, Steps steps)
    {
        var path = new System.Text.StringBuilder();
        System.Globalization.CultureInfo culture = System.Globalization.CultureInfo.InvariantCulture;
        int first = steps.FirstBin;
        path.Append(culture, $"M{frame.PlaceX(Least + (first * BinWidth)):0.#} {frame.Floor:0.#}");
        for (int i = first; i < first + steps.Bins; i++)
            path.Append(culture, $"V{frame.PlaceY(steps.Counts[i] / steps.Unit):0.#}H{frame.PlaceX(Least + ((i + 1) * BinWidth)):0.#}");
        path.Append(culture, $"V{frame.Floor:0.#}");
        return Markup.Of($"""<path class="{steps.Style}" d="{path.ToString()}"/>""");
    }
}

/// <summary>One distribution of a histogram.</summary>
/// <param name="Name">In the legend; empty: not there.</param>
/// <param name="Counts">One for each bin.</param>
/// <param name="Style">A class of the style sheet.</param>
/// <param name="Unit">What the heights are measured in: a total, or the highest count.</param>
internal sealed record Steps(string Name, IReadOnlyList<long> Counts, string Style, double Unit)
{
    /// <summary>The first bin that is drawn.</summary>
    public int FirstBin { get; init; }

    /// <summary>How many bins are drawn.</summary>
    public int Bins { get; init; } = Counts.Count;
}
