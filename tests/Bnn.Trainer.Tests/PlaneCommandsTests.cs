using System.Text.Json;
using Bnn.Model;
using Bnn.Storage;
using Bnn.Trainer.Experiments;

namespace Bnn.Trainer.Tests;

/// <summary>bnn sensitivity --planes and bnn shrink on synthetic digits, whose values use five bits: bits 4 and 3 tell the class.</summary>
public sealed class PlaneCommandsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public PlaneCommandsTests()
    {
        SyntheticDigits.WriteTo(_folder);
        File.Delete(_folder.At("data", "uci", "optdigits.tes")); // nothing asks for the test set
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_table_tells_what_each_slice_costs_alone_and_together()
    {
        Train();
        Cli cli = Sensitivity("--max-drop", "2");
        Assert.True(cli.Exit == 0, cli.Error);
        string[] lines = [.. cli.Out.Split('\n').Where(line => line.StartsWith("  bit ", StringComparison.Ordinal))];
        Assert.Equal(8, lines.Length);
        Assert.Matches(@"^  bit 0 +-?[0-9.]+ ± [0-9.]+  1 group .+ -?[0-9.]+ ± [0-9.]+$", lines[0]);
        Assert.Matches(@"^  bit 7 .+  all .+$", lines[7]);
        Assert.Matches("Train with them alone: --encoding bit-planes-[1-8]\n", cli.Out);
        Assert.Contains("76 measurements on 60 images held out", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_has_the_numbers_and_the_seed_decides_them()
    {
        Train();
        JsonElement json = Sensitivity("--json", "--repeats", "3").Json();
        Assert.Equal(1, json.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("validation", json.GetProperty("split").GetString());
        Assert.Equal(8, json.GetProperty("single").GetArrayLength());
        JsonElement all = json.GetProperty("together")[7];
        Assert.Equal(8, all.GetProperty("planes").GetArrayLength());
        int correct = json.GetProperty("correct").GetInt32();
        double mean = all.GetProperty("correct").EnumerateArray().Average(count => count.GetInt32());
        Assert.Equal((correct - mean) / 60, all.GetProperty("dropShare").GetDouble(), 12);
        JsonElement eval = Cli.Run("eval", _folder.At("base"), "--split", "validation", "--json", "--data-dir", _folder.At("data")).Json();
        Assert.Equal(eval.GetProperty("correct").GetInt32(), correct);
        int kept = json.GetProperty("kept").GetArrayLength();
        Assert.Equal($"bit-planes-{kept}", json.GetProperty("keptEncoding").GetString());
        Assert.Equal(json.ToString(), Sensitivity("--json", "--repeats", "3", "--threads", "3").Json().ToString());
        Assert.NotEqual(json.ToString(), Sensitivity("--json", "--repeats", "3", "--seed", "1").Json().ToString());
    }

    [Fact]
    public void Runs_without_planes_are_refused_with_what_to_do()
    {
        Train("--encoding", "eight-bit");
        Sensitivity().AssertError(1, "The encoding eight-bit has no planes of its own");
        Cli.Run("sensitivity", _folder.At("none"), "--planes").AssertError(4, "there is no folder");
    }

    [Fact]
    public void A_search_ends_at_the_first_failure_and_keeps_the_smallest_within_the_budget()
    {
        Train();
        Cli cli = Shrink("--slices", "4");
        Assert.True(cli.Exit == 0, cli.Error);
        Assert.EndsWith("The search is over.\n", cli.Out, StringComparison.Ordinal);
        string[][] rows = Rows();
        Assert.Equal(["baseline", "bit-planes", "32-16"], rows[0][..3]);
        Assert.Equal(["slices-4", "bit-planes-4", "32-16"], rows[1][..3]);
        int correct = int.Parse(rows[0][3], System.Globalization.CultureInfo.InvariantCulture);
        int within = 0;
        foreach (string[] row in rows[1..])
        {
            bool isWithin = int.Parse(row[3], System.Globalization.CultureInfo.InvariantCulture) >= correct - 1.8; // 3 points of 60
            Assert.Equal(isWithin ? "true" : "false", row[6]);
            within += isWithin ? 1 : 0;
        }
        string[][] narrower = [.. rows.Where(row => row[0].StartsWith("widths-", StringComparison.Ordinal))];
        Assert.Equal("16-16", narrower[0][2]);
        Assert.True(narrower.Length == 2 ? narrower[0][6] == "true" && narrower[1][2] == "16-8" : narrower[0][6] == "false");
        string[] smallest = rows.Where(row => row[0] == "baseline" || row[6] == "true").MinBy(row => int.Parse(row[7], System.Globalization.CultureInfo.InvariantCulture))!;
        Network network = BnnFile.Load(_folder.At("found", "smallest.bnn"));
        Assert.Equal(smallest[2], $"{network.Layers[0].Output(default).Channels}-{network.Layers[1].Output(default).Channels}");
        Assert.Equal("halving first, at most 3 points, from 4 slices", network.Meta("search"));
        string hash = Cli.Run("inspect", _folder.At("base"), "--json").Json().GetProperty("modelSha256").GetString()!;
        Assert.Equal(hash, network.Meta("baseline-hash"));
        Assert.Contains("| slices-4 | bit-planes-4 | 32 16 | ", File.ReadAllText(_folder.At("found", "shrink.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_is_the_run_of_the_command_that_its_result_names_and_the_baseline_is_not_trained_again()
    {
        Train();
        Cli cli = Shrink("--slices", "3");
        Assert.DoesNotContain("baseline, seed 4: begins", cli.Error, StringComparison.Ordinal);
        RunResult[] results = Results();
        Assert.True(results.Length > 2);
        foreach (RunResult result in results)
        {
            string[] words = UsageTests.Words(result.Command);
            Assert.Equal(0, Cli.Run([.. words[1..], "--out", _folder.At("again"), "--data-dir", _folder.At("data")]).Exit);
            string hash = Cli.Run("inspect", _folder.At("again"), "--json").Json().GetProperty("modelSha256").GetString()!;
            Assert.Equal(hash, result.Model!.Hash);
            Directory.Delete(_folder.At("again"), recursive: true);
        }
    }

    [Fact]
    public void A_stopped_search_goes_on_to_the_same_steps_and_trains_none_twice()
    {
        Train();
        Shrink("--slices", "4", "--order", "weights", "--max-drop", "8");
        string whole = File.ReadAllText(_folder.At("found", "shrink.csv"));
        Cli again = Shrink("--slices", "4", "--order", "weights", "--max-drop", "8");
        Assert.DoesNotContain("begins", again.Error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllText(_folder.At("found", "shrink.csv")));
        Directory.Delete(_folder.At("found"), recursive: true);
        Directory.Delete(_folder.At("work"), recursive: true);
        foreach (string at in new[] { "slices-4, seed 4: begins", "widths-16-16, seed 4: done" })
        {
            using var stop = new CancellationTokenSource();
            using var stderr = new ActingWriter(at, stop.Cancel);
            Assert.Equal(130, BnnCommandLine.Run(Arguments("--slices", "4", "--order", "weights", "--max-drop", "8"), TextWriter.Null, stderr, stop.Token));
        }
        Cli rest = Shrink("--slices", "4", "--order", "weights", "--max-drop", "8");
        Assert.DoesNotContain("slices-4, seed 4: begins", rest.Error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllText(_folder.At("found", "shrink.csv")));
    }

    [Fact]
    public void Without_a_number_of_slices_they_are_measured()
    {
        Train();
        int kept = Sensitivity("--json", "--max-drop", "30").Json().GetProperty("kept").GetArrayLength();
        Assert.InRange(kept, 1, 7);
        Cli cli = Shrink("--max-drop", "30");
        Assert.Contains($"kept; --slices {kept} saves measuring that again", cli.Error, StringComparison.Ordinal);
        Assert.Equal($"slices-{kept}", Rows()[1][0]);
    }

    [Fact]
    public void A_search_without_bit_planes_halves_widths_alone()
    {
        Train("--encoding", "threshold-8", "--batch-norm-scale", "--shift", "1", "--optimizer", "bop", "--learning-rate", "0.02");
        Cli cli = Shrink();
        Assert.True(cli.Exit == 0, cli.Error);
        Assert.Equal(["baseline", "widths-16-16"], Rows().Take(2).Select(row => row[0]));
        Assert.Equal("halving first, at most 3 points, from the whole input", BnnFile.Load(_folder.At("found", "smallest.bnn")).Meta("search"));
        Assert.All(Results(), result => Assert.Contains(" --learning-rate 0.02 --shift 1 --batch-norm-scale --optimizer bop ", result.Command, StringComparison.Ordinal));
        Directory.Delete(_folder.At("found"), recursive: true);
        Shrink("--slices", "4").AssertError(1, "--slices is about the planes of bit-planes");
    }

    [Fact]
    public void A_pruned_run_cannot_be_the_baseline()
    {
        Train();
        Assert.Equal(0, Cli.Run("prune", _folder.At("base"), "--epochs", "1", "--out", _folder.At("pruned"), "--data-dir", _folder.At("data")).Exit);
        Cli.Run("shrink", _folder.At("pruned"), "--out", _folder.At("found"), "--data-dir", _folder.At("data"))
            .AssertError(1, "did not start from random weights");
    }

    private void Train(params string[] more)
    {
        string[] encoding = more.Contains("--encoding") ? [] : ["--encoding", "bit-planes"];
        Cli train = Cli.Run(
            ["train", "optdigits", "--arch", "dense-32 dense-16 scores", "--epochs", "6", "--batch", "20", "--seed", "4", .. encoding, .. more, "--out", _folder.At("base"),
                "--data-dir", _folder.At("data")]);
        Assert.True(train.Exit == 0, train.Error);
    }

    private Cli Sensitivity(params string[] more) => Cli.Run(["sensitivity", _folder.At("base"), "--planes", "--data-dir", _folder.At("data"), .. more]);

    private Cli Shrink(params string[] more) => Cli.Run(Arguments(more));

    private string[] Arguments(params string[] more) =>
    [
        "shrink", _folder.At("base"), "--out", _folder.At("found"), "--work", _folder.At("work"), "--data-dir", _folder.At("data"),
        .. more.Contains("--max-drop") ? [] : new[] { "--max-drop", "3" }, .. more,
    ];

    private string[][] Rows() => [.. File.ReadAllLines(_folder.At("found", "shrink.csv"))[1..].Select(line => line.Split(','))];

    private RunResult[] Results() => [.. Directory.GetFiles(_folder.At("found"), "*-s4-*.json").Order(StringComparer.Ordinal).Select(RunResult.Read)];
}
