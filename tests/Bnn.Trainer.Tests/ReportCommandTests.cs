using System.Xml.Linq;
using Bnn.Model;
using Bnn.Trainer.Plans;
using Bnn.Trainer.Reports;
using Bnn.Trainer.Reports.Page;
using Bnn.Training;

namespace Bnn.Trainer.Tests;

public sealed class ReportCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public ReportCommandTests()
    {
        SyntheticDigits.WriteTo(_folder);
        File.Delete(_folder.At("data", "uci", "optdigits.tes")); // a report must not miss the test set
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_page_of_a_run_is_whole_small_and_says_what_eval_says()
    {
        Train("run");
        Cli report = Report("run");
        Assert.Equal(0, report.Exit);
        string html = File.ReadAllText(_folder.At("run", "report.html"));
        Assert.InRange(html.Length, 10_000, 1_000_000);
        XElement page = Parse(html);
        foreach (string id in new[] { "learning", "answers", "images", "layers", "counts" })
            Assert.Single(page.Descendants("section"), section => (string?)section.Attribute("id") == id);
        Cli eval = Cli.Run("eval", _folder.At("run"), "--split", "validation", "--json", "--data-dir", DataDir);
        Assert.Contains(Text.Percent(eval.Json().GetProperty("accuracyShare").GetDouble()), page.Value, StringComparison.Ordinal);
        Assert.Contains(eval.Json().GetProperty("modelSha256").GetString()!, page.Value, StringComparison.Ordinal);
        var file = new FileInfo(_folder.At("run", "report.html"));
        Assert.Contains($"{file.FullName}, {Text.Whole(file.Length)} bytes", report.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_confusion_matrix_holds_every_held_out_image_once()
    {
        Train("run");
        Report("run");
        XElement table = Page().Descendants("table").Single(table => (string?)table.Attribute("class") == "confusion");
        IEnumerable<XElement> cells = table.Element("tbody")!.Descendants("td").Where(cell => (string?)cell.Attribute("class") is { } name && name != "none");
        Assert.Equal(60, cells.Sum(cell => int.Parse(cell.Value, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void The_page_fetches_nothing_and_runs_nothing()
    {
        Train("run");
        Report("run");
        string html = File.ReadAllText(_folder.At("run", "report.html"));
        XElement page = Parse(html);
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "iframe" or "object" or "embed");
        Assert.All(page.Descendants("img"), image => Assert.StartsWith("data:image/png;base64,", (string?)image.Attribute("src"), StringComparison.Ordinal));
        Assert.All(page.Descendants("a"), link => Assert.StartsWith("#", (string?)link.Attribute("href"), StringComparison.Ordinal));
        Assert.DoesNotMatch("""@import|url\(|https?:""", html);
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void Pictures_charts_and_tables_have_words_for_those_who_do_not_see_them()
    {
        Train("run");
        Report("run");
        XElement page = Page();
        Assert.NotEmpty(page.Descendants("img"));
        Assert.All(page.Descendants("img"), image => Assert.NotEmpty((string?)image.Attribute("alt") ?? ""));
        IEnumerable<XElement> drawings = page.Descendants("svg").Where(svg => (string?)svg.Attribute("aria-hidden") != "true");
        Assert.InRange(drawings.Count(), 11, 11); // four curves, the lead, and three for each of two layers
        Assert.All(drawings, svg => Assert.InRange(((string?)svg.Attribute("aria-label"))!.Length, 20, 1000));
        Assert.All(page.Descendants("th"), head => Assert.True((string?)head.Attribute("scope") is "row" or "col"));
        string[] ids = [.. page.Descendants().Attributes("id").Select(id => "#" + id.Value)];
        Assert.All(page.Descendants("a"), link => Assert.Contains((string?)link.Attribute("href"), ids));
        Assert.Equal("en", (string?)page.Attribute("lang"));
    }

    [Fact]
    public void Equal_runs_give_equal_pages_whatever_the_threads()
    {
        Train("run");
        Assert.Equal(0, Report("run", "--out", _folder.At("one.html"), "--threads", "1").Exit);
        Assert.Equal(0, Report("run", "--out", _folder.At("two.html"), "--threads", "2").Exit);
        Assert.Equal(File.ReadAllBytes(_folder.At("one.html")), File.ReadAllBytes(_folder.At("two.html")));
        Assert.False(File.Exists(_folder.At("run", "report.html")));
    }

    [Fact]
    public void A_run_under_way_is_reported_as_far_as_it_is()
    {
        using var stop = new CancellationTokenSource();
        using var stderr = new ActingWriter("epoch 2/4", stop.Cancel);
        Assert.Equal(130, BnnCommandLine.Run(TrainArguments("run"), TextWriter.Null, stderr, stop.Token));
        Assert.Equal(0, Report("run").Exit);
        Assert.Contains("Training is not finished. Figures are those of the network after epoch 2.", Page().Value, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.At("run", "model.bnn")));
    }

    [Fact]
    public void What_cannot_be_reported_on_is_one_clear_line()
    {
        Train("run");
        Cli.Run("report", _folder.At("nothing"), "--data-dir", DataDir).AssertError(4, "there is no folder");
        Cli.Run("report", _folder.At("run", "model.bnn"), "--data-dir", DataDir).AssertError(1, "name the run folder");
        Report("run", "--out", _folder.Path).AssertError(4, "is a folder; name a file.");
        Report("run", "--out", _folder.At("no", "where.html")).AssertError(4, "does not exist");
        Assert.False(File.Exists(_folder.At("run", "report.html")));
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        const string Hostile = "</td><script>alert('\"&1')</script><img src=x onerror=alert(2)>\u202Egnp\u0007\n";
        var pixels = new byte[40 * 16];
        var labels = new byte[40];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = (byte)(i % 2);
            pixels.AsSpan((i * 16) + (8 * labels[i]), 8).Fill((byte)(100 + i));
        }
        var data = new LabeledImages(Hostile, new Shape(1, 4, 4), pixels, labels, [Hostile, "\" style=\"display:none"]);
        var options = new TrainingOptions
        {
            Name = Hostile,
            Architecture = "dense-4 scores",
            Epochs = 1,
            BatchSize = 12,
            ValidationShare = 0.5,
            Encoding = "threshold",
        };
        using TrainingRun run = TrainingRun.Start(options, data, threads: 1);
        run.RunEpoch();
        Network network = run.Fold().Network;
        network = network with { Layers = new([(DenseLayer)network.Layers[0] with { Name = Hostile }, network.Layers[1]]) };
        string html = RunPage.Write(RunReport.Of(run, network, "<hash>", 1, UsualPlan.Of(network, "m.bnn", default), default));
        XElement page = Parse(html);
        Assert.Empty(page.Descendants("script"));
        Assert.All(page.Descendants("img"), image => Assert.Null(image.Attribute("onerror")));
        Assert.Equal("</td><script>alert('\"&1')</script><img src=x onerror=alert(2)>?gnp??", page.Descendants("h1").Single().Value);
        Assert.DoesNotContain('\u202E', html);
        Assert.DoesNotContain('\u0007', html);
    }

    private string DataDir => _folder.At("data");

    private string[] TrainArguments(string run) =>
    [
        "train", "optdigits", "--out", _folder.At(run), "--arch", "dense-24 dense-16 scores", "--epochs", "4", "--batch", "20",
        "--encoding", "threshold-8", "--data-dir", DataDir,
    ];

    private void Train(string run) => Assert.Equal(0, Cli.Run(TrainArguments(run)).Exit);

    private Cli Report(string run, params string[] more) => Cli.Run(["report", _folder.At(run), "--data-dir", DataDir, .. more]);

    private XElement Page() => Parse(File.ReadAllText(_folder.At("run", "report.html")));

    // The page is written so that it is well-formed XML too: a text that slipped through unescaped would not be.
    private static XElement Parse(string html)
    {
        Assert.StartsWith("<!DOCTYPE html>\n", html, StringComparison.Ordinal);
        return XDocument.Parse(html["<!DOCTYPE html>\n".Length..]).Root!;
    }
}
