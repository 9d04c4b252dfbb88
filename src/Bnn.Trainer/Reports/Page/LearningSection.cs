using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Reports.Page;

/// <summary>Loss, accuracy, learning rate and flips over the epochs.</summary>
internal static class LearningSection
{
    private const int Colours = 8;

    /// <summary>The charts, and the numbers behind them as a table.</summary>
    public static Markup Write(RunReport report)
    {
        IReadOnlyList<EpochRecord> history = report.Run.History;
        if (history.Count == 0)
            return Markup.Of($"<p>No epoch is done yet.</p>\n");
        string[] layers = LayerNames(report.Network, history[0].FlipShares.Length);
        LineChart[] charts =
        [
            new(
                "Loss",
                [
                    new("training", Of(history, epoch => epoch.TrainingLoss), 0),
                    new("validation", Of(history, epoch => epoch.ValidationLoss), 1),
                ]),
            new("Validation accuracy", [new("validation accuracy", Of(history, epoch => 100 * epoch.ValidationAccuracy), 1)], " %", 2),
            new(
                "Flip share", [.. layers.Select((name, i) => new Line(name, Of(history, epoch => 100 * epoch.FlipShares[i]), i % Colours))],
                " %", 4, IsLog: true),
            new("Learning rate", [new("learning rate", Of(history, epoch => epoch.LearningRate), 2)], "", 5),
        ];
        return Markup.Of($"""
            <p>Loss is the mean cross-entropy in nats: of training images as they were shown, with the statistics of their batch, and of held-out images
            with running statistics. The flip share is the part of a layer's weights whose sign changed within an epoch; it falls with the learning rate.</p>
            <div class="charts wide">
            {charts.Select(chart => chart.Draw())}</div>
            {Epochs(history, layers)}
            """);
    }

    private static double[] Of(IReadOnlyList<EpochRecord> history, Func<EpochRecord, double> value) => [.. history.Select(value)];

    // The layers of the run are the layers with weights of the network.
    private static string[] LayerNames(Network network, int count)
    {
        string[] names = [.. network.Layers.OfType<WeightedLayer>().Select(layer => layer.Name)];
        return names.Length == count ? names : [.. Enumerable.Range(1, count).Select(i => $"layer {Text.Whole(i)}")];
    }

    private static Markup Epochs(IReadOnlyList<EpochRecord> history, string[] layers)
    {
        var table = new Table(
            "", ["epoch", "learning rate", "training loss", "validation loss", "accuracy", .. layers.Select(name => $"flips {name}")]);
        foreach (EpochRecord epoch in history)
        {
            table.Add(
                Text.Whole(epoch.Epoch),
                [
                    Text.Fixed(epoch.LearningRate, 6), Text.Fixed(epoch.TrainingLoss, 4), Number(epoch.ValidationLoss, Text.Fixed(epoch.ValidationLoss, 4)),
                    Number(epoch.ValidationAccuracy, Text.Percent(epoch.ValidationAccuracy)), .. epoch.FlipShares.Select(share => (Cell)Text.Percent(share)),
                ]);
        }
        return Markup.Of($"<details><summary>All epochs in numbers</summary>\n{table.Draw()}</details>\n");
    }

    private static string Number(double value, string text) => double.IsNaN(value) ? "–" : text;
}
