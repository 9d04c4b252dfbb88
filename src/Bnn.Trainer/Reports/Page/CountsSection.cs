namespace Bnn.Trainer.Reports.Page;

/// <summary>Counts against limits, layer by layer: how far the channels are from flipping, and which never do.</summary>
internal static class CountsSection
{
    private const int Bins = 44;
    private const int FiringBins = 20;
    private const double Nearly = 0.99;
    private const double Near = 0.01;

    /// <summary>A table of all layers that give bits by counting, and three charts for each.</summary>
    public static Markup Write(RunReport report) => report.Counts.Count == 0
        ? Markup.Of($"<p>No layer compares counts with limits.</p>\n")
        : Markup.Of($"""
            <p>A channel gives 1 where its count of differing bits is at most its limit. Counts are those of
            {Text.Count(report.CountedImages, "held-out image")}, as parts of MaxCount, the most that the channel can count.
            A channel that almost always gives one bit tells little, and answers close to the limit flip with little noise.</p>
            {Overview(report)}{report.Counts.Select(Layer)}
            """);

    private static Markup Overview(RunReport report)
    {
        var table = new Table(
            "", "layer", "channels", "saturated by the limit", "others with one bit only", $"one bit in over {Percent(Nearly)} of the cases",
            $"answers that {Percent(Near)} of MaxCount (at least one count) would flip");
        foreach (CountStatistics layer in report.Counts)
        {
            table.Add(
                layer.Layer.Name, Text.Whole(layer.Channels), Text.Whole(layer.Saturated), Text.Whole(layer.Silent),
                Text.Whole(layer.NearlySilent(Nearly)), Text.Percent(layer.ShareWithin(Near)));
        }
        return table.Draw();
    }

    private static Markup Layer(CountStatistics layer) => Markup.Of($"""
        <article>
        <h3>{layer.Layer.Name} <span class="note">{layer.Layer.Keyword}, {Text.Count(layer.Channels, "channel")}</span></h3>
        <div class="charts">
        {Counts(layer).Draw()}{Margins(layer).Draw()}{Firing(layer).Draw()}</div>
        </article>

        """);

    private static string Percent(double share) => Text.Fixed(100 * share, 0) + " %";

    private static Histogram Counts(CountStatistics layer)
    {
        (int first, int last) = Span(layer.Counts.Zip(layer.Limits, (count, limit) => count + limit).ToArray());
        int width = Math.Max(1, (last - first + Bins) / Bins);
        double percent = 100.0 / layer.Steps;
        long[] counts = Merge(layer.Counts, first, last, width);
        long[] limits = Merge(layer.Limits, first, last, width);
        return new(
            "Counts and limits",
            $"Counts of {layer.Layer.Name} lie between {Text.Fixed(first * percent, 1)} % and {Text.Fixed(last * percent, 1)} % of MaxCount, "
                + "apart from a thousandth at each end.",
            "count, % of MaxCount", first * percent, width * percent,
            [
                new("counts", counts, "area s0", Math.Max(1, counts.Max())),
                new("limits", limits, "outline s1", Math.Max(1, limits.Max())),
            ]);
    }

    private static Histogram Margins(CountStatistics layer)
    {
        int middle = layer.Steps + 1;
        (int first, int last) = Span(layer.Margins);
        int reach = Math.Max(1, Math.Max(middle - first, last + 1 - middle));
        int width = Math.Max(1, (reach + (Bins / 2) - 1) / (Bins / 2));
        int half = (reach + width - 1) / width;
        long[] bins = Merge(layer.Margins, middle - (half * width), middle + (half * width) - 1, width);
        double percent = 100.0 / layer.Steps;
        double total = Math.Max(1, bins.Sum());
        return new(
            "Distance from flipping",
            $"{Text.Percent(bins.Take(half).Sum() / total)} of the answers are 0 and {Text.Percent(bins.Skip(half).Sum() / total)} are 1. "
                + $"{Text.Percent(layer.ShareWithin(Near))} would flip with {Percent(Near)} of MaxCount.",
            "limit − count, % of MaxCount", -half * width * percent, width * percent,
            [
                new("gives 0", bins, "area s5", total) { Bins = half },
                new("gives 1", bins, "area s0", total) { FirstBin = half, Bins = half },
            ])
        {
            Mark = 0,
        };
    }

    private static Histogram Firing(CountStatistics layer)
    {
        var bins = new long[FiringBins];
        for (int c = 0; c < layer.Channels; c++)
            bins[Math.Min(FiringBins - 1, (int)(layer.FiringShare(c) * FiringBins))]++;
        return new(
            "How often channels give 1",
            $"{Text.Count(bins[0], "channel")} of {Text.Whole(layer.Channels)} give 1 in less than 5 % of the cases, {Text.Whole(bins[^1])} in more than 95 %.",
            "cases in which a channel gives 1, %", 0, 100.0 / FiringBins,
            [
                new("channels", bins, "area s0", layer.Channels),
                new("nearly always one bit", bins, "area s1", layer.Channels) { Bins = 1 },
                new("", bins, "area s1", layer.Channels) { FirstBin = FiringBins - 1, Bins = 1 },
            ]);
    }

    // All but a thousandth at either end: a few strays must not make the rest narrow.
    private static (int First, int Last) Span(long[] bins)
    {
        long stray = bins.Sum() / 1000;
        int first = 0;
        for (long seen = bins[0]; seen <= stray && first < bins.Length - 1; seen += bins[first])
            first++;
        int last = bins.Length - 1;
        for (long seen = bins[last]; seen <= stray && last > first; seen += bins[last])
            last--;
        return (first, last);
    }

    private static long[] Merge(long[] bins, int first, int last, int width)
    {
        var merged = new long[(last - first + width) / width];
        for (int i = Math.Max(0, first); i <= Math.Min(last, bins.Length - 1); i++)
            merged[(i - first) / width] += bins[i];
        return merged;
    }
}
