using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

/// <summary>The bits of a run belong to <see cref="TrainingEngine.Version"/>: stored results are found again by it.</summary>
/// <remarks>
/// <c>engine-bits.txt</c> holds the version and, for each run below, a hash of all it gave. After raising the version, or to add the line of a new
/// run, write the file anew: <c>BNN_RENEW=1 dotnet test -c Release tests/Bnn.Runtime.Tests --filter EngineVersion</c>. That refuses to
/// change a line under the same version, unless the file was deleted before.
/// </remarks>
public sealed class EngineVersionTests
{
    private static readonly TrainingOptions
        s_dense = new() { Architecture = "dense-40 dense-21 scores", Epochs = 3, BatchSize = 50, WarmUpSteps = 5, Seed = 1 },
        s_sums = new() { Architecture = "conv3x3-8-s2 conv1x1-5 sum-scores", Epochs = 2, BatchSize = 96, Seed = 7, Flip = true };

    private static readonly (string Name, TrainingOptions Options)[] s_runs =
    [
        ("dense", s_dense),
        ("dense-more", new()
        {
            Architecture = "dense-33 scores",
            Encoding = "thermometer-2",
            Epochs = 2,
            BatchSize = 24,
            Shift = 1,
            Flip = true,
            BatchNormScale = true,
            LabelSmoothing = 0.1,
            Temperature = 2,
            SplitSeed = 3,
            ValidationShare = 0.2,
        }),
        ("convolution", new()
        {
            Architecture = "conv3x3-14 pool conv3x3-6-g2 dense-9 scores",
            Encoding = "thermometer-4",
            Epochs = 2,
            BatchSize = 30,
            LearningRate = 0.005,
        }),
        ("convolution-sums", s_sums),
        ("planes", new() { Architecture = "dense-17 scores", Encoding = "bit-planes-3", Epochs = 2, BatchSize = 40 }),
        ("masks", s_dense with { LiveShares = "0.3,0.2,1" }),
    ];

    // Repairs: what was pruned by scores and shares of its own, and masks chosen during the repair.
    private static readonly (string Name, TrainingOptions Parent, PruningOptions Options)[] s_repairs =
    [
        ("repair-latent", s_dense, new() { Score = "latent", Granularity = Granularity.Weight, Allocation = Allocation.Sensitivity, TargetOperations = 0.5, Epochs = 2, Seed = 2 }),
        ("repair-flips", s_dense, new() { Score = "flips", Rate = "0.25", Epochs = 2, Seed = 2 }),
        ("repair-gradient", s_sums, new() { Score = "gradient", Granularity = Granularity.Tap, Rate = "0.2", Epochs = 2, Seed = 2 }),
        ("repair-masks", s_sums, new() { Score = "dynamic", Granularity = Granularity.Weight, Rate = "0,0.5,0", MaskDamping = 0.9, Epochs = 2, Seed = 2 }),
    ];

    [Fact]
    public void Bits_change_only_with_the_version()
    {
        Dictionary<string, string> found = Found();
        string path = Path.Combine(Repository.Root, "tests", "Bnn.Runtime.Tests", "Training", "engine-bits.txt");
        (int version, Dictionary<string, string> stored) = Read(path);
        if (version == TrainingEngine.Version)
        {
            string[] changed = [.. found.Where(run => stored.TryGetValue(run.Key, out string? bits) && bits != run.Value).Select(run => run.Key)];
            Assert.True(changed.Length == 0, $"Other bits than before: {string.Join(", ", changed)}. If that is wanted, raise TrainingEngine.Version first.");
        }
        if (Environment.GetEnvironmentVariable("BNN_RENEW") == "1")
            File.WriteAllText(path, Text(found));
        else
            Assert.True(version == TrainingEngine.Version && stored.Count == found.Count, "engine-bits.txt is of another version or lacks a run: write it anew with BNN_RENEW=1.");
    }

    /// <summary>Keys of stored results leave out options that have their default value, so a default must go on meaning what it meant.</summary>
    [Fact]
    public void Defaults_change_only_with_the_version()
    {
        const string Defaults = """
            {"Architecture":"dense-256 dense-128 scores","Encoding":"eight-bit","Epochs":40,"BatchSize":96,"LearningRate":0.01,"WarmUpSteps":200,"Seed":0,
            "SplitSeed":0,"ValidationShare":0.1,"Shift":0,"Flip":false,"BatchNormScale":false,"LabelSmoothing":0,"Temperature":1}
            """;
        JsonElement now = JsonSerializer.SerializeToElement(new TrainingOptions());
        foreach (JsonProperty then in JsonDocument.Parse(Defaults).RootElement.EnumerateObject())
            Assert.Equal(then.Value.ToString(), now.GetProperty(then.Name).ToString());
    }

    private static Dictionary<string, string> Found()
    {
        var found = new Dictionary<string, string>();
        foreach ((string name, TrainingOptions options) in s_runs)
        {
            using TrainingRun run = TrainingRun.Start(options, SyntheticImages.Small, threads: 2);
            found.Add(name, Bits(run));
        }
        foreach ((string name, TrainingOptions options, PruningOptions pruning) in s_repairs)
        {
            using TrainingRun parent = TrainingRun.Start(options, SyntheticImages.Small, threads: 2);
            Bits(parent);
            using TrainingRun repair = Pruner.Prune(parent, pruning).Run;
            found.Add(name, Bits(repair));
        }
        return found;
    }

    // All numbers that the run gives, trained to its end, and the model.
    private static string Bits(TrainingRun run)
    {
        while (!run.IsFinished)
            run.RunEpoch();
        FoldedModel model = run.Fold();
        // The network without its metadata, which name the release.
        double[] numbers =
        [
            .. run.History.SelectMany(epoch => epoch.FlipShares.Append(epoch.TrainingLoss).Append(epoch.ValidationLoss).Append(epoch.ValidationAccuracy)),
            model.ValidationLoss,
        ];
        string text = string.Join(' ', numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)))
            + run.ToCheckpoint().Network.Hash() + BnnWriter.Write(model.Network with { Metadata = default });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string Text(Dictionary<string, string> bits) =>
        string.Create(CultureInfo.InvariantCulture, $"version {TrainingEngine.Version}\n") + string.Concat(bits.Select(run => $"{run.Key} {run.Value}\n"));

    private static (int Version, Dictionary<string, string> Bits) Read(string path)
    {
        if (!File.Exists(path))
            return (0, []);
        string[][] lines = [.. File.ReadLines(path).Select(line => line.Split(' '))];
        return (int.Parse(lines[0][1], CultureInfo.InvariantCulture), lines.Skip(1).ToDictionary(line => line[0], line => line[1]));
    }
}
