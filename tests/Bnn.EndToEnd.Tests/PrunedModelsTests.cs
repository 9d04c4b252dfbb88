using System.Reflection;
using Bnn.Generator.Compiler;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Runtime.Tests.Training;
using Bnn.Trainer.Plans;
using Bnn.Training;

namespace Bnn.EndToEnd.Tests;

/// <summary>Pruned networks on their way through the generator: what was pruned is not in the code, and what is left is the masked reference, bit for bit.</summary>
public class PrunedModelsTests
{
    private const string Convolutional = "conv3x3-10 pool conv3x3-24 dense-20 scores", Dense = "dense-40 dense-24 scores";

    public static TheoryData<string, Granularity, string> Ways { get; } = new()
    {
        { Convolutional, Granularity.Channel, "activity" },
        { Convolutional, Granularity.Weight, "latent" },
        { Convolutional, Granularity.Weight, PruningScores.Dynamic },
        { Convolutional, Granularity.Word, "random" },
        { Convolutional, Granularity.Column, "gradient" },
        { Convolutional, Granularity.Tap, "latent" },
        { Convolutional, Granularity.Input, "latent" },
        { Dense, Granularity.Channel, "random" },
        { Dense, Granularity.Weight, PruningScores.Dynamic },
        { Dense, Granularity.Column, "latent" },
    };

    [Theory, MemberData(nameof(Ways))]
    public void Pruned_networks_are_the_masked_reference_bit_for_bit(string architecture, Granularity granularity, string score)
    {
        Network network = Pruned(architecture, granularity, score, "0.7");
        foreach (string? lowering in (string?[])[null, "PopCountTable"])
        {
            Assembly assembly = GeneratedModels.Compile([("Small", BnnWriter.Write(network))], lowering);
            GeneratedModels.Call(typeof(EnginesAgreeTests), nameof(EnginesAgreeTests.CheckModel), assembly, "Small", network, SyntheticImages.Small.Pixels);
        }
    }

    /// <summary>An input channel that no channel reads any more takes the channel with it that made it: neither is in the plan, nor its weights in the text.</summary>
    [Fact]
    public void What_dies_with_pruned_inputs_is_not_in_the_code()
    {
        Network network = Pruned(Convolutional, Granularity.Input, "latent", "0,0.5,0,0");
        Network compact = UsualPlan.Of(network, "small.bnn", default).Compact;
        WeightedLayer[] before = [.. network.Layers.OfType<WeightedLayer>()], after = [.. compact.Layers.OfType<WeightedLayer>()];
        Assert.Equal(10, before[0].Weights.Rows);
        Assert.InRange(after[0].Weights.Rows, 1, 5);
        Assert.Equal(after[0].Weights.Rows * 9, after[1].Weights.Columns);
        Assert.False(after[1].Weights.HasMask);
        string whole = Emitted(Folded(Parent(Convolutional))), small = Emitted(network);
        Assert.True(small.Length < whole.Length, $"{small.Length} characters, {whole.Length} unpruned");
        Assert.DoesNotContain("Masks", small, StringComparison.Ordinal);
    }

    /// <summary>Whole channels leave nothing behind: plan and code are those of a network that never had them, but for the constants.</summary>
    [Fact]
    public void Code_of_a_network_without_channels_is_that_of_a_narrow_one()
    {
        Network network = Pruned(Dense, Granularity.Channel, "activity", "0.5,0.5,0"), narrow = Folded(Parent("dense-20 dense-12 scores"));
        Assert.Equal([20, 12, 5], network.Layers.OfType<WeightedLayer>().Select(layer => layer.Weights.Rows));
        Assert.All(network.Layers.OfType<WeightedLayer>(), layer => Assert.False(layer.Weights.HasMask));
        Assert.Equal(Shapes(narrow), Shapes(network));
        Assert.Equal(Statements(narrow), Statements(network));

        static IEnumerable<string> Shapes(Network network) =>
            UsualPlan.Of(network, "small.bnn", default).Layers.Select(layer => $"{layer.How}, {layer.Layer.Keyword}");
        static int Statements(Network network) => Emitted(network).Count(letter => letter == ';');
    }

    /// <summary>What is pruned is not counted. All weights are half as many planes, because a count of all inputs is shared: a third of them, all that whole taps allow, is two thirds of that.</summary>
    [Theory]
    [InlineData(Granularity.Weight), InlineData(Granularity.Word), InlineData(Granularity.Column), InlineData(Granularity.Tap), InlineData(Granularity.Input), InlineData(Granularity.Channel)]
    public void What_is_pruned_is_not_in_the_plan(Granularity granularity)
    {
        string score = granularity == Granularity.Channel ? "activity" : "latent";
        PlannedCost whole = UsualPlan.Cost(Folded(Parent(Convolutional)), default), pruned = UsualPlan.Cost(Pruned(Convolutional, granularity, score, "0.7,0.7,0.7,0"), default);
        Assert.InRange(pruned.Planes, 1, whole.Planes * 0.75);
        Assert.InRange(pruned.Batch, 1, whole.Batch * 0.8);
    }

    private static string Emitted(Network network) => BnnCompiler.Compile(new("small.bnn", BnnWriter.Write(network), new() { ClassName = "Small" }), default).Model!.Source;

    private static Network Pruned(string architecture, Granularity granularity, string score, string rate)
    {
        using TrainingRun parent = Parent(architecture);
        using TrainingRun run = Pruner.Prune(parent, new() { Score = score, Granularity = granularity, Rate = rate, Epochs = 2 }).Run;
        while (!run.IsFinished)
            run.RunEpoch();
        return run.Fold().Network;
    }

    private static TrainingRun Parent(string architecture)
    {
        var parent = TrainingRun.Start(SyntheticImages.Options with { Architecture = architecture, Encoding = "thermometer-2", Epochs = 2 }, SyntheticImages.Small);
        while (!parent.IsFinished)
            parent.RunEpoch();
        return parent;
    }

    private static Network Folded(TrainingRun run)
    {
        using (run)
            return run.Fold().Network;
    }
}
