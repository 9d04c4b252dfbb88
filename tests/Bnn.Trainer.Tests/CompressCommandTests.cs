using System.Text.Json;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Storage;
using Bnn.Trainer.Compression;

namespace Bnn.Trainer.Tests;

public sealed class CompressCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A share is good from some point on: the search comes near to it in few tries.</summary>
    [Theory, InlineData(0.6), InlineData(0.31), InlineData(0.07), InlineData(0.9), InlineData(0.0005)]
    public void A_search_closes_in_on_the_smallest_good_share(double smallest)
    {
        var tried = new List<(double Share, bool IsGood)>();
        while (ShareSearch.Next(0.5, tried) is { } share)
        {
            Assert.InRange(share, 0.0005, 0.9999);
            Assert.DoesNotContain(tried, entry => entry.Share == share);
            tried.Add((share, share >= smallest));
            Assert.InRange(tried.Count, 1, 14);
        }
        double found = tried.Where(entry => entry.IsGood).Select(entry => entry.Share).DefaultIfEmpty(1).Min();
        Assert.InRange(found, smallest, Math.Max(smallest * ShareSearch.Resolution, 0.0021));
    }

    [Fact]
    public void A_good_share_below_a_bad_one_does_not_confuse_the_search()
    {
        Assert.Equal(0.1, ShareSearch.Next(0.5, [(0.5, false), (0.2, true)]));
        Assert.Null(ShareSearch.Next(0.5, [(0.5, false), (0.2, true), (0.18, false)]));
    }

    [Fact]
    public void Masks_leave_a_first_convolution_of_few_inputs_as_it_is()
    {
        string run = Trained("conv3x3-8 pool conv3x3-12 dense-24 scores");
        Assert.Equal(0, Cli.Run("compress", run, "--epochs", "1", "--max-drop", "60", "--data-dir", _folder.At("data"), "--out", _folder.At("small")).Exit);
        WeightMatrix[] weights = [.. BnnFile.Load(_folder.At("small", "masks-0.15", "model.bnn")).Layers.OfType<WeightedLayer>().Select(layer => layer.Weights)];
        Assert.Equal([false, true, true, false], weights.Select(weights => weights.HasMask));
        using var options = JsonDocument.Parse(File.ReadAllText(_folder.At("small", "masks-0.15", "options.json")));
        Assert.Equal(0.9, options.RootElement.GetProperty("options").GetProperty("maskDamping").GetDouble());
    }

    [Fact]
    public void The_smallest_and_the_fastest_network_within_the_drop_are_left_and_the_search_goes_on()
    {
        string run = Trained();
        string[] words = ["compress", run, "--epochs", "2", "--max-drop", "20", "--data-dir", _folder.At("data"), "--out", _folder.At("small")];
        Cli cut = Cli.Run([.. words, "--minutes", "0.01"]);
        Assert.Equal(0, cut.Exit);
        Assert.Contains("more --minutes goes on", cut.Out, StringComparison.Ordinal);
        Cli whole = Cli.Run([.. words, "--minutes", "10"]);
        Assert.Equal(0, whole.Exit);
        Assert.Matches("a training of 2 epochs takes about .*, by its first steps: 10 min 00 s is time for [0-9,]+ trainings", whole.Error);
        Assert.DoesNotContain("more --minutes", whole.Out, StringComparison.Ordinal);
        foreach (string part in new[] { "parent", "trained-on", "masks-0.15", "channels-0.6", "latent-0.5", "random", "smallest", "fastest", "Measured here, parent" })
            Assert.Contains(part, whole.Out, StringComparison.Ordinal);

        string[][] rows = [.. File.ReadAllLines(_folder.At("small", "compress.csv")).Skip(1).Select(row => row.Split(','))];
        double parent = Number(rows[0], 3), floor = Math.Max(parent, Number(rows[1], 3)) - 0.2;
        Assert.All(rows, row => Assert.InRange(Number(row, 3), 0, 1));
        Assert.Contains(rows, row => row[0].StartsWith("masks-", StringComparison.Ordinal) && row[0].EndsWith("-random", StringComparison.Ordinal));
        string[][] good = [.. rows.Where(row => Number(row, 3) >= floor && row[1] != "control")];
        string[] smallest = Assert.Single(rows, row => row[8].Contains("smallest", StringComparison.Ordinal));
        string[] fastest = Assert.Single(rows, row => row[8].Contains("fastest", StringComparison.Ordinal));
        Assert.Equal(good.Min(row => Number(row, 4)), Number(smallest, 4));
        Assert.Equal(good.Min(row => Number(row, 6)), Number(fastest, 6));
        Network network = BnnFile.Load(_folder.At("small", "smallest.bnn"));
        Assert.Equal(Number(smallest, 4), network.Layers.OfType<WeightedLayer>().Sum(layer => layer.Weights.LiveCount()));
        Assert.Equal(BnnFile.Load(_folder.At("small", smallest[0], "model.bnn")), network);
        Assert.InRange(new Interpreter(network).Predict(new byte[network.InputLength]), 0, network.ClassCount - 1);

        string page = File.ReadAllText(_folder.At("small", "report.html"));
        foreach (string part in new[] { "Validation accuracy against operations", "executed", "planes added", "measured ns", "Sensitivity", "data:image/png;base64," })
            Assert.Contains(part, page, StringComparison.Ordinal);
        // Each network is a point of each chart of what all of them have.
        Assert.All(rows, row => Assert.InRange(page.Split($"<title>{row[0]}: ").Length - 1, 5, 8));
        Assert.All(rows, row => Assert.All(row[^3..], cost => Assert.InRange(long.Parse(cost, System.Globalization.CultureInfo.InvariantCulture), 1, 1 << 20)));
        Assert.Equal(new FileInfo(_folder.At("small", "smallest.bnn")).Length, Number(smallest, smallest.Length - 1));
        foreach (IGrouping<string, string[]> way in good.GroupBy(row => row[1]))
            Assert.NotEmpty(way.MinBy(row => Number(row, 6))![9]);
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);

        // Finished trials are found again: to the same table but for what was measured by the clock.
        Assert.Equal(0, Cli.Run([.. words, "--minutes", "10"]).Exit);
        Assert.Equal(rows.Select(row => string.Join(',', row[..8])), File.ReadAllLines(_folder.At("small", "compress.csv")).Skip(1).Select(row => string.Join(',', row.Split(',')[..8])));
        Cli.Run([.. words, "--minutes", "10", "--seed", "5"]).AssertError(1, "was made with other epochs, rate or seed");
    }

    [Fact]
    public void A_network_without_hidden_layers_cannot_be_compressed()
    {
        SyntheticDigits.WriteTo(_folder);
        Assert.Equal(0, Cli.Run("train", "optdigits", "--arch", "scores", "--epochs", "1", "--out", _folder.At("flat"), "--data-dir", _folder.At("data")).Exit);
        Cli.Run("compress", _folder.At("flat"), "--data-dir", _folder.At("data")).AssertError(1, "no hidden layer to prune");
        Assert.False(Directory.Exists(_folder.At("flat-compressed")));
    }

    private string Trained(string architecture = "dense-32 dense-24 scores")
    {
        SyntheticDigits.WriteTo(_folder);
        string run = _folder.At("run");
        Assert.Equal(0, Cli.Run("train", "optdigits", "--arch", architecture, "--epochs", "4", "--out", run, "--data-dir", _folder.At("data")).Exit);
        return run;
    }

    private static double Number(string[] row, int column) => double.Parse(row[column], System.Globalization.CultureInfo.InvariantCulture);
}
