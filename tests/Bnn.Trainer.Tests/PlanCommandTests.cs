using System.Text.Json;
using System.Text.RegularExpressions;
using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Emit;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;
using Bnn.Storage;
using Bnn.Trainer.Plans;

namespace Bnn.Trainer.Tests;

public sealed class PlanCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Model => _folder.At("model.bnn");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Text_shows_lowerings_cycles_and_the_break_even()
    {
        BnnFile.Save(Model, Models.Digits());
        Cli inspect = Cli.Run("inspect", Model, "--plan");
        Assert.Equal((0, ""), (inspect.Exit, inspect.Error));
        string[] lines = inspect.Out.Split('\n');
        Assert.Contains("  goal        Latency", lines);
        Assert.Contains(lines, line => line.StartsWith("  batches     ", StringComparison.Ordinal));
        // Ten rows that each read eight bits of a word of their own: ten words, 1.2 cycles each; 0.8 where there are 512 bits, 1.625 on ARM's narrow vectors.
        Assert.Single(lines, line => Regex.IsMatch(line, "^  scores +scores +Unrolled +10 +words .* 8\\.00 +12\\.0 +16\\.[23] "));
        Assert.Single(lines, line => Regex.IsMatch(line, "^  besides +100 +100 +100 "));
        Assert.Contains(lines, line => line.StartsWith("The break-even of pruning", StringComparison.Ordinal));
        Assert.Single(lines, line => Regex.IsMatch(line, "^  scores +one sample +1\\.40 +1\\.40 +1\\.40 +never +- +-$"));
        Assert.DoesNotContain("Measured", inspect.Out, StringComparison.Ordinal);
        Assert.Equal(inspect.Out, Cli.Run("inspect", Model, "--plan").Out);
    }

    [Fact]
    public void Json_gives_the_cycles_that_the_planner_weighs()
    {
        BnnFile.Save(Model, Models.Convolutions());
        JsonElement json = Cli.Run("inspect", Model, "--plan", "--json").Json();
        Plan plan = BnnCompiler.Plan(BnnFile.Load(Model, out _), Settings());
        foreach (LaneTier tier in LaneTier.All)
        {
            string bits = $"bits{64 * tier.Words}";
            double sum = json.GetProperty("layers").EnumerateArray().Sum(layer => layer.GetProperty("cyclesOfSample").GetProperty(bits).GetDouble());
            Assert.Equal(plan.Sample.Cycles(tier), sum + CostModel.Sample, 0.1);
            Assert.Equal(plan.Sample.Cycles(tier), json.GetProperty("cyclesOfSample").GetProperty(bits).GetDouble(), 0.1);
        }
        Assert.True(json.GetProperty("batches").GetProperty("inLanes").GetBoolean());
        Assert.Equal(plan.Batch.Least, json.GetProperty("batches").GetProperty("leastSamples").GetInt32());
        Assert.Equal(plan.Batch.Cycles, json.GetProperty("cyclesOfSampleOfBatch").GetProperty("bits256").GetDouble(), 0.1);
        JsonElement convolution = json.GetProperty("layers")[0];
        Assert.Equal(("PixelLanes", "planes"), (convolution.GetProperty("lowering").GetString(), convolution.GetProperty("workUnit").GetString()));
        Assert.False(json.TryGetProperty("measured", out _));
    }

    [Fact]
    public void Masks_pay_in_lanes_from_about_half_on_and_in_words_never()
    {
        var plan = BnnCompiler.Plan(Models.Convolutions(), Settings());
        IReadOnlyList<PruningCost> costs = new PruningCosts(plan, Settings(), default).All();
        PruningCost lanes = Assert.Single(costs, cost => cost is { Index: 2, IsBatch: true });
        // K · min(live, masked + half of the live) is half of K at 50 % live, a quarter at 25 %; the sum that all channels share comes on top.
        Assert.InRange(lanes.PaysBelow!.Value, 0.35, 0.55);
        Assert.InRange(lanes.Masked[0], 0.95, 1.2);
        Assert.InRange(lanes.Masked[1], 0.45, 0.8);
        Assert.True(lanes.Masked[2] < lanes.Masked[1]);
        Assert.InRange(lanes.Fewer![0], 0.7, 0.85);
        Assert.InRange(lanes.Fewer[1], 0.45, 0.65);

        Plan words = BnnCompiler.Plan(Models.Convolutions(), Settings("Size"));
        costs = new PruningCosts(words, Settings("Size"), default).All();
        Assert.All(costs, cost => Assert.False(cost.IsBatch));
        Assert.All(costs, cost => Assert.Null(cost.PaysBelow));
        Assert.All(costs, cost => Assert.All(cost.Masked, time => Assert.InRange(time, 1.01, CostModel.MaskedWord + 1e-9)));
        Assert.Null(costs[^1].Fewer);
    }

    [Fact]
    public void Goal_and_lowering_are_those_of_the_generator()
    {
        BnnFile.Save(Model, Models.Convolutions());
        Assert.Contains("goal        Size", Cli.Run("inspect", Model, "--plan", "--goal", "size").Out, StringComparison.Ordinal);
        Assert.Contains("PopCountTable", Cli.Run("inspect", Model, "--lowering", "PopCountTable").Out, StringComparison.Ordinal);
        Cli.Run("inspect", Model, "--plan", "--goal", "Beauty").AssertError(1, "--goal is 'Beauty', but must be one of");
    }

    [Theory]
    [InlineData("Latency", null)]
    [InlineData("Throughput", null)]
    [InlineData("Size", null)]
    [InlineData("Latency", "ChannelLanes")]
    [InlineData("Latency", "ActiveColumns")]
    public void The_measured_assembly_gives_the_classes_of_the_interpreter(string goal, string? lowering)
    {
        Network network = Models.Convolutions();
        BnnFile.Save(Model, network);
        CompileSettings settings = Settings(goal, lowering);
        using var assembly = ModelAssembly.Compile(BnnCompiler.Plan(network, settings), settings, ModelInput.Load(Model), default);
        const int Samples = 300;
        byte[] images = MeasuredImages.Noise(network).Take(Samples * network.InputLength);
        int[] expected = new int[Samples], classes = new int[Samples];
        new Bnn.Inference.Interpreter(network).PredictBatch(images, expected);
        Assert.True(expected.Distinct().Count() > 1);
        assembly.PredictBatch(images, classes);
        Assert.Equal(expected, classes);
        for (int i = 0; i < Samples; i++)
        {
            ReadOnlySpan<byte> image = images.AsSpan(i * network.InputLength, network.InputLength);
            Assert.Equal((expected[i], expected[i]), (assembly.Predict(image), assembly.PredictTimed(image)));
        }
        Assert.All(assembly.Times.Zip(assembly.Times.Skip(1)), pair => Assert.True(0 < pair.First && pair.First <= pair.Second));
    }

    [Theory]
    [InlineData("Latency")]
    [InlineData("Size")]
    public void Measuring_gives_a_time_for_every_layer(string goal)
    {
        BnnFile.Save(Model, Models.Convolutions());
        Cli inspect = Cli.Run("inspect", Model, "--measure", "--goal", goal, "--json");
        Assert.Equal((0, ""), (inspect.Exit, inspect.Error));
        JsonElement json = inspect.Json(), measured = json.GetProperty("measured");
        JsonElement[] parts = [.. measured.GetProperty("parts").EnumerateArray()];
        Assert.Equal(
            json.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("name").GetString()),
            parts.SelectMany(part => part.GetProperty("layers").EnumerateArray()).Select(name => name.GetString()));
        Assert.Empty(parts[0].GetProperty("layers").EnumerateArray());
        Assert.All(parts, part => Assert.True(part.GetProperty("nanoseconds").GetDouble() >= PlanMeasurement.LeastNanoseconds));
        Assert.True(parts.Sum(part => part.GetProperty("nanoseconds").GetDouble()) > parts.Length * PlanMeasurement.LeastNanoseconds);
        JsonElement[] calls = [.. measured.GetProperty("calls").EnumerateArray()];
        Assert.Equal(
            [("Predict", 1), ("PredictBatch", 1), ("PredictBatch", 64), ("PredictBatch", 4096)],
            calls.Select(call => (call.GetProperty("method").GetString()!, call.GetProperty("samples").GetInt32())));
        Assert.All(calls, call => Assert.True(call.GetProperty("nanosecondsPerSample").GetDouble() > 0));
        Assert.All(calls, call => Assert.True(call.GetProperty("estimatedCyclesPerSample").GetDouble() > 0));
        string[] numbers =
            ["additionsPerCycle", "nanosecondsOfCycle", "compileMilliseconds", "assemblyBytes", "firstPredictMilliseconds", "firstPredictBatchMilliseconds"];
        foreach (string number in numbers)
            Assert.True(measured.GetProperty(number).GetDouble() > 0, number);
    }

    [Fact]
    public void Measuring_with_real_images_implies_the_plan()
    {
        SyntheticDigits.WriteTo(_folder);
        BnnFile.Save(Model, Models.Digits());
        Cli inspect = Cli.Run("inspect", Model, "--measure", "--data", "optdigits", "--data-dir", _folder.At("data"));
        Assert.Equal(0, inspect.Exit);
        foreach (string part in new[] { "The plan:", "optdigits, test split", "PredictBatch    4,096", "(input)", "layer by layer", "First Predict" })
            Assert.Contains(part, inspect.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_without_measuring_are_refused()
    {
        BnnFile.Save(Model, Models.Digits());
        Cli.Run("inspect", Model, "--plan", "--data", "optdigits").AssertError(1, "--data tells which images to measure with, so it needs --measure");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("PopCountTable")]
    public void Times_add_lines_to_the_generated_code_and_change_none(string? lowering)
    {
        CompileSettings settings = Settings("Latency", lowering);
        Plan plan = BnnCompiler.Plan(Models.Convolutions(), settings);
        string usual = Emit(settings), timed = Emit(settings with { HasTimes = true });
        Assert.DoesNotContain("Stopwatch", usual, StringComparison.Ordinal);
        string[] added = [.. timed.Split('\n').Where(line => line.Contains("Times[", StringComparison.Ordinal))];
        Assert.Equal(new RunTimes(plan).Parts.Count + 1, added.Length);
        string field = timed[timed.IndexOf("        /// <summary>When the last run began", StringComparison.Ordinal)..];
        field = field[..(field.IndexOf("\n\n", StringComparison.Ordinal) + 2)];
        string without = timed.Replace(field, "", StringComparison.Ordinal);
        Assert.Equal(usual, added.Aggregate(without, (text, line) => text.Replace(line + "\n", "", StringComparison.Ordinal)));

        string Emit(CompileSettings settings) => ModelEmitter.Emit(plan, settings with { Namespace = "A" }, "a.bnn", "hash", default);
    }

    private static CompileSettings Settings(string? goal = null, string? lowering = null) =>
        CompileSettings.Of(new ModelSource("m.bnn", null, new CompileOptions { Goal = goal, Lowering = lowering }), []);
}
