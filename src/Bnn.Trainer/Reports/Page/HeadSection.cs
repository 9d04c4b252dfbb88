using System.Text.Json;
using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Trainer.Reports.Page;

/// <summary>Name, headline figures, and where the network comes from.</summary>
internal static class HeadSection
{
    /// <summary>The header of the page, with links to its sections.</summary>
    public static Markup Write(RunReport report, IEnumerable<(string Id, string Title)> sections)
    {
        Network network = report.Network;
        return Markup.Of($"""
            <header>
            <p class="kind">Training report of a {(report.IsReal ? "full-precision network, the counterpart of a binary one" : "binary neural network")}</p>
            <h1>{network.Name}</h1>
            <p class="path">{Path(report)}</p>
            <nav aria-label="Sections">{sections.Select(section => Markup.Of($"""<a href="#{section.Id}">{section.Title}</a>"""))}</nav>
            {Unfinished(report)}<div class="tiles">
            {Tiles(report).Select(tile => Markup.Of($"""
                <div class="tile"><p class="name">{tile.Name}</p><p class="figure">{tile.Figure}</p><p class="note">{tile.Note}</p></div>

                """))}</div>
            <dl class="facts">
            {Facts(report).Select(fact => Markup.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>\n"))}</dl>
            <details><summary>All options</summary>
            <dl class="facts">
            {Options(report).Select(fact => Markup.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>\n"))}</dl>
            </details>
            </header>

            """);
    }

    // The way of a sample in one line: shapes, with what makes one of the other.
    private static string Path(RunReport report)
    {
        IEnumerable<string> steps = LayerFacts.Of(report.Network).Where(layer => layer.Layer is not FlattenLayer).Select(layer => layer.Layer switch
        {
            ConvolutionLayer convolution => $"{convolution.Kernel} convolution {Shape(layer.Output)}",
            MaxPoolLayer => $"pool {Shape(layer.Output)}",
            _ => Shape(layer.Output),
        });
        return $"{report.Network.Input} → {string.Join(" → ", steps)}";
    }

    private static string Shape(Shape shape) => shape is { Height: 1, Width: 1 } ? Text.Whole(shape.Channels) : shape.ToString();

    private static Markup Unfinished(RunReport report) => report.Run.IsFinished ? Markup.Empty : Markup.Of($"""
        <p class="warning">Training is not finished. Figures are those of the network after epoch {Text.Whole(report.Run.EpochsDone)}.</p>

        """);

    private static IEnumerable<(string Name, string Figure, string Note)> Tiles(RunReport report)
    {
        LayerFacts[] layers = [.. LayerFacts.Of(report.Network)];
        long liveWeights = layers.Sum(layer => layer.LiveWeights);
        long weights = layers.Sum(layer => layer.Weights);
        long inner = layers.Skip(1).SkipLast(1).Sum(layer => layer.Operations);
        string live = liveWeights == weights ? $"{Text.Whole(weights)} weights, all live" : $"{Text.Whole(liveWeights)} live of {Text.Whole(weights)}";
        EvaluationResult result = report.Result;
        yield return report.Images.Count == 0
            ? ("Validation accuracy", "–", "no images were held out")
            : ("Validation accuracy", Text.Percent(result.Accuracy),
                $"± {Text.Percent(result.StandardError)} standard error; {Text.Whole(result.Correct)} of {Text.Whole(result.Samples)} images held out");
        yield return ("Operations a sample", Text.Whole(report.Network.Operations()), $"{Text.Whole(inner)} without the first and last layer");
        yield return ("Bytes of weights", Text.Whole(report.IsReal ? liveWeights * sizeof(float) : (liveWeights + 7) / 8), $"{live}; file {Text.Count(report.FileBytes, "byte")}");
        yield return ("Epochs", Text.Whole(report.Run.EpochsDone),
            report.Run.IsFinished ? "all that were planned" : $"of {Text.Whole(report.Run.Options.Epochs)} planned");
    }

    private static IEnumerable<(string Name, string Value)> Facts(RunReport report)
    {
        yield return ("Data",
            $"{report.Images.Name}: {Text.Whole(report.Run.Split.Training.Count)} images for training, {Text.Whole(report.Images.Count)} held out");
        yield return ("Input", $"{report.Network.Input}, {Text.Count(report.Network.InputLength, "byte")}");
        yield return ("Encoding", InspectReport.Describe(report.Network.Encoding));
        yield return ("Seed", report.Run.Options.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        yield return ("Method", report.Run.Provenance is { } parent
            ? $"{parent.Method}, from a parent of {Text.Count(parent.ParentEpochs, "epoch")}, latent state {parent.ParentHash}"
            : "trained from random weights");
        if (report.Run.Teacher is { } teacher)
        {
            yield return ("Teacher", $"{teacher.Options.Architecture}, {(teacher.Options.FullPrecision ? "full precision" : "binary")}, "
                + $"validation accuracy {Text.Percent(teacher.History.Count == 0 ? double.NaN : teacher.History[^1].ValidationAccuracy)}");
        }
        yield return ("Engine", report.Network.Meta("engine") ?? "not stated");
        yield return (report.IsReal ? "Checkpoint SHA-256" : "Model SHA-256", report.Hash);
        yield return ("Data SHA-256", report.Network.Meta("data-hash") ?? "not stated");
    }

    private static IEnumerable<(string Name, string Value)> Options(RunReport report) => JsonSerializer.SerializeToElement(report.Run.Options)
        .EnumerateObject()
        .Select(option => (Words(option.Name), option.Value.ValueKind == JsonValueKind.Array
            ? string.Join(", ", option.Value.EnumerateArray())
            : option.Value.ToString()));

    // "LabelSmoothing" becomes "Label smoothing".
    private static string Words(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? " " + char.ToLowerInvariant(c) : c.ToString()));
}
