using Bnn.Inference;

namespace Bnn.Trainer.Reports.Page;

/// <summary>What was taken for what, and how surely.</summary>
internal static class AnswersSection
{
    private const int MostClasses = 40;
    private const int MostConfusions = 8;
    private const int Bins = 40;

    /// <summary>Confusion matrix, the commonest mistakes, and the lead of the best score.</summary>
    public static Markup Write(RunReport report) => report.Images.Count == 0
        ? Markup.Of($"<p>No images were held out, so there is nothing to measure on.</p>\n")
        : Markup.Of($"""
            <p>Answers to the {Text.Whole(report.Result.Samples)} held-out images.
            A row is the class of the image, a column the class that the network gave.</p>
            {Matrix(report)}<div class="columns">
            {Confusions(report)}{Leads(report).Draw()}</div>

            """);

    private static Markup Matrix(RunReport report)
    {
        EvaluationResult result = report.Result;
        if (result.ClassCount > MostClasses)
            return Markup.Of($"<p>{Text.Whole(result.ClassCount)} classes are too many for a table; the commonest mistakes follow.</p>\n");
        int[] classes = [.. Enumerable.Range(0, result.ClassCount)];
        var table = new Table("confusion", ["", .. classes.Select(report.ClassName), "images", "right"])
        {
            Caption = "Confusion matrix. The deeper the colour, the larger the part of the row.",
        };
        foreach (int label in classes)
        {
            int images = classes.Sum(given => result.Confusion(label, given));
            IEnumerable<Cell> cells = classes.Select(given => Cell(result.Confusion(label, given), images, label == given));
            table.Add(report.ClassName(label), [.. cells, Text.Whole(images), Share(result.Confusion(label, label), images)]);
        }
        IEnumerable<Cell> precision = classes.Select(given =>
            (Cell)Share(result.Confusion(given, given), classes.Sum(label => result.Confusion(label, given))));
        table.AddFoot("right when given", [.. precision, Text.Whole(result.Samples), Share(result.Correct, result.Samples)]);
        return table.Draw();
    }

    private static Cell Cell(int count, int images, bool isRight)
    {
        if (count == 0)
            return new("·", "none");
        double share = (double)count / images;
        double depth = isRight ? share : Math.Sqrt(share); // mistakes are rare: the root lets them show
        string style = (isRight ? "right" : "wrong") + (depth > 0.6 ? " deep" : "");
        return new(Text.Whole(count), style, Markup.Of($"--depth:{100 * depth}%").ToString());
    }

    private static string Share(int part, int whole) => whole == 0 ? "–" : Text.Fixed(100.0 * part / whole, 1) + " %";

    private static Markup Confusions(RunReport report)
    {
        EvaluationResult result = report.Result;
        (int Label, int Given, int Count)[] common =
        [
            .. Enumerable.Range(0, result.ClassCount)
                .SelectMany(label => Enumerable.Range(0, result.ClassCount).Select(given => (label, given, Count: result.Confusion(label, given))))
                .Where(pair => pair.label != pair.given && pair.Count > 0)
                .OrderByDescending(pair => pair.Count).Take(MostConfusions),
        ];
        if (common.Length == 0)
            return Markup.Of($"<p>Every answer is right.</p>\n");
        int wrong = result.Samples - result.Correct;
        var table = new Table("bars", "class", "<taken for", "images", $"of all {Text.Whole(wrong)} mistakes");
        foreach ((int label, int given, int count) in common)
            table.Add(report.ClassName(label), report.ClassName(given), Text.Whole(count), Table.Bar((double)count / wrong));
        return Markup.Of($"<div><h3>Commonest mistakes</h3>\n{table.Draw()}</div>\n");
    }

    private static Histogram Leads(RunReport report)
    {
        int[] leads = [.. Enumerable.Range(0, report.Images.Count).Select(report.Lead)];
        int step = 4 * report.Network.Scores.Scale; // one bit moves both scores by 2, the same way or apart: other steps would show combs
        int width = step * Math.Max(1, (int)Math.Ceiling((leads.Max() + 1.0) / Bins / step));
        int bins = (leads.Max() / width) + 1;
        var right = new long[bins];
        var wrong = new long[bins];
        for (int i = 0; i < leads.Length; i++)
            (report.IsRight(i) ? right : wrong)[leads[i] / width]++;
        double Mean(bool isRight) => leads.Where((_, i) => report.IsRight(i) == isRight).Select(lead => (double)lead).DefaultIfEmpty(0).Average();
        string means = $"on average {Text.Fixed(Mean(true), 1)} where the answer is right and {Text.Fixed(Mean(false), 1)} where it is wrong";
        return new(
            "Lead of the best score", $"How far the best score leads over the second one: {means}.", "score points ahead of the second class", 0, width,
            [new("right", right, "area good", Math.Max(1, right.Sum())), new("wrong", wrong, "outline bad", Math.Max(1, wrong.Sum()))])
        {
            Note = $"Each scaled to its own number; {means}.",
        };
    }
}
