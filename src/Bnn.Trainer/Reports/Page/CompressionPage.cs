using Bnn.Model;
using Bnn.Pruning;
using Bnn.Trainer.Compression;
using Bnn.Trainer.Plans;

namespace Bnn.Trainer.Reports.Page;

/// <summary>The report of a compression as one HTML page: it fetches nothing and needs no script.</summary>
internal static class CompressionPage
{
    /// <summary>The whole page.</summary>
    public static string Write(CompressionReport report) => Document.Write(
        $"{report.Name} - compression report",
        Markup.Of($"""
            <header>
            <p class="kind">Compression report of a binary neural network</p>
            <h1>{report.Name}</h1>
            <p class="path">{Text.Count(report.Trained.Count(), "network")}; good enough from {Text.Percent(report.Floor)} validation accuracy on</p>
            <div class="tiles">
            {Tile("Smallest", report, report.Smallest)}{Tile("Fastest", report, report.Fastest)}</div>
            </header>

            """),
        [
            ("accuracy", "Accuracy against cost", Charts(report)),
            ("networks", "All networks", Networks(report)),
            ("layers", "Layers of the smallest", Layers(report)),
            ("sensitivity", "Sensitivity", Sensitivity(report)),
            ("masks", "Weights of the smallest", Masks(report)),
        ],
        "from runs that were judged by the images held out from training. The test set was not read.");

    private static Markup Tile(string name, CompressionReport report, Trial trial)
    {
        Trial parent = report.Trials[0];
        return Markup.Of($"""
            <div class="tile"><p class="name">{name}: {trial.Name}</p><p class="figure">{Text.Percent(trial.Accuracy)}</p>
            <p class="note">{Text.Whole(trial.LiveWeights)} live weights ({CompressionReport.Share(trial.LiveWeights, parent.LiveWeights)}), operations {CompressionReport.Share(trial.Operations, parent.Operations)},
            planned time {CompressionReport.Share(trial.Cost.Sample, parent.Cost.Sample)} for one sample, {CompressionReport.Share(trial.Cost.Batch, parent.Cost.Batch)} in a batch</p></div>

            """);
    }

    private static Markup Charts(CompressionReport report)
    {
        (string Name, Func<Trial, double> Cost)[] costs =
        [
            ("live weights", trial => trial.LiveWeights),
            ("operations a sample", trial => trial.Operations),
            ("words, columns, look-ups or planes executed, one sample", trial => trial.Cost.Work),
            ("planes added for a register of samples", trial => trial.Cost.Planes),
            ("planned cycles, one sample", trial => trial.Cost.Sample),
            ("planned cycles of a sample in a batch", trial => trial.Cost.Batch),
            ("measured ns, one sample", trial => Measured(report, trial, CompressionReport.One)),
            ("measured ns of a sample in a batch", trial => Measured(report, trial, CompressionReport.Batch)),
        ];
        return Markup.Of($"""
            <p>The dashed line is what was good enough. Controls, the parent trained on and random choices of the same size, stand among the others. Times were measured of the parent, the smallest and the fastest network, and the fastest good one of each way.</p>
            <div class="charts">
            {costs.Where(cost => report.Trained.Any(trial => cost.Cost(trial) > 0)).Select(cost => new PointChart($"Validation accuracy against {cost.Name}", cost.Name, Sets(report, cost.Cost), Mark: 100 * report.Floor, IsLog: true).Draw())}</div>
            """);
    }

    private static double Measured(CompressionReport report, Trial trial, Func<PlanMeasurement, double> time) =>
        report.Times.TryGetValue(trial.Name, out PlanMeasurement? times) ? time(times) : 0;

    // Without those whose cost is not known, or nothing.
    private static PointSet[] Sets(CompressionReport report, Func<Trial, double> cost) =>
    [
        .. report.Ways.Select(way => way.Name).Append(Trial.Control).Append("")
            .Select((way, i) => (Way: way, Colour: i, Trials: report.Trained.Where(trial => trial.Way == way && cost(trial) > 0).ToArray())).Where(set => set.Trials.Length > 0)
            .Select(set => new PointSet(
                set.Way.Length == 0 ? "parent" : set.Way,
                [.. set.Trials.OrderBy(cost).Select(trial => new ChartPoint(cost(trial), 100 * trial.Accuracy, $"{trial.Name}: {Text.Percent(trial.Accuracy)}"))],
                set.Colour)),
    ];

    private static Markup Networks(CompressionReport report)
    {
        var table = new Table("", "network", "<way", "validation", "points lost", "live weights", "file bytes", "operations", "executed, one", "planes, batch", "cycles, one", "cycles, batch", "ns, one", "ns, batch", "<role");
        foreach (Trial trial in report.Trained)
        {
            PlanMeasurement? times = report.Times.GetValueOrDefault(trial.Name);
            table.Add(
                trial.Name, trial.Way, Text.Percent(trial.Accuracy), Text.Fixed(100 * (report.Trials[0].Accuracy - trial.Accuracy), 2), Text.Whole(trial.LiveWeights),
                Text.Whole(trial.FileBytes), Text.Whole(trial.Operations), Text.Whole(trial.Cost.Work), Text.Whole(trial.Cost.Planes), Text.Fixed(trial.Cost.Sample, 0), Text.Fixed(trial.Cost.Batch, 0), times is null ? "" : Text.Fixed(CompressionReport.One(times), 0),
                times is null ? "" : Text.Fixed(CompressionReport.Batch(times), 0), report.Role(trial));
        }
        string ways = string.Join("; ", report.Ways.Select(way => $"{way.Name}: {way.About}"));
        return Markup.Of($"""
            <p>{ways}. Cycles are the planner's estimate on the usual tier, nanoseconds were measured on this machine; operations count one for each live weight and position, eight on an eight-bit input.
            Executed are words of 64 weights, and for each register columns, look-ups, sums of bytes or planes, whichever the compiled code works with; planes those that a batch adds for each register of samples. A file holds a mask bit beside each sign where weights are pruned one by one.
            They are different costs: masks that leave many weights save operations, but not time.</p>
            {table.Draw()}
            """);
    }

    private static Markup Layers(CompressionReport report)
    {
        var table = new Table("", "layer", "channels before", "channels now", "live weights before", "live weights now", "kept");
        WeightedLayer[] before = Weighted(report.Trials[0]), after = Weighted(report.Smallest);
        for (int l = 0; l < before.Length; l++)
        {
            long all = before[l].Weights.LiveCount(), left = after[l].Weights.LiveCount();
            table.Add(before[l].Name, Text.Whole(before[l].Weights.Rows), Text.Whole(after[l].Weights.Rows), Text.Whole(all), Text.Whole(left), Text.Percent((double)left / all));
        }
        return table.Draw();
    }

    private static Markup Sensitivity(CompressionReport report)
    {
        SensitivityTable table = report.Sensitivity;
        IEnumerable<PointSet> sets = report.Layers.Select((name, l) => (name, l)).Where(layer => table.Accuracy[layer.l] is not null).Select(layer => new PointSet(
            layer.name,
            [.. SensitivityTable.Rates.Zip(table.Accuracy[layer.l]!, (rate, accuracy) => new ChartPoint(100 * rate, 100 * accuracy, $"{layer.name}, {Text.Percent(rate)} pruned: {Text.Percent(accuracy)}"))],
            layer.l % 8,
            IsJoined: true));
        return Markup.Of($"""
            <p>Validation accuracy of the parent when the smallest latent weights of one layer are pruned and batch norm is re-estimated, without any repair.</p>
            <div class="charts">{new PointChart("Accuracy with one layer pruned", "pruned, %", [.. sets]).Draw()}</div>
            """);
    }

    private static Markup Masks(CompressionReport report) => Markup.Of($"""
        <p>A row for each channel, a column for each input: white +1, black −1, blue pruned. Of large layers the upper left corner.</p>
        {Weighted(report.Smallest).Select(layer => Markup.Of($"""
            <figure><figcaption>{layer.Name}: {Text.Whole(layer.Weights.Rows)} channels, {Text.Whole(layer.Weights.Columns)} inputs</figcaption>
            <img alt="Weights of {layer.Name}" style="max-width:100%;image-rendering:pixelated" src="{MaskPicture.DataUri(layer.Weights)}"/></figure>

            """))}
        """);

    private static WeightedLayer[] Weighted(Trial trial) => [.. trial.Network.Layers.OfType<WeightedLayer>()];
}
