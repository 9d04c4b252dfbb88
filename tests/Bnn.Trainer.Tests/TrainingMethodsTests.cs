using System.Text.Json;

namespace Bnn.Trainer.Tests;

/// <summary>Options of train that choose a method, and what the other commands make of such runs.</summary>
public sealed class TrainingMethodsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public TrainingMethodsTests() => SyntheticDigits.WriteTo(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--surrogate", "clip")]
    [InlineData("--live", "0.2")]
    [InlineData("--surrogate", "reste")]
    [InlineData("--label-smoothing", "0.1")]
    [InlineData("--optimizer", "bop")]
    public void A_method_changes_the_model_and_is_kept_in_the_options(string option, string value)
    {
        Assert.Equal(0, Train("plain").Exit);
        Assert.Equal(0, Train("run", option, value).Exit);
        Assert.NotEqual(File.ReadAllBytes(_folder.At("plain", "model.bnn")), File.ReadAllBytes(_folder.At("run", "model.bnn")));
        Assert.Contains(value, File.ReadAllText(_folder.At("run", "options.json")), StringComparison.Ordinal);
        Assert.DoesNotContain($"\"{value}\"", File.ReadAllText(_folder.At("plain", "options.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_of_masks_go_with_live_and_into_experiments()
    {
        Train("run", "--mask-block", "8x4").AssertError(1, "error: --mask-block says what --live chooses together, but that is missing");
        Train("run", "--live", "0.2", "--mask-block", "8").AssertError(1, "--mask-block must be CHANNELSxINPUTS");
        Assert.Equal(0, Train("single", "--live", "0.2").Exit);
        Assert.Equal(0, Train("run", "--live", "0.2", "--mask-block", "8x4").Exit);
        Assert.NotEqual(File.ReadAllBytes(_folder.At("single", "model.bnn")), File.ReadAllBytes(_folder.At("run", "model.bnn")));
        Assert.Contains("\"maskBlock\": \"8x4\"", File.ReadAllText(_folder.At("run", "options.json")), StringComparison.Ordinal);
        File.WriteAllText(_folder.At("blocks.json"), """
            {
              "data": "optdigits", "options": { "arch": "dense-24 scores", "epochs": 4, "batch": 20, "encoding": "threshold-8", "live": "0.2" },
              "grid": { "mask-block": ["8x4", "24x1"] }
            }
            """);
        Assert.Equal(0, Command("experiment", _folder.At("blocks.json"), "--work", _folder.At("work"), "--threads", "1").Exit);
        Assert.Contains("mask-block 24x1", File.ReadAllText(_folder.At("results", "blocks", "table.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_precision_run_is_measured_and_reported_but_gives_no_model()
    {
        Cli train = Train("real", "--full-precision");
        string run = _folder.At("real");
        Assert.Equal(0, train.Exit);
        Assert.Contains("weights and values are real", train.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(run, "model.bnn")));

        JsonElement eval = Command("eval", run, "--split", "validation", "--json").Json();
        string logged = File.ReadAllLines(Path.Combine(run, "log.csv"))[^1].Split(',')[4];
        Assert.Equal(logged, eval.GetProperty("accuracyShare").GetDouble().ToString("F4", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains("in floats", Command("eval", run).Out, StringComparison.Ordinal);

        Assert.Equal(0, Command("report", run).Exit);
        string page = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.Contains("full-precision network", page, StringComparison.Ordinal);
        Assert.Contains(eval.GetProperty("modelSha256").GetString()!, page, StringComparison.Ordinal);
        Assert.DoesNotContain("What the generator makes", page, StringComparison.Ordinal);

        Cli.Run("inspect", run).AssertError(4, "is a full-precision run");
        Command("prune", run).AssertError(1, "is a full-precision run");
        Assert.Contains("finished before", Command("resume", run).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_teacher_is_kept_by_its_learner()
    {
        Train("real", "--full-precision");
        string[] taught = ["--teacher", _folder.At("real"), "--distillation", "0.8", "--softness", "2"];
        Assert.Equal(0, Train("whole", taught).Exit);
        using var stop = new CancellationTokenSource();
        using var stderr = new ActingWriter("epoch 2/4", stop.Cancel);
        Assert.Equal(130, BnnCommandLine.Run(Arguments("parts", taught), TextWriter.Null, stderr, stop.Token));
        Directory.Delete(_folder.At("real"), recursive: true);
        Assert.Equal(0, Command("resume", _folder.At("parts")).Exit);
        Assert.Equal(File.ReadAllBytes(_folder.At("whole", "model.bnn")), File.ReadAllBytes(_folder.At("parts", "model.bnn")));
        Assert.Equal(0, Command("prune", _folder.At("whole"), "--epochs", "1").Exit);
        Assert.Equal(0, Command("report", _folder.At("whole")).Exit);
        Assert.Contains("full precision, validation accuracy", File.ReadAllText(_folder.At("whole", "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_lack_or_exclude_each_other_are_refused()
    {
        Train("run", "--distillation", "0.5").AssertError(1, "--teacher RUN");
        Train("run", "--surrogate", "tanh").AssertError(1, "clip, bi-real, reste");
        Train("run", "--full-precision", "--optimizer", "bop").AssertError(1, "--optimizer is about binary weights, but --full-precision is asked for");
        Train("run", "--teacher", _folder.At("nowhere")).AssertError(4, "nowhere");
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    private string[] Arguments(string run, params string[] more) =>
    [
        "train", "optdigits", "--out", _folder.At(run), "--arch", "dense-24 scores", "--epochs", "4", "--batch", "20", "--encoding", "threshold-8",
        "--data-dir", _folder.At("data"), .. more,
    ];

    private Cli Train(string run, params string[] more) => Cli.Run(Arguments(run, more));

    private Cli Command(params string[] words) => Cli.Run([.. words, "--data-dir", _folder.At("data")]);
}
