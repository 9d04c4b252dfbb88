using System.Text.Json;

namespace Bnn.Trainer.Tests;

/// <summary>train, resume and prune on synthetic digits: a second each.</summary>
public sealed class TrainingCommandsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public TrainingCommandsTests()
    {
        SyntheticDigits.WriteTo(_folder);
        File.Delete(_folder.At("data", "uci", "optdigits.tes")); // training must not miss the test set
    }

    private string DataDir => _folder.At("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_writes_a_model_and_says_what_to_do_next()
    {
        string run = _folder.At("run");
        Cli train = Train(run);
        Assert.Equal(0, train.Exit);
        Assert.Contains(Path.Combine(run, "model.bnn"), train.Out, StringComparison.Ordinal);
        Assert.Contains($"bnn prune {run}", train.Out, StringComparison.Ordinal);
        Assert.Contains("60 images held out", train.Out, StringComparison.Ordinal);
        Assert.Equal(4, train.Error.Split('\n').Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)));
        Assert.DoesNotContain('\u001b', train.Out + train.Error);
        Assert.InRange(Accuracy(run), 0.9, 1);
    }

    [Fact]
    public void Live_progress_trains_the_same_model()
    {
        Train(_folder.At("lines"));
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();
        var terminal = new CommandContext(stdout, stderr, IsOutTerminal: true, IsErrorTerminal: true, CancellationToken.None);
        Assert.Equal(0, BnnCommandLine.Run(TrainArguments(_folder.At("live")), terminal));
        Assert.DoesNotContain("validation loss", stderr.ToString(), StringComparison.Ordinal);
        Assert.Equal(Model(_folder.At("lines")), Model(_folder.At("live")));
    }

    [Fact]
    public void The_accuracy_of_the_last_line_is_that_of_the_model_file()
    {
        string run = _folder.At("run");
        string summary = Train(run).Out;
        double share = Accuracy(run);
        Assert.Contains(FormattableString.Invariant($"  {100 * share:F2} % ± "), summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("training on")]
    [InlineData("epoch 1/4")]
    [InlineData("epoch 3/4")]
    public void A_stopped_run_resumes_to_the_same_bits(string stopAfter)
    {
        string whole = _folder.At("whole");
        string parts = _folder.At("parts");
        Train(whole);

        using var stop = new CancellationTokenSource();
        using var stderr = new ActingWriter(stopAfter, stop.Cancel);
        using var stdout = new StringWriter();
        int exit = BnnCommandLine.Run(TrainArguments(parts), stdout, stderr, stop.Token);
        Assert.Equal(130, exit);
        Assert.Equal("", stdout.ToString());
        Assert.Contains($"bnn resume {parts}", stderr.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(parts, "model.bnn")));

        Assert.Equal(0, Cli.Run("train", "--resume", parts, "--data-dir", DataDir).Exit);
        Assert.Equal(Model(whole), Model(parts));
    }

    [Fact]
    public void A_run_folder_stands_for_its_model_and_knows_its_data()
    {
        string run = _folder.At("run");
        Train(run);
        JsonElement ofFile = Cli.Run("eval", Path.Combine(run, "model.bnn"), "optdigits", "--split", "validation", "--json", "--data-dir", DataDir).Json();
        JsonElement ofRun = Cli.Run("eval", run, "--split", "validation", "--json", "--data-dir", DataDir).Json();
        foreach (string member in new[] { "model", "modelSha256", "dataSet", "samples", "correct" })
            Assert.Equal(ofFile.GetProperty(member).ToString(), ofRun.GetProperty(member).ToString());
        Assert.Equal(Cli.Run("inspect", Path.Combine(run, "model.bnn")).Out, Cli.Run("inspect", run).Out);
        Assert.Equal(Cli.Run("emit", Path.Combine(run, "model.bnn")).Out, Cli.Run("emit", run).Out);
    }

    [Theory]
    [InlineData("eval")]
    [InlineData("inspect")]
    [InlineData("emit")]
    public void A_run_that_is_not_finished_has_no_model_yet(string command)
    {
        string run = _folder.At("run");
        using var stop = new CancellationTokenSource();
        using var stderr = new ActingWriter("epoch 1/4", stop.Cancel);
        BnnCommandLine.Run(TrainArguments(run), TextWriter.Null, stderr, stop.Token);
        Cli.Run(command, run).AssertError(4, $"{run} has no model yet: 1 of 4 epochs done. Go on with: bnn resume {run}");
    }

    [Fact]
    public void Resuming_a_finished_run_writes_its_model_again()
    {
        string run = _folder.At("run");
        Train(run);
        byte[] model = Model(run);
        File.Delete(Path.Combine(run, "model.bnn"));
        Cli resume = Cli.Run("resume", run, "--data-dir", DataDir);
        Assert.Equal(0, resume.Exit);
        Assert.Contains("finished before", resume.Out, StringComparison.Ordinal);
        Assert.Equal(model, Model(run));
    }

    [Fact]
    public void Threads_change_no_bit_and_a_seed_does()
    {
        Train(_folder.At("one"), "--threads", "1");
        Train(_folder.At("two"), "--threads", "2");
        Train(_folder.At("other"), "--seed", "1");
        Assert.Equal(Model(_folder.At("one")), Model(_folder.At("two")));
        Assert.NotEqual(Model(_folder.At("one")), Model(_folder.At("other")));
    }

    [Fact]
    public void Pruning_makes_a_smaller_model_beside_the_run()
    {
        string run = _folder.At("run");
        Train(run);
        byte[] before = Model(run);
        Cli prune = Cli.Run("prune", run, "--rate", "0.25", "--epochs", "2", "--data-dir", DataDir);
        Assert.Equal(0, prune.Exit);
        string pruned = run + "-pruned";
        Assert.Matches(" dense-24 scores\n.* dense-18 scores\n", prune.Out);
        Assert.Contains(Path.Combine(pruned, "model.bnn"), prune.Out, StringComparison.Ordinal);
        Assert.Equal(before, Model(run));
        Assert.Equal(0.75, Operations(pruned) / Operations(run), 6);
        Assert.InRange(Accuracy(pruned), 0.8, 1);
    }

    [Fact]
    public void A_stopped_pruning_resumes_to_the_same_bits()
    {
        string run = _folder.At("run");
        Train(run);
        Cli.Run("prune", run, "--epochs", "2", "--data-dir", DataDir, "--out", _folder.At("whole"));
        using var stop = new CancellationTokenSource();
        using var stderr = new ActingWriter("epoch 1/2", stop.Cancel);
        string[] prune = ["prune", run, "--epochs", "2", "--data-dir", DataDir, "--out", _folder.At("parts")];
        Assert.Equal(130, BnnCommandLine.Run(prune, TextWriter.Null, stderr, stop.Token));
        Assert.Equal(0, Cli.Run("resume", _folder.At("parts"), "--data-dir", DataDir).Exit);
        Assert.Equal(Model(_folder.At("whole")), Model(_folder.At("parts")));
    }

    [Fact]
    public void A_run_that_is_there_is_not_overwritten()
    {
        string run = _folder.At("run");
        Train(run);
        byte[] before = Model(run);
        Cli again = Train(run);
        again.AssertError(1, $"holds a run already. Go on with it: bnn resume {run}");
        Assert.Equal(before, Model(run));
    }

    [Fact]
    public void A_folder_with_other_things_is_not_written_to()
    {
        _folder.Write("full/letter.txt", "Dear");
        Train(_folder.At("full")).AssertError(1, "is not empty");
        Assert.Single(Directory.GetFiles(_folder.At("full")));
    }

    [Fact]
    public void A_file_in_the_place_of_the_run_folder_stays() => Train(_folder.Write("letter", "Dear")).AssertError(1, "is a file. Name a new folder.");

    [Fact]
    public void A_folder_without_a_run_cannot_be_resumed_or_pruned()
    {
        Cli.Run("resume", _folder.At("nothing"), "--data-dir", DataDir).AssertError(4, $"there is no folder {_folder.At("nothing")}.");
        Cli.Run("prune", DataDir, "--data-dir", DataDir).AssertError(4, "holds no run: there is no checkpoint.bin in it");
    }

    [Fact]
    public void A_model_file_cannot_be_pruned_and_the_message_says_why()
    {
        string run = _folder.At("run");
        Train(run);
        Cli.Run("prune", Path.Combine(run, "model.bnn"), "--data-dir", DataDir).AssertError(1, "A .bnn holds no latent weights");
    }

    [Fact]
    public void Other_data_than_those_of_the_run_are_refused()
    {
        string run = _folder.At("run");
        Train(run);
        _folder.Write("data/uci/optdigits.tra", SyntheticDigits.Table(600, seed: 9));
        Cli.Run("resume", run, "--data-dir", DataDir).AssertError(2, "was trained on another content of optdigits");
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_by_name()
    {
        string run = _folder.At("run");
        Train(run);
        string checkpoint = Path.Combine(run, "checkpoint.bin");
        byte[] content = File.ReadAllBytes(checkpoint);
        File.WriteAllBytes(checkpoint, content[..(content.Length / 2)]);
        Cli.Run("resume", run, "--data-dir", DataDir).AssertError(2, "checkpoint.bin");
    }

    [Fact]
    public void Missing_data_leave_no_run_folder()
    {
        File.Delete(_folder.At("data", "uci", "optdigits.tra"));
        Train(_folder.At("run")).AssertError(4, "has no optdigits.tra");
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    private string[] TrainArguments(string run, params string[] more) =>
    [
        "train", "optdigits", "--out", run, "--arch", "dense-24 scores", "--epochs", "4", "--batch", "20", "--encoding", "threshold-8",
        "--data-dir", DataDir, .. more,
    ];

    private Cli Train(string run, params string[] more) => Cli.Run(TrainArguments(run, more));

    private static byte[] Model(string run) => File.ReadAllBytes(Path.Combine(run, "model.bnn"));

    private double Accuracy(string run)
    {
        JsonElement json = Cli.Run("eval", Path.Combine(run, "model.bnn"), "optdigits", "--split", "validation", "--json", "--data-dir", DataDir).Json();
        return json.GetProperty("accuracyShare").GetDouble();
    }

    private static double Operations(string run) =>
        Cli.Run("inspect", Path.Combine(run, "model.bnn"), "--json").Json().GetProperty("operationsPerSample").GetDouble();
}
