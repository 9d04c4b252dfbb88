using System.Globalization;

namespace Bnn.Trainer.Tests;

public sealed class FlipsCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public FlipsCommandTests()
    {
        SyntheticDigits.WriteTo(_folder);
        Assert.Equal(0, Cli.Run("train", "optdigits", "--arch", "dense-32 dense-24 scores", "--epochs", "3", "--out", Run, "--data-dir", _folder.At("data")).Exit);
    }

    private string Run => _folder.At("run");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_window_tells_shares_and_what_flipping_weights_are_worth()
    {
        Cli flips = Flips("--epochs", "2", "--learning-rate", "0.01");
        Assert.Equal(0, flips.Exit);
        foreach (string part in new[] { "before pruning: dense-32 dense-24 scores", "channels that stay", "without half of the flipping weights", "as many steady ones" })
            Assert.Contains(part, flips.Out, StringComparison.Ordinal);
        string[] rows = File.ReadAllLines(Path.Combine(Run + "-flips", "flips.csv"));
        Assert.Equal("round,layer,channels,flip-share,flipping-nearer-zero,operations,validation,without-flipping,without-steady", rows[0]);
        Assert.Equal(3, rows.Length);
        Assert.StartsWith("0,1,32,", rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Rounds_prune_by_share_and_go_on_where_they_were_stopped()
    {
        string[] words = ["--epochs", "2", "--learning-rate", "0.02", "--rounds", "2", "--repair-epochs", "2"];
        Assert.Equal(0, Flips([.. words, "--out", _folder.At("whole")]).Exit);
        string csv = File.ReadAllText(Path.Combine(_folder.At("whole"), "flips.csv"));
        Assert.Contains("\n1,1,", csv, StringComparison.Ordinal);

        using var stop = new CancellationTokenSource();
        using var stderr = new ActingWriter("epoch 1/2", stop.Cancel);
        string[] broken = ["flips", Run, "--data-dir", _folder.At("data"), .. words, "--out", _folder.At("broken")];
        Assert.Equal(130, BnnCommandLine.Run(broken, TextWriter.Null, stderr, stop.Token));
        Assert.False(File.Exists(Path.Combine(_folder.At("broken"), "flips.csv")));
        Assert.Equal(0, Flips([.. words, "--out", _folder.At("broken")]).Exit);
        Assert.Equal(csv, File.ReadAllText(Path.Combine(_folder.At("broken"), "flips.csv")));

        // Other options on the same folder would mix up two studies.
        Flips("--epochs", "3", "--learning-rate", "0.02", "--out", _folder.At("broken")).AssertError(1, "was made with other epochs, rate or seed");
    }

    /// <summary>The stated end: the largest share of a window is not below that of the window before.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Rounds_end_where_the_largest_share_does_not_fall(bool isFromScratch)
    {
        string[] words = ["--epochs", "2", "--learning-rate", "0.02", "--rounds", "6", "--repair-epochs", "2"];
        Cli flips = Flips([.. words, .. isFromScratch ? ["--from-scratch"] : Array.Empty<string>()]);
        Assert.Equal(0, flips.Exit);
        double[] largest = [.. File.ReadAllLines(Path.Combine(Run + "-flips", "flips.csv")).Skip(1).Select(row => row.Split(','))
            .GroupBy(row => int.Parse(row[0], CultureInfo.InvariantCulture)).OrderBy(round => round.Key).Select(round => round.Max(row => double.Parse(row[3], CultureInfo.InvariantCulture)))];
        Assert.InRange(largest.Length, 2, 7);
        for (int round = 1; round < largest.Length - 1; round++)
            Assert.True(largest[round] < largest[round - 1], $"round {round} of {string.Join(", ", largest)}");
        Assert.Equal(largest[^1] >= largest[^2], flips.Out.Contains("no longer falls", StringComparison.Ordinal));
        Assert.Equal(isFromScratch, File.ReadAllText(Path.Combine(Run + "-flips", "round-1", "model.bnn")).Contains("from-scratch", StringComparison.Ordinal));
    }

    /// <summary>A weight that has another sign at the end of an epoch changed it at some step: the same window, counted step by step, finds as many weights at least.</summary>
    [Fact]
    public void Steps_find_every_weight_that_epochs_find()
    {
        // 45 steps an epoch, in which some weights flip and flip back.
        Assert.Equal(0, Cli.Run("train", "optdigits", "--arch", "dense-32 dense-24 scores", "--epochs", "2", "--batch", "12", "--out", _folder.At("small-steps"), "--data-dir", _folder.At("data")).Exit);
        string[] window = ["flips", _folder.At("small-steps"), "--data-dir", _folder.At("data"), "--epochs", "2", "--learning-rate", "0.02"];
        Assert.Equal(0, Cli.Run([.. window, "--out", _folder.At("epochs")]).Exit);
        Assert.Equal(0, Cli.Run([.. window, "--every-step", "--out", _folder.At("steps")]).Exit);
        string[][] epochs = Rows("epochs"), steps = Rows("steps");
        Assert.Equal(2, epochs.Length);
        // The same training: only what is counted differs.
        Assert.Equal(epochs.Select(row => row[6]), steps.Select(row => row[6]));
        Assert.All(epochs.Zip(steps), pair => Assert.True(Share(pair.Second) > Share(pair.First), $"{pair.First[3]}, step by step {pair.Second[3]}"));

        string[][] Rows(string folder) => [.. File.ReadAllLines(Path.Combine(_folder.At(folder), "flips.csv")).Skip(1).Select(row => row.Split(','))];
        static double Share(string[] row) => double.Parse(row[3], CultureInfo.InvariantCulture);
    }

    private Cli Flips(params string[] words) => Cli.Run(["flips", Run, "--data-dir", _folder.At("data"), .. words]);
}
