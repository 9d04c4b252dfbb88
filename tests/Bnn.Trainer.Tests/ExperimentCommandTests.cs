using System.Diagnostics;
using System.Text.Json;
using Bnn.Trainer.Data;
using Bnn.Trainer.Experiments;

namespace Bnn.Trainer.Tests;

/// <summary>bnn experiment on synthetic digits: some runs of a tenth of a second.</summary>
public sealed class ExperimentCommandTests : IDisposable
{
    private const string Graph = """
        {
          "data": "optdigits",
          "seeds": 2,
          "options": { "arch": "dense-16 scores", "encoding": "threshold-8", "batch": 20 },
          "grid": { "epochs": [2, 3] },
          "variants": {
            "longer": { "from": "plain", "method": "continue", "epochs": 1 },
            "plain": {},
            "pruned": { "from": "plain", "epochs": 1, "grid": { "rate": [0.25, 0.5] } }
          },
          "baseline": "plain"
        }
        """;

    private readonly TempFolder _folder = new();

    public ExperimentCommandTests() => SyntheticDigits.WriteTo(_folder);

    private string[] Files => [.. Directory.GetFiles(_folder.At("results", "trial")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_runs_are_done_once_and_summed_up()
    {
        File.Delete(_folder.At("data", "uci", "optdigits.tes")); // nothing asks for the test set
        Cli first = Run(Graph);
        Assert.Equal(0, first.Exit);
        Assert.Contains("trial: 16 of 16 runs done; results in ", first.Out, StringComparison.Ordinal);
        Assert.Equal(16, Files.Count(file => file.EndsWith(".json", StringComparison.Ordinal)));
        string[] csv = File.ReadAllLines(_folder.At("results", "trial", "table.csv"));
        Assert.Equal(9, csv.Length);
        Assert.StartsWith("optdigits,\"longer, epochs 2\",2,1,", csv.Single(line => line.Contains("\"longer, epochs 2\"", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("| pruned, epochs 3, rate 0.5 | 2 of 2 | ", File.ReadAllText(_folder.At("results", "trial", "table.md")), StringComparison.Ordinal);

        DateTime[] times = Times();
        Cli second = Run(Graph);
        Assert.DoesNotContain("begins", second.Error, StringComparison.Ordinal);
        Assert.Equal(first.Out, second.Out);
        Assert.Equal(times, Times());

        DateTime[] Times() =>
            [.. Directory.GetFiles(_folder.At("results", "trial"), "*-s*.json").Order(StringComparer.Ordinal).Select(path => File.GetLastWriteTimeUtc(path))];
    }

    [Fact]
    public void Results_are_those_of_the_commands_that_they_name()
    {
        Run(Graph);
        // No command line trains on.
        RunResult[] repeatable = [.. Results().Where(result => !result.Command.Contains("bnn continue ", StringComparison.Ordinal))];
        Assert.Equal(12, repeatable.Length);
        foreach (RunResult result in repeatable)
        {
            string parent = _folder.At("again", "parent"), child = _folder.At("again", "child"), last = parent;
            foreach (string line in result.Command.Split("; "))
            {
                string[] words = UsageTests.Words(line.Replace("PARENT", parent, StringComparison.Ordinal));
                Assert.Equal(0, Cli.Run([.. words[1..], "--out", last, "--data-dir", _folder.At("data")]).Exit);
                last = child;
            }
            string model = result.Parent is null ? parent : child;
            JsonElement eval = Cli.Run("eval", model, "--split", "validation", "--json", "--data-dir", _folder.At("data")).Json();
            Assert.Equal(result.Validation.Correct, eval.GetProperty("correct").GetInt32());
            Assert.Equal(result.Model!.Hash, eval.GetProperty("modelSha256").GetString());
            Directory.Delete(_folder.At("again"), recursive: true);
        }
    }

    [Fact]
    public void A_run_learns_from_the_teacher_at_its_point_of_the_grid()
    {
        const string Taught = """
            {
              "data": "optdigits",
              "options": { "arch": "dense-16 scores", "encoding": "threshold-8", "batch": 20 },
              "grid": { "epochs": [2, 3] },
              "variants": { "student": { "teacher": "real", "distillation": 0.7 }, "real": { "full-precision": true }, "alone": {} },
              "baseline": "alone", "test": "once", "keep": "model"
            }
            """;
        Cli cli = Run(Taught);
        Assert.Contains("trial: 6 of 6 runs done", cli.Out, StringComparison.Ordinal);
        Assert.Equal(4, Files.Count(file => file.EndsWith(".bnn", StringComparison.Ordinal))); // real networks have none
        RunResult[] results = [.. Results()];
        Assert.All(results, result => Assert.Equal(200, result.Test!.Samples));
        foreach (int epochs in new[] { 2, 3 })
        {
            RunResult real = results.Single(result => result.Arm == $"real, epochs {epochs}"), student = results.Single(result => result.Arm == $"student, epochs {epochs}");
            Assert.Null(real.Model);
            Assert.Equal(real.Key, student.Parent);
            string[] lines = student.Command.Split("; ");
            Assert.Equal(real.Command, lines[0]);
            string teacher = _folder.At($"teacher-{epochs}"), again = _folder.At($"student-{epochs}");
            Assert.Equal(0, Cli.Run([.. UsageTests.Words(lines[0])[1..], "--out", teacher, "--data-dir", _folder.At("data")]).Exit);
            string[] words = UsageTests.Words(lines[1].Replace("PARENT", teacher, StringComparison.Ordinal));
            Assert.Equal(0, Cli.Run([.. words[1..], "--out", again, "--data-dir", _folder.At("data")]).Exit);
            Assert.Equal(student.Model!.Hash, Cli.Run("inspect", again, "--json").Json().GetProperty("modelSha256").GetString());
            JsonElement eval = Cli.Run("eval", teacher, "--json", "--data-dir", _folder.At("data")).Json();
            Assert.Equal(real.Test!.Correct, eval.GetProperty("correct").GetInt32());
        }
        Assert.NotEqual(results.Single(result => result.Arm == "alone, epochs 2").Key, results.Single(result => result.Arm == "student, epochs 2").Key);
    }

    [Fact]
    public void The_plan_tells_the_runs_and_does_none()
    {
        Cli plan = Run(Graph, "--plan");
        Assert.Equal(0, plan.Exit);
        Assert.Equal(16, plan.Out.Split('\n').Count(line => line.Contains(" missing", StringComparison.Ordinal)));
        Assert.Matches("trial: 0 of 16 runs done; about [0-9.]+ s left on .+\n$", plan.Out);
        Assert.False(Directory.Exists(_folder.At("results")) || Directory.Exists(_folder.At("work")));
        Run(Graph);
        Assert.Equal(16, Run(Graph, "--plan").Out.Split('\n').Count(line => line.Contains("  done, ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_stopped_piece_goes_on_to_the_same_results()
    {
        Run(Graph);
        string[] whole = [.. Results().Select(result => result.Model!.Hash)];
        Directory.Delete(_folder.At("results"), recursive: true);
        Directory.Delete(_folder.At("work"), recursive: true);
        foreach (string at in new[] { "plain, epochs 3, seed 1: begins", "longer, epochs 2, seed 1: begins", "seed 2: done" })
        {
            using var stop = new CancellationTokenSource();
            using var stderr = new ActingWriter(at, stop.Cancel);
            Assert.Equal(130, BnnCommandLine.Run(Arguments(Graph), TextWriter.Null, stderr, stop.Token));
            Assert.Matches("stopped; [0-9]+ of 16 runs done, and the whole epochs of the others. Go on with the same command.\n$", stderr.ToString());
        }
        Assert.Equal(0, Run(Graph).Exit);
        Assert.Equal(whole, Results().Select(result => result.Model!.Hash));
    }

    [Fact]
    public void Runs_side_by_side_give_the_same_results()
    {
        Run(Graph);
        string[] whole = [.. Results().Select(result => result.Model!.Hash)];
        Directory.Delete(_folder.At("results"), recursive: true);
        Directory.Delete(_folder.At("work"), recursive: true);
        Assert.Equal(0, Run(Graph, "--parallel", "--threads", "3").Exit);
        Assert.Equal(whole, Results().Select(result => result.Model!.Hash));
        Assert.All(Results(), result => Assert.Null(result.Time.ProcessorSeconds));
    }

    [Fact]
    public void A_piece_ends_in_time_and_the_next_goes_on()
    {
        const string Long = """{ "data": "optdigits", "options": { "arch": "dense-32 scores", "epochs": 400 } }""";
        Cli piece = RunPiece(Long);
        Assert.Equal(0, piece.Exit);
        Assert.Matches("trial: 0 of 1 run done; about [0-9.]+ (s|min).* left. Go on with the same command.\n$", piece.Out);
        Assert.Contains("no other fits into this piece", piece.Error, StringComparison.Ordinal);
        Assert.Matches("goes on after [1-9][0-9]* of 400 epochs", RunPiece(Long).Error);
    }

    [Fact]
    public void A_carried_state_lets_another_machine_go_on_to_the_same_result()
    {
        const string Long = """
            { "data": "optdigits", "options": { "arch": "dense-32 scores", "epochs": 200 }, "variants": { "a": {}, "b": { "from": "a", "epochs": 60 } } }
            """;
        Run(Long);
        string[] whole = [.. Results().Select(result => result.Model!.Hash)];
        Directory.Delete(_folder.At("results"), recursive: true);
        Directory.Delete(_folder.At("work"), recursive: true);
        int pieces = 0;
        for (Cli piece; !(piece = RunPiece(Long, "--carry")).Out.Contains("2 of 2 runs done", StringComparison.Ordinal); pieces++)
        {
            Assert.True(piece.Exit == 0, piece.Error);
            Assert.Contains("1 state kept with the results: ", piece.Error, StringComparison.Ordinal);
            Assert.Single(Directory.GetFiles(_folder.At("results", "trial", "carried")));
            Directory.Delete(_folder.At("work"), recursive: true);
        }
        Assert.InRange(pieces, 2, 20);
        Assert.Equal(whole, Results().Select(result => result.Model!.Hash));
        Assert.False(Directory.Exists(_folder.At("results", "trial", "carried")));
    }

    [Fact]
    public void A_damaged_state_is_named()
    {
        const string Long = """{ "data": "optdigits", "options": { "arch": "dense-32 scores", "epochs": 400 } }""";
        RunPiece(Long, "--carry");
        string state = Assert.Single(Directory.GetFiles(_folder.At("results", "trial", "carried")));
        File.WriteAllBytes(state, File.ReadAllBytes(state)[..1000]);
        Run(Long).AssertError(2, $"{Path.GetFileName(state)} is damaged: ");
    }

    [Fact]
    public void A_piece_that_is_shorter_than_an_epoch_is_refused() =>
        Run("""{ "data": "optdigits" }""", "--minutes", "0.000001").AssertError(1, "longer than the 0.0 s of a piece; give it more --minutes.");

    [Fact]
    public void Results_that_came_from_elsewhere_are_summed_up_even_if_no_run_ends_here()
    {
        const string One = """{ "data": "optdigits", "options": { "arch": "dense-16 scores", "epochs": 2 }, "seeds": [1] }""";
        Run(One);
        File.Delete(_folder.At("results", "trial", "table.md"));
        Run(One.Replace("[1]", "[1, 2]", StringComparison.Ordinal), "--minutes", "0.000001").AssertError(1, "give it more --minutes.");
        Assert.Contains("1 of 2 runs done", File.ReadAllText(_folder.At("results", "trial", "table.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_another_process_has_is_left_to_it()
    {
        const string Two = """{ "data": "optdigits", "options": { "arch": "dense-8 scores", "epochs": 1 }, "seeds": 2 }""";
        Run(Two);
        string[] results = Directory.GetFiles(_folder.At("results", "trial"), "*-s1-*.json");
        File.Delete(Assert.Single(results));
        string work = Assert.Single(Directory.GetDirectories(_folder.At("work")), path => results[0].Contains(Path.GetFileName(path), StringComparison.Ordinal));
        using (new FileStream(Path.Combine(work, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            Assert.EndsWith("trial: 1 of 2 runs done; another process is at work on 1 run.\n", Run(Two).Out, StringComparison.Ordinal);
        Assert.Contains("trial: 2 of 2 runs done", Run(Two).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_test_set_is_read_at_the_end_and_never_again()
    {
        const string Once = """{ "data": "optdigits", "options": { "arch": "dense-8 scores", "epochs": 2 }, "test": "once", "keep": "model" }""";
        Run(Once);
        RunResult result = Assert.Single(Results());
        Assert.Equal(200, result.Test!.Samples);
        string model = Assert.Single(Files, file => file.EndsWith(".bnn", StringComparison.Ordinal));
        JsonElement eval = Cli.Run("eval", _folder.At("results", "trial", model), "optdigits", "--json", "--data-dir", _folder.At("data")).Json();
        Assert.Equal(result.Test.Correct, eval.GetProperty("correct").GetInt32());
        File.Delete(_folder.At("data", "uci", "optdigits.tes"));
        Assert.Equal(0, Run(Once).Exit);
    }

    [Fact]
    public void A_test_that_is_asked_for_later_needs_no_training()
    {
        const string Never = """{ "data": "optdigits", "options": { "arch": "dense-8 scores", "epochs": 2 } }""";
        Run(Never);
        Assert.Null(Assert.Single(Results()).Test);
        Cli later = Run(Never.Replace("} }", "}, \"test\": \"once\" }", StringComparison.Ordinal));
        Assert.DoesNotContain("begins", later.Error, StringComparison.Ordinal);
        Assert.NotNull(Assert.Single(Results()).Test);
    }

    [Fact]
    public void A_child_that_is_added_later_finds_its_parent_and_else_trains_it_again_to_the_same_result()
    {
        const string Parent = """{ "data": "optdigits", "options": { "arch": "dense-16 scores", "epochs": 2 }, "variants": { "plain": {} } }""";
        string both = Parent.Replace("\"plain\": {}", "\"plain\": {}, \"pruned\": { \"from\": \"plain\", \"epochs\": 1 }", StringComparison.Ordinal);
        Run(Parent);
        string before = File.ReadAllText(Directory.GetFiles(_folder.At("results", "trial"), "plain*.json")[0]);
        Directory.Delete(_folder.At("work"), recursive: true);
        Assert.Contains("done, ", Run(both, "--plan").Out.Split('\n').Single(line => line.Contains("again, for its checkpoint", StringComparison.Ordinal)), StringComparison.Ordinal);
        Cli again = Run(both);
        Assert.Contains("trial: 2 of 2 runs done", again.Out, StringComparison.Ordinal);
        RunResult after = Results().Single(result => result.Arm == "plain");
        Assert.Contains(after.Model!.Hash, before, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_bits_under_the_same_version_are_found_out()
    {
        const string One = """{ "data": "optdigits", "options": { "arch": "dense-16 scores", "epochs": 2 }, "variants": { "plain": {} } }""";
        Run(One);
        string file = Directory.GetFiles(_folder.At("results", "trial"), "plain*.json")[0];
        var result = RunResult.Read(file);
        File.WriteAllText(file, (result with { Validation = result.Validation with { Correct = result.Validation.Correct - 1 } }).ToJson());
        Directory.Delete(_folder.At("work"), recursive: true);
        Run(One.Replace("\"plain\": {}", "\"plain\": {}, \"pruned\": { \"from\": \"plain\", \"epochs\": 1 }", StringComparison.Ordinal))
            .AssertError(2, "bits changed under engine version ");
    }

    [Fact]
    public void A_damaged_result_is_named()
    {
        const string One = """{ "data": "optdigits", "options": { "arch": "dense-8 scores", "epochs": 1 } }""";
        Run(One);
        string file = Directory.GetFiles(_folder.At("results", "trial"), "*.json")[0];
        File.WriteAllText(file, File.ReadAllText(file)[..100]);
        Run(One).AssertError(2, Path.GetFileName(file));
    }

    [Fact]
    public void Options_that_make_no_sense_together_are_found_before_anything_is_trained() =>
        Run("""{ "data": "optdigits", "variants": { "good": {}, "bad": { "arch": "dense-x scores" } } }""").AssertError(2, "bad: ");

    [Fact]
    public void A_baseline_that_is_none_is_refused() =>
        Run("""{ "data": "optdigits", "variants": { "good": {} }, "baseline": "better" }""").AssertError(2, "\"baseline\" is \"better\", but there are good.");

    [Fact]
    public void Keys_tell_what_is_computed_and_not_how_it_is_called()
    {
        PlannedRun Only(string text) => Assert.Single(Plan(text).Runs);
        string plain = Only("""{ "data": "optdigits" }""").Key;
        Assert.Matches("^[0-9a-f]{64}$", plain);
        Assert.Equal(plain, Only("""{ "data": "optdigits", "name": "other", "options": { "epochs": 40, "flip": false }, "variants": { "x": { "arch": "mlp-s" } } }""").Key);
        Assert.NotEqual(plain, Only("""{ "data": "optdigits", "seeds": [2] }""").Key);
        Assert.NotEqual(plain, Only("""{ "data": "optdigits", "options": { "flip": true } }""").Key);
        _folder.Write("data/uci/optdigits.tra", SyntheticDigits.Table(600, seed: 9));
        Assert.NotEqual(plain, Only("""{ "data": "optdigits" }""").Key);
    }

    [Fact]
    public void Arms_that_ask_for_the_same_share_their_runs()
    {
        ExperimentPlan plan = Plan("""{ "data": "optdigits", "variants": { "a": {}, "b": { "epochs": 40 } }, "seeds": 3 }""");
        Assert.Equal((2, 3), (plan.Arms.Count, plan.Runs.Count));
    }

    [UnixFact]
    public void Killed_at_any_moment_it_loses_at_most_the_epoch_under_way()
    {
        const string Two = """{ "data": "optdigits", "options": { "arch": "dense-32 dense-32 scores", "epochs": 60, "batch": 20 }, "seeds": 2, "variants": { "a": {}, "b": { "from": "a", "epochs": 20 } } }""";
        Run(Two);
        string[] whole = [.. Results().Select(result => result.Model!.Hash)];
        Directory.Delete(_folder.At("results"), recursive: true);
        Directory.Delete(_folder.At("work"), recursive: true);
        int kills = 0;
        for (int wait = 700; ; wait += 130)
        {
            using Process process = BnnProcess.Start(Arguments(Two));
            Task<string> error = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (process.WaitForExit(wait))
            {
                Assert.True(process.ExitCode == 0, error.Result);
                Assert.Contains("4 of 4 runs done", output.Result, StringComparison.Ordinal);
                break;
            }
            process.Kill();
            process.WaitForExit();
            kills++;
        }
        Assert.InRange(kills, 1, 60);
        Assert.Equal(whole, Results().Select(result => result.Model!.Hash));
    }

    private string[] Arguments(string text, params string[] more) =>
    [
        "experiment", _folder.Write("trial.json", text), "--work", _folder.At("work"), "--data-dir", _folder.At("data"), .. more,
    ];

    private Cli Run(string text, params string[] more) => Cli.Run(Arguments(text, more));

    // 1.8 s of a clock of its own: some fifty epochs.
    private Cli RunPiece(string text, params string[] more) => Cli.Run(new TickingClock(), Arguments(text, ["--minutes", "0.03", .. more]));

    private IEnumerable<RunResult> Results() =>
        [.. Directory.GetFiles(_folder.At("results", "trial"), "*.json").Order(StringComparer.Ordinal).Select(RunResult.Read)];

    private ExperimentPlan Plan(string text)
    {
        CommandContext context = CommandContext.Silent with { Data = new DataEnvironment(null, "/no/cache", IsOffline: true) };
        return ExperimentPlan.Of(ExperimentReader.Read(_folder.Write("trial.json", text)), new(DataAccess.Of(context, _folder.At("data"), isOffline: true)));
    }
}
