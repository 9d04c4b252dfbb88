using System.Xml.Linq;
using Bnn.Trainer.Experiments;
using Bnn.Trainer.Reports.Page;

namespace Bnn.Trainer.Tests;

public sealed class ExperimentSumsTests
{
    [Fact]
    public void Mean_and_deviation_are_those_of_the_textbook()
    {
        var spread = Spread.Of([2, 4, 4, 4, 5, 5, 7, 9]);
        Assert.Equal(8, spread.Count);
        Assert.Equal(5, spread.Mean, 12);
        Assert.Equal(Math.Sqrt(32.0 / 7), spread.Deviation, 12);
        Assert.Equal(Math.Sqrt(32.0 / 7 / 8), spread.StandardError, 12);
        Assert.Equal((1, 3.0, double.NaN), (Spread.Of([3]).Count, Spread.Of([3]).Mean, Spread.Of([3]).Deviation));
        Assert.Equal((0, double.NaN), (Spread.Of([]).Count, Spread.Of([]).Mean));
    }

    [Theory]
    [InlineData("epoch", "epochs")]
    [InlineData("learningrate", "learning-rate")]
    [InlineData("batc", "batch")]
    [InlineData("chan", "channels")]
    [InlineData("zzz", null)]
    [InlineData("ab", null)]
    public void A_near_word_is_found(string written, string? meant) =>
        Assert.Equal(meant, NearWord.Of(written, ["epochs", "batch", "learning-rate", "channels", "flip"]));

    [Fact]
    public void A_picture_of_curves_is_an_svg_file_with_a_line_and_a_band_for_each()
    {
        string svg = new CurvePicture("A < B",
        [
            new("one & only", [10, 20, 30], [1, double.NaN, 2]),
            new("later", [double.NaN, double.NaN, 25, 40], [double.NaN, double.NaN, 3, 1]),
            new("bare", [5, 6], [double.NaN, double.NaN]),
        ], " %").Draw();
        var root = XDocument.Parse(svg).Root!;
        XElement[] paths = [.. root.Descendants().Where(element => element.Name.LocalName == "path")];
        Assert.Equal(2, paths.Count(path => path.Attribute("class")!.Value.StartsWith("area band", StringComparison.Ordinal)));
        Assert.Equal(6, paths.Count(path => path.Attribute("class")!.Value.StartsWith("line ", StringComparison.Ordinal))); // with those of the legend
        Assert.Equal(["one & only", "later", "bare"], root.Descendants().Where(element => element.Attribute("class")?.Value == "name").Select(element => element.Value));
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
    }
}
