using System.Text.Json;
using Bnn.Model;
using Bnn.Storage;

namespace Bnn.Trainer.Tests;

/// <summary>The ways in which prune can be told what goes; that it makes a run folder, resumes and leaves the parent alone is in <see cref="TrainingCommandsTests"/>.</summary>
public sealed class PruneCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public PruneCommandTests()
    {
        SyntheticDigits.WriteTo(_folder);
        Assert.Equal(0, Cli.Run("train", "optdigits", "--arch", "dense-32 dense-24 scores", "--epochs", "4", "--out", Run, "--data-dir", _folder.At("data")).Exit);
    }

    private string Run => _folder.At("run");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("latent")]
    [InlineData("flips")]
    [InlineData("gradient")]
    [InlineData("random")]
    public void Weights_are_masked_by_any_score_to_the_operations_asked_for(string score)
    {
        Cli prune = Prune("--score", score, "--granularity", "weight", "--target-ops", "0.6");
        Assert.Equal(0, prune.Exit);
        Assert.Contains("before repair", prune.Out, StringComparison.Ordinal);
        Assert.Contains("live weights", prune.Out, StringComparison.Ordinal);
        Assert.InRange((double)Pruned().Operations() / Parent().Operations(), 0.55, 0.6);
        Assert.Contains(score, Pruned().Meta("method"), StringComparison.Ordinal);
        Assert.All(Pruned().Layers.OfType<WeightedLayer>().SkipLast(1), layer => Assert.True(layer.Weights.HasMask));
    }

    [Theory]
    [InlineData("sensitivity")]
    [InlineData("greedy")]
    [InlineData("flips")]
    [InlineData("uniform")]
    public void Any_allocation_meets_a_target(string allocation)
    {
        Cli prune = Prune("--score", "latent", "--granularity", "weight", "--allocate", allocation, "--target-ops", "0.5");
        Assert.Equal("", string.Concat(prune.Error.Split('\n').Where(line => line.StartsWith("error", StringComparison.Ordinal))));
        Assert.InRange((double)Pruned().Operations() / Parent().Operations(), 0.05, 0.5);
    }

    [Theory, InlineData("Latency"), InlineData("Throughput")]
    public void Time_by_the_planner_can_be_the_target(string goal)
    {
        Assert.Equal(0, Prune("--target-time", "0.9", "--goal", goal).Exit);
        Assert.True(Planned(_folder.At("pruned"), goal) <= 0.9 * Planned(Run, goal));
    }

    [Fact]
    public void Dynamic_masks_end_at_their_share()
    {
        Cli prune = Prune("--method", "dynamic", "--granularity", "weight", "--rate", "0.75");
        Assert.Equal(0, prune.Exit);
        Assert.DoesNotContain("before repair", prune.Out, StringComparison.Ordinal);
        WeightedLayer[] layers = [.. Pruned().Layers.OfType<WeightedLayer>()];
        Assert.Equal([32 * 64, 24 * 8, 240], layers.Select(layer => layer.Weights.LiveCount()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25, "--mask-damping", "0.25")]
    [InlineData(0, "--from-scratch")]
    [InlineData(0.5, "--from-scratch", "--mask-damping", "0.5")]
    public void Masks_that_change_in_a_repair_are_damped_as_asked_for(double damping, params string[] options)
    {
        Assert.Equal(0, Prune(["--method", "dynamic", "--granularity", "weight", "--rate", "0.75", .. options]).Exit);
        using var run = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.At("pruned"), "options.json")));
        Assert.Equal(damping, run.RootElement.GetProperty("options").GetProperty("maskDamping").GetDouble());
    }

    [Fact]
    public void From_scratch_and_control_are_said_in_the_provenance()
    {
        Assert.Equal(0, Prune("--rate", "0.5", "--from-scratch", "--keep-statistics").Exit);
        Assert.Equal("pruned activity channel 0.5,0.5,0 from-scratch", Pruned().Meta("method"));
    }

    [Fact]
    public void A_random_choice_can_have_the_shares_of_another_score()
    {
        string[] words = ["--granularity", "weight", "--allocate", "sensitivity", "--target-ops", "0.5"];
        Assert.Equal(0, Prune([.. words, "--score", "latent"]).Exit);
        string chosen = Pruned().Meta("method")!;
        Directory.Delete(_folder.At("pruned"), recursive: true);
        Assert.Equal(0, Prune([.. words, "--score", "random", "--allocate-by", "latent"]).Exit);
        Assert.Equal(chosen.Replace("latent", "random", StringComparison.Ordinal), Pruned().Meta("method"));
        Directory.Delete(_folder.At("pruned"), recursive: true);
        Assert.Equal(0, Prune([.. words, "--score", "random"]).Exit);
        Assert.NotEqual(chosen.Replace("latent", "random", StringComparison.Ordinal), Pruned().Meta("method"));
    }

    [Theory]
    [InlineData("There is no", "--score", "weight")]
    [InlineData("Give one of", "--rate", "0.5", "--target-ops", "0.5")]
    [InlineData("knows channels only", "--score", "activity", "--granularity", "weight")]
    [InlineData("goes with the allocations sensitivity and greedy", "--allocate-by", "latent", "--rate", "0.3")]
    [InlineData("goes with the allocations sensitivity and greedy", "--allocate-by", "latent", "--max-drop", "1")]
    [InlineData("There is no", "--allocate-by", "weight")]
    [InlineData("does not go together with --rate", "--max-drop", "1", "--rate", "0.3")]
    [InlineData("knows channels only", "--max-drop", "1", "--score", "activity", "--granularity", "weight")]
    [InlineData("cannot be reached", "--target-ops", "0.1", "--granularity", "tap", "--score", "latent")]
    public void Wishes_that_cannot_be_met_are_refused_before_anything_is_written(string problem, params string[] words)
    {
        Cli prune = Prune(words);
        Assert.Equal(1, prune.Exit);
        if (words[1] != "weight")
            Assert.Contains(problem, prune.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("pruned")));
    }

    [Fact]
    public void The_smallest_share_within_a_drop_is_sought_by_one_way()
    {
        string[] words = ["--score", "latent", "--granularity", "weight", "--allocate", "sensitivity", "--max-drop", "30"];
        Cli whole = Prune(words);
        Assert.Equal(0, whole.Exit);
        string[][] rows = Table();
        Assert.Equal(["", "control"], rows.Take(2).Select(row => row[1]));
        string[][] tried = [.. rows.Where(row => row[1] == "latent-weight-sensitivity")];
        Assert.InRange(tried.Length, 2, 14);
        Assert.Equal(tried.Length + 3, rows.Length);
        double floor = rows.Take(2).Max(row => Number(row[3])) - 0.3;
        string[] smallest = Assert.Single(rows, row => row[8].Contains("smallest", StringComparison.Ordinal));
        Assert.Equal(rows.Where(row => Number(row[3]) >= floor && row[1] != "control").Min(row => Number(row[4])), Number(smallest[4]));
        Assert.Equal(
            Number(smallest[4]), BnnFile.Load(Path.Combine(_folder.At("pruned"), "smallest.bnn")).Layers.OfType<WeightedLayer>().Sum(layer => layer.Weights.LiveCount()));
        string page = File.ReadAllText(Path.Combine(_folder.At("pruned"), "report.html"));
        Assert.Contains("weights by latent, shared out by sensitivity", page, StringComparison.Ordinal);
        Assert.All(tried, row => Assert.Contains($"<title>{row[0]}: ", page, StringComparison.Ordinal));
        // The same again finds all of them; another way in the same folder has runs of its own.
        Assert.Equal(0, Prune(words).Exit);
        Assert.Equal(rows.Select(row => string.Join(',', row[..8])), Table().Select(row => string.Join(',', row[..8])));
        Assert.Equal(0, Prune("--max-drop", "30").Exit);
        Assert.Contains(Table(), row => row[1] == "activity-channel-uniform");

        string[][] Table() => [.. File.ReadAllLines(Path.Combine(_folder.At("pruned"), "compress.csv")).Skip(1).Select(row => row.Split(','))];
        static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Sensitivity_of_layers_begins_at_the_base_accuracy_and_names_the_rate_within_the_drop()
    {
        string[] words = ["sensitivity", Run, "--max-drop", "5", "--data-dir", _folder.At("data")];
        Cli text = Cli.Run(words);
        Assert.Equal(0, text.Exit);
        Assert.Contains("weights of one layer is pruned, by latent", text.Out, StringComparison.Ordinal);
        Assert.Contains("within 5.00", text.Out, StringComparison.Ordinal);
        JsonElement json = Cli.Run([.. words, "--json", "--granularity", "channel"]).Json();
        Assert.Equal((1, "activity", "channel"), (json.GetProperty("schemaVersion").GetInt32(), json.GetProperty("score").GetString(), json.GetProperty("granularity").GetString()));
        JsonElement[] layers = [.. json.GetProperty("layers").EnumerateArray()];
        Assert.Equal(["hidden1", "hidden2"], layers.Select(layer => layer.GetProperty("name").GetString()));
        double basis = json.GetProperty("baseAccuracyShare").GetDouble();
        foreach (JsonElement layer in layers)
        {
            (double Rate, double Accuracy)[] rates =
                [.. layer.GetProperty("rates").EnumerateArray().Select(entry => (entry.GetProperty("prunedShare").GetDouble(), entry.GetProperty("accuracyShare").GetDouble()))];
            Assert.Equal((0, basis), rates[0]);
            double within = layer.GetProperty("rateWithinDrop").GetDouble();
            Assert.All(rates.Where(entry => entry.Rate <= within), entry => Assert.True(basis - entry.Accuracy <= 0.05));
        }
    }

    private Cli Prune(params string[] words) => Cli.Run(["prune", Run, "--epochs", "1", "--data-dir", _folder.At("data"), "--out", _folder.At("pruned"), .. words]);

    private Network Pruned() => BnnFile.Load(Path.Combine(_folder.At("pruned"), "model.bnn"));

    private Network Parent() => BnnFile.Load(Path.Combine(Run, "model.bnn"));

    private static double Planned(string run, string goal)
    {
        Network network = BnnFile.Load(Path.Combine(run, "model.bnn"));
        return Plans.UsualPlan.Cycles(network, isBatch: goal == "Throughput", CancellationToken.None);
    }
}
