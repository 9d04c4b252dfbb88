using Bnn.Model;

namespace Bnn.Trainer.Reports.Page;

/// <summary>Some held-out images with what the network took them for.</summary>
internal static class ImagesSection
{
    private const int MostRight = 20;
    private const int MostWrong = 24;

    /// <summary>Mistakes, the surest first, and one right answer for each class.</summary>
    public static Markup Write(RunReport report)
    {
        int[] wrong = [.. Enumerable.Range(0, report.Images.Count).Where(i => !report.IsRight(i)).OrderByDescending(report.Lead).Take(MostWrong)];
        int[] right =
        [
            .. Enumerable.Range(0, report.Images.Count).Where(report.IsRight)
                .GroupBy(i => report.Images.Labels[i]).Select(ofClass => ofClass.First())
                .OrderBy(i => report.Images.Labels[i]).Take(MostRight),
        ];
        int brightest = Math.Max(1, (int)report.Images.Pixels.Append((byte)0).Max());
        return Markup.Of($"""
            {Gallery("Wrong, the surest first", wrong, report, brightest)}{Gallery("Right, the first of each class", right, report, brightest)}
            """);
    }

    private static Markup Gallery(string title, int[] images, RunReport report, int brightest) => Markup.Of($"""
        <h3>{title}</h3>
        <div class="gallery">
        {images.Select(i => Sample(report, i, brightest))}{(images.Length == 0 ? "None." : "")}</div>

        """);

    private static Markup Sample(RunReport report, int image, int brightest)
    {
        Shape shape = report.Images.Shape;
        string label = report.ClassName(report.Images.Labels[image]);
        string given = report.ClassName(report.Result.Predicted[image]);
        bool isRight = report.IsRight(image);
        string style = (isRight ? "good" : "bad") + (shape.Height == 1 ? " strip" : "");
        string words = isRight ? $"{label}, answered rightly" : $"{label}, taken for {given}";
        Markup caption = isRight
            ? Markup.Of($"<b>{label}</b>")
            : Markup.Of($"<b>{label}</b><br/>taken for <b>{given}</b>");
        return Markup.Of($"""
            <figure class="sample {style}">
            <img src="{SamplePicture.DataUri(shape, report.Images.Image(image), brightest)}" alt="Held-out image {Text.Whole(image)}: {words}"/>
            <figcaption>{caption}<span class="note">lead {Text.Whole(report.Lead(image))}</span></figcaption>
            </figure>

            """);
    }
}
