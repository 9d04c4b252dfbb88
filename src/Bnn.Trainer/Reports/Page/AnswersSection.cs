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
            <p>Answers to the {Text.Whole(report.Result.Samples)} held-out images. A row is the class of the image, a column the class that the network gave.</p>
            {Matrix(report)}<div class="columns">
            {Confusions(report)}{Leads(report).Draw()}</div>

            """);

    private static Markup Matrix(RunReport report)
    {
        EvaluationResult result = report.Result;
        if (result.ClassCount > MostClasses)
            return Markup.Of($"<p>{Text.Whole(result.ClassCount)} classes are too many for a table; the commonest mistakes follow.</p>\n");
        int[] classes = [.. Enumerable.Range(0, result.ClassCount)];
        return Markup.Of($"""
            <div class="scroll"><table class="confusion">
            <caption>Confusion matrix. The deeper the colour, the larger the part of the row.</caption>
            <thead><tr><td></td>{classes.Select(c => Markup.Of($"""<th scope="col"><span>{report.ClassName(c)}</span></th>"""))}<th scope="col"><span>images</span></th><th scope="col"><span>right</span></th></tr></thead>
            <tbody>
            {classes.Select(label => Row(report, label, classes))}</tbody>
            <tfoot><tr><th scope="row">right when given</th>{classes.Select(given => Markup.Of($"<td>{Share(result.Confusion(given, given), classes.Sum(label => result.Confusion(label, given)))}</td>"))}<td>{Text.Whole(result.Samples)}</td><td>{Share(result.Correct, result.Samples)}</td></tr></tfoot>
            </table></div>

            """);
    }

    private static Markup Row(RunReport report, int label, int[] classes)
    {
        int images = classes.Sum(given => report.Result.Confusion(label, given));
        return Markup.Of($"""
            <tr><th scope="row">{report.ClassName(label)}</th>{classes.Select(given => Cell(report.Result.Confusion(label, given), images, label == given))}<td>{Text.Whole(images)}</td><td>{Share(report.Result.Confusion(label, label), images)}</td></tr>

            """);
    }

    private static Markup Cell(int count, int images, bool isRight)
    {
        if (count == 0)
            return Markup.Of($"""<td class="none">·</td>""");
        double share = (double)count / images;
        // Mistakes are rare: the root lets them show.
        double depth = isRight ? share : Math.Sqrt(share);
        return Markup.Of($"""<td class="{(isRight ? "right" : "wrong")}{(depth > 0.6 ? " deep" : "")}" style="--depth:{100 * depth}%">{Text.Whole(count)}</td>""");
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
        return Markup.Of($"""
            <div><h3>Commonest mistakes</h3>
            <table class="bars">
            <thead><tr><th scope="col">class</th><th scope="col">taken for</th><th scope="col">images</th><th scope="col">of all {Text.Whole(wrong)} mistakes</th></tr></thead>
            <tbody>
            {common.Select(pair => Markup.Of($"""
                <tr><th scope="row">{report.ClassName(pair.Label)}</th><td class="text">{report.ClassName(pair.Given)}</td><td>{Text.Whole(pair.Count)}</td><td class="bar" style="--share:{100.0 * pair.Count / wrong}%">{Share(pair.Count, wrong)}</td></tr>

                """))}</tbody>
            </table></div>

            """);
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
        double Mean(bool isRight) => Enumerable.Range(0, leads.Length).Where(i => report.IsRight(i) == isRight).Select(i => (double)leads[i]).DefaultIfEmpty(0).Average();
        string means = $"on average {Text.Fixed(Mean(true), 1)} where the answer is right and {Text.Fixed(Mean(false), 1)} where it is wrong";
        return new(
            "Lead of the best score", $"How far the best score leads over the second one: {means}.", "score points ahead of the second class", 0, width,
            [new("right", right, "area good", Math.Max(1, right.Sum())), new("wrong", wrong, "outline bad", Math.Max(1, wrong.Sum()))])
        {
            Note = $"Each scaled to its own number; {means}.",
        };
    }
}
