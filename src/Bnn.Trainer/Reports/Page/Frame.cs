namespace Bnn.Trainer.Reports.Page;

/// <summary>What is around a chart: size, axes, ticks and grid, as inline SVG whose colours the style sheet gives.</summary>
/// <param name="Width">Of the drawing, in units that are pixels at natural size.</param>
/// <param name="Height">The same downwards.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="XName">What the horizontal axis shows, with its unit.</param>
/// <param name="YUnit">Stands behind each tick of the vertical axis.</param>
/// <param name="HasYTicks">Whether the vertical axis has numbers.</param>
internal sealed record Frame(int Width, int Height, Scale X, Scale Y, string XName, string YUnit = "", bool HasYTicks = true)
{
    private const int Top = 8;
    private const int Right = 10;
    private const int Bottom = 38;

    private int Left => HasYTicks ? 14 + (7 * Y.Ticks.Max(tick => (Y.Label(tick) + YUnit).Length)) : 10;

    /// <summary>Lowest place of the plot.</summary>
    public double Floor => Height - Bottom;

    /// <summary>Highest place of the plot.</summary>
    public static double Ceiling => Top;

    /// <summary>Whether a value has a place on the vertical axis.</summary>
    public bool Holds(double value) => double.IsFinite(value) && (!Y.IsLog || value > 0);

    /// <summary>Place of a value from the left.</summary>
    public double PlaceX(double value) => Left + (X.Share(value) * (Width - Left - Right));

    /// <summary>Place of a value from the top.</summary>
    public double PlaceY(double value) => Floor - (Y.Share(value) * (Floor - Top));

    /// <summary>The whole drawing.</summary>
    /// <param name="summary">What the chart says, for those who do not see it.</param>
    /// <param name="content">What stands on the grid.</param>
    public Markup Draw(string summary, Markup content) => Markup.Of($"""
        <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{summary}" style="max-width:{Width * 1.25}px">
        {Y.Ticks.Select(Grid)}{X.Ticks.Select(Tick)}
        <text class="axis" x="{(Left + Width - Right) / 2.0}" y="{Height - 4}" text-anchor="middle">{XName}</text>
        {content}
        </svg>

        """);

    private Markup Grid(double tick)
    {
        double y = PlaceY(tick);
        Markup line = Markup.Of($"""<line class="grid" x1="{Left}" x2="{Width - Right}" y1="{y}" y2="{y}"/>""");
        return HasYTicks ? Markup.Of($"""{line}<text class="tick" x="{Left - 6}" y="{y + 4}" text-anchor="end">{Y.Label(tick) + YUnit}</text>""") : line;
    }

    private Markup Tick(double tick)
    {
        double x = PlaceX(tick);
        return Markup.Of($"""
            <line class="stroke-muted" x1="{x}" x2="{x}" y1="{Floor}" y2="{Floor + 4}"/>
            <text class="tick" x="{x}" y="{Floor + 17}" text-anchor="{(x > Width - (2 * Right) ? "end" : "middle")}">{X.Label(tick)}</text>

            """);
    }
}
