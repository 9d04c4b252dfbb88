using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Tests;

public class PlannerTests
{
    private static Network Layers(params int[] widths)
    {
        var random = new Random(1);
        var layers = new List<Layer>();
        for (int i = 1; i < widths.Length - 1; i++)
            layers.Add(new DenseLayer($"dense {i}", Models.Weights(widths[i], widths[i - 1], random), Enumerable.Repeat(widths[i - 1] / 2, widths[i]).ToEquatableArray()));
        layers.Add(new ScoresLayer("scores", Models.Weights(widths[^1], widths[^2], random), Enumerable.Repeat(0, widths[^1]).ToEquatableArray(), 1));
        return Models.Bits(widths[0], [.. layers]);
    }

    private static Lowering[] Lowerings(CompileSettings settings, params int[] widths) =>
        BnnCompiler.Plan(Layers(widths), settings).Layers.Select(layer => layer.Lowering).ToArray();

    [Fact]
    public void Small_layers_unroll_and_large_ones_take_tables() =>
        Assert.Equal([Lowering.PopCountTable, Lowering.Unrolled, Lowering.Unrolled], Lowerings(Models.Settings(), 784, 64, 24, 10));

    [Fact]
    public void Goal_size_prefers_tables() => Assert.Equal([Lowering.PopCountTable, Lowering.Unrolled], Lowerings(Models.Settings(Goal.Size), 64, 24, 10));

    [Theory, InlineData("Unrolled"), InlineData("PopCountTable")]
    public void Lowering_is_forced_by_name(string name)
    {
        Lowering lowering = Enum.Parse<Lowering>(name);
        Assert.All(Lowerings(Models.Settings(lowering: lowering), 784, 64, 24, 10), chosen => Assert.Equal(lowering, chosen));
    }

    [Fact]
    public void Budgets_hold_even_against_a_lowering_by_name()
    {
        CompileSettings settings = Models.Settings(lowering: Lowering.Unrolled, budget: 100);
        Assert.Equal([Lowering.PopCountTable, Lowering.Unrolled], Lowerings(settings, 784, 64, 24));
        // A hundred for each of the first two layers leaves fifty of the model's 250.
        Plan plan = BnnCompiler.Plan(Layers(64, 100, 50, 60), settings);
        Assert.Equal([100, 100, 60], plan.Layers.Select(layer => ((WeightedPlan)layer).Rows.WordOperations));
        Assert.Equal([Lowering.Unrolled, Lowering.Unrolled, Lowering.PopCountTable], plan.Layers.Select(layer => layer.Lowering));
        Assert.Equal("60 word operations pass what is left of the model's budget, 50", plan.Layers[2].Reason);
    }

    [Fact]
    public void Plan_tells_its_story()
    {
        string text = BnnCompiler.Plan(Models.Digits(), Models.Settings()).Text;
        Assert.Equal(
            """
            goal        Latency
            operations  1776 in the file, 1776 compiled
            input       64 of 64 bits packed into 1 words, by 1 run of values
            layer 0     64 -> 24 channels, 24 word operations, 1536 live weights, Unrolled: up to 64 word operations literals are faster
            layer 1     24 -> 10 scores, 10 word operations, 240 live weights, Unrolled: up to 64 word operations literals are faster

            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void Gaps_in_the_input_are_skipped_where_that_pays()
    {
        InputLayout Layout(int channels) => InputLayout.Of(Models.Bits(300, new ScoresLayer("scores",
            WeightMatrix.Create(channels, 300, (_, column) => column is (> 9 and < 70) or (> 80 and < 290) ? 1 : 0), new(new int[channels]), 1)));
        Assert.Equal([new(10, 280, true, 1, 0)], Layout(10).Runs);
        Assert.Equal([new(10, 60, true, 1, 0), new(81, 209, true, 1, 60)], Layout(1000).Runs);
        Assert.Equal(269, Layout(1000).Columns.Length);
    }
}
