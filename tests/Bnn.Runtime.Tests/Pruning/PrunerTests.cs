using Bnn.Inference;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Runtime.Tests.Training;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Pruning;

public sealed class PrunerTests
{
    private const string Dense = "dense-40 dense-70 scores", Convolutional = "conv3x3-10 pool conv3x3-70 dense-9 scores";
    private static readonly LabeledImages s_images = SyntheticImages.Small;

    public static TheoryData<string, Granularity, string> Ways
    {
        get
        {
            var ways = new TheoryData<string, Granularity, string>();
            foreach (Granularity granularity in Enum.GetValues<Granularity>().Except([Granularity.Channel]))
            {
                ways.Add(Dense, granularity, "latent");
                ways.Add(Convolutional, granularity, "gradient");
            }
            ways.Add(Convolutional, Granularity.Weight, "flips");
            ways.Add(Dense, Granularity.Weight, "random");
            return ways;
        }
    }

    /// <summary>Exactly the groups with the lowest scores are masked, they stay so in training, and the folded network is the trained one on every image.</summary>
    [Theory, MemberData(nameof(Ways))]
    public void Groups_with_the_lowest_scores_are_masked_and_the_folded_network_is_the_trained_one(string architecture, Granularity granularity, string score)
    {
        using TrainingRun parent = Parent(architecture);
        PruningResult result = Pruner.Prune(parent, new() { Rate = "0.4", Score = score, Granularity = granularity, Epochs = 1, Seed = 2 });
        using TrainingRun run = result.Run;
        run.RunEpoch();
        Network network = run.Fold().Network;
        WeightedLayer[] layers = [.. network.Layers.OfType<WeightedLayer>()];
        using var pool = new WorkerPool(1);
        var context = new PruningParent(parent, pool, 2);
        for (int l = 0; l < layers.Length; l++)
        {
            LatentLayer layer = parent.Network.Layers[l];
            double[] weights = Criterion.Of(score).Weights(context, l)!;
            var sums = new double[Groups.Count(layer, granularity)];
            for (int i = 0; i < weights.Length; i++)
                sums[Groups.Of(layer, granularity, i / layer.Channels, i % layer.Channels)] += weights[i];
            int pruned = l == layers.Length - 1 ? 0 : Math.Min(sums.Length - 1, (int)((sums.Length * 0.4) + 0.5));
            HashSet<int> gone = [.. Enumerable.Range(0, sums.Length).OrderBy(group => sums[group]).ThenBy(group => group).Take(pruned)];
            for (int c = 0; c < layer.Channels; c++)
            {
                for (int i = 0; i < layer.Inputs; i++)
                    Assert.Equal(!gone.Contains(Groups.Of(layer, granularity, i, c)), layers[l].Weights.IsLive(c, i));
            }
        }
        int[] classes = run.ToCheckpoint().Predict(s_images);
        FoldedModel folded = run.Fold();
        Assert.Equal(folded.ValidationAccuracy, Accuracy(folded.Network, run.Split.Validation));
        Assert.Equal(s_images.Count, classes.Length);
    }

    [Theory]
    [InlineData(Granularity.Weight, 40 * 42)]
    [InlineData(Granularity.Word, 40)]
    [InlineData(Granularity.Column, 42)]
    [InlineData(Granularity.Tap, 1)]
    [InlineData(Granularity.Input, 1)]
    [InlineData(Granularity.Channel, 40)]
    public void Groups_of_a_dense_layer_on_an_image_are_counted(Granularity granularity, int count)
    {
        using TrainingRun parent = Parent(Dense);
        Assert.Equal(count, Groups.Count(parent.Network.Layers[0], granularity));
    }

    [Theory]
    [InlineData(Granularity.Word, 2 * 70)]
    [InlineData(Granularity.Column, 90)]
    [InlineData(Granularity.Tap, 9)]
    [InlineData(Granularity.Input, 10)]
    public void Groups_of_a_convolution_are_counted(Granularity granularity, int count)
    {
        using TrainingRun parent = Parent(Convolutional);
        LatentLayer layer = parent.Network.Layers[1];
        Assert.Equal(count, Groups.Count(layer, granularity));
        int[] sizes = new int[count];
        for (int i = 0; i < layer.Inputs; i++)
        {
            for (int c = 0; c < layer.Channels; c++)
                sizes[Groups.Of(layer, granularity, i, c)]++;
        }
        Assert.All(sizes, size => Assert.True(size > 0));
        Assert.Equal(layer.Inputs * layer.Channels, sizes.Sum());
    }

    [Theory]
    [InlineData(Granularity.Channel, 0.5)]
    [InlineData(Granularity.Weight, 0.3)]
    [InlineData(Granularity.Column, 0.7)]
    public void Operations_to_keep_are_kept_as_closely_as_whole_groups_allow(Granularity granularity, double target)
    {
        using TrainingRun parent = Parent("dense-60 dense-50 scores");
        string score = granularity == Granularity.Channel ? "activity" : "latent";
        using TrainingRun run = Pruner.Prune(parent, new() { TargetOperations = target, Granularity = granularity, Score = score }).Run;
        double kept = (double)run.Fold().Network.Operations() / parent.Fold().Network.Operations();
        Assert.InRange(kept, target - 0.05, target);
    }

    [Fact]
    public void Operations_that_nothing_can_reach_are_refused()
    {
        using TrainingRun parent = Parent(Dense);       // one input channel before the first layer: it cannot go
        var options = new PruningOptions { TargetOperations = 0.3, Granularity = Granularity.Input, Score = "latent" };
        Assert.Contains("even if all goes that can", Assert.Throws<ArgumentException>(() => Pruner.Prune(parent, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_to_keep_is_asked_of_the_estimate()
    {
        using TrainingRun parent = Parent(Dense);
        var options = new PruningOptions { TargetTime = 0.5, Score = "latent", Granularity = Granularity.Weight };
        Assert.Contains("needs an estimate", Assert.Throws<ArgumentException>(() => Pruner.Prune(parent, options)).Message, StringComparison.Ordinal);
        // A fixed cost that nothing takes away: more must go.
        PruningResult result = Pruner.Prune(parent, options, network => 10_000 + network.Operations());
        result.Run.Dispose();
        PruningResult operations = Pruner.Prune(parent, options with { TargetTime = 0, TargetOperations = 0.5 });
        operations.Run.Dispose();
        Assert.True(result.Rates[0] > operations.Rates[0]);
    }

    [Fact]
    public void Sensitivity_without_pruning_is_the_base_accuracy_and_a_larger_drop_never_prunes_less()
    {
        using TrainingRun parent = Parent(Dense, epochs: 4);
        using var pool = new WorkerPool(2);
        var surgery = new Surgery(new(parent, pool, 0), Criterion.Of("latent"), Granularity.Weight);
        int last = 0;
        var table = SensitivityTable.Of(surgery, new(parent, pool), (done, all) => last = done == all ? all : last);
        Assert.Equal(1 + (3 * 9), last);
        double basis = new Calibration(parent, pool).Accuracy(parent.Network.Clone());
        Assert.Equal(basis, table.BaseAccuracy);
        Assert.All(table.Accuracy, row => Assert.Equal(basis, row![0]));
        // Each entry leaves all other layers alone.
        Assert.Equal(table.Accuracy[1]![7], new Calibration(parent, pool).Accuracy(surgery.Cut([0, 0.7, 0])));
        double[] before = table.Within(0);
        foreach (double drop in table.Drops())
        {
            double[] rates = table.Within(drop);
            Assert.All(rates.Zip(before), pair => Assert.True(pair.First >= pair.Second));
            before = rates;
        }
        Assert.True(before.Sum() > table.Within(0).Sum());
    }

    [Theory, InlineData(Allocation.Sensitivity), InlineData(Allocation.Greedy)]
    public void Budgets_shared_out_by_sensitivity_are_met_and_not_exceeded(Allocation allocation)
    {
        using TrainingRun parent = Parent(Dense, epochs: 4);
        var options = new PruningOptions { Score = "latent", Granularity = Granularity.Weight, Allocation = allocation };
        double whole = parent.Fold().Network.Operations();
        foreach (double target in (double[])[0.9, 0.77, 0.5, 0.31])
        {
            using TrainingRun run = Pruner.Prune(parent, options with { TargetOperations = target }).Run;
            // A weight costs the same everywhere here, and rates are found to a millionth.
            Assert.InRange(run.Fold().Network.Operations() / whole, target - 0.002, target);
            // A time that counts the first layer three times: other shares, the same law.
            using TrainingRun timed = Pruner.Prune(parent, options with { TargetTime = target }, Time).Run;
            Assert.InRange(Time(timed.Fold().Network) / Time(parent.Fold().Network), target - 0.003, target);
        }
        PruningResult small = Pruner.Prune(parent, options with { MaxLayerDrop = 0.01 }), large = Pruner.Prune(parent, options with { MaxLayerDrop = 0.2 });
        small.Run.Dispose();
        large.Run.Dispose();
        Assert.True(large.Rates.Sum() > small.Rates.Sum());

        static double Time(Network network) => network.Operations() + (2 * network.Operations(0));
    }

    [Fact]
    public void Random_weights_by_the_shares_of_another_score_differ_in_nothing_but_what_goes()
    {
        using TrainingRun parent = Parent(Dense, epochs: 4);
        var options = new PruningOptions { Score = "latent", Granularity = Granularity.Weight, Allocation = Allocation.Sensitivity, TargetOperations = 0.5, Seed = 3 };
        PruningResult chosen = Pruner.Prune(parent, options);
        PruningResult control = Pruner.Prune(parent, options with { Score = "random", AllocationScore = "latent" });
        PruningResult other = Pruner.Prune(parent, options with { Score = "random" });
        foreach (PruningResult result in (PruningResult[])[chosen, control, other])
            result.Run.Dispose();
        Assert.Equal(chosen.Rates, control.Rates);
        Assert.NotEqual(chosen.Rates, other.Rates);
        Assert.Equal(chosen.Kept.Select(kept => kept.AsSpan().Length), control.Kept.Select(kept => kept.AsSpan().Length));
        Assert.NotEqual(chosen.Kept, control.Kept);
    }

    [Fact]
    public void Flip_shares_are_those_of_the_counters_on_whole_channels()
    {
        using TrainingRun parent = Parent("dense-10 dense-4 scores");
        LatentLayer layer = parent.Network.Layers[0];
        Array.Clear(layer.Flips);
        int flipping = (int)(0.37 * layer.Inputs * 10);     // 3.7 of 10 channels
        for (int i = 0; i < flipping; i++)
            layer.Flips[(i / 10 * layer.Stride) + (i % 10)] = (ushort)(1 + (i % 3));
        Array.Clear(parent.Network.Layers[1].Flips);
        Assert.Equal(flipping / (10.0 * layer.Inputs), RateAllocator.FlipShare(layer, 0));
        Assert.Equal(flipping / 3 / (10.0 * layer.Inputs), RateAllocator.FlipShare(layer, 2), 2);
        PruningResult result = Pruner.Prune(parent, new() { Allocation = Allocation.Flips, Score = "flips" });
        using TrainingRun run = result.Run;
        Assert.Equal([0.3, 0, 0], result.Rates);
        Assert.Equal("dense-7 dense-4 scores", run.Options.Architecture);
    }

    [Fact]
    public void From_scratch_keeps_shape_and_masks_and_nothing_else()
    {
        using TrainingRun parent = Parent(Dense);
        var options = new PruningOptions { Rate = "0.5", Score = "latent", Granularity = Granularity.Weight, Seed = 9 };
        using TrainingRun tuned = Pruner.Prune(parent, options).Run, fresh = Pruner.Prune(parent, options with { IsFromScratch = true }).Run;
        using TrainingRun other = TrainingRun.Start(parent.Options with { Seed = 9 }, s_images);
        for (int l = 0; l < 3; l++)
        {
            Assert.Equal(other.Network.Layers[l].Weights.Values.Span.ToArray(), fresh.Network.Layers[l].Weights.Values.Span.ToArray());
            Assert.Equal(tuned.Network.Layers[l].Mask?.Live.Span.ToArray(), fresh.Network.Layers[l].Mask?.Live.Span.ToArray());
        }
    }

    /// <summary>Counts over fewer inputs have other means and variances; what is kept of the whole network's is a control.</summary>
    [Theory, InlineData(Dense), InlineData(Convolutional)]
    public void Batch_norm_is_estimated_anew_before_the_repair_unless_it_is_kept(string architecture)
    {
        using TrainingRun parent = Parent(architecture, epochs: 6);
        var options = new PruningOptions { Rate = "0.7", Score = "random", Granularity = Granularity.Weight };
        PruningResult anew = Pruner.Prune(parent, options), kept = Pruner.Prune(parent, options with { KeepsStatistics = true });
        using TrainingRun one = anew.Run, other = kept.Run;
        Assert.Equal(one.Network.Layers[0].Mask!.Live.Span.ToArray(), other.Network.Layers[0].Mask!.Live.Span.ToArray());
        Assert.True(anew.AccuracyBeforeRepair > kept.AccuracyBeforeRepair, $"{anew.AccuracyBeforeRepair} and {kept.AccuracyBeforeRepair}");
    }

    [Fact]
    public void Dynamic_masks_prune_while_they_repair()
    {
        using TrainingRun parent = Parent(Dense);
        using TrainingRun run = Pruner.Prune(parent, new() { Score = PruningScores.Dynamic, Granularity = Granularity.Weight, Rate = "0.8", MaskDamping = 0.7, Epochs = 12, LearningRate = 0.05 }).Run;
        Assert.Equal(("0.2,0.2,1", 0.7), (run.Options.LiveShares, run.Options.MaskDamping));
        while (!run.IsFinished)
            run.RunEpoch();
        Assert.Equal(40 * (int)(0.2 * 42), run.Fold().Network.Layers.OfType<WeightedLayer>().First().Weights.LiveCount());
        // Trained on, it keeps the masks it found.
        using var longer = TrainingRun.Continue(run, 1, 0.005);
        Assert.Equal(0, longer.Options.MaskDamping);
        using var stream = new MemoryStream();
        longer.ToCheckpoint().Write(stream);
        stream.Position = 0;
        using var resumed = TrainingRun.Resume(Checkpoint.Read(stream, "memory"), s_images);
        longer.RunEpoch();
        resumed.RunEpoch();
        Assert.Equal(longer.Network.Hash(), resumed.Network.Hash());
        Assert.True(longer.Network.Layers[0].Weights.Values.Span.ToArray().Max(Math.Abs) > 1);
        Assert.Equal(
            run.Network.Layers[0].Mask!.Live.Span.ToArray(), longer.Network.Layers[0].Mask!.Live.Span.ToArray());
    }

    /// <summary>The layers have different shares, as latent size or flips say, and masks end at them, channel by channel, within the budget.</summary>
    [Theory, InlineData(Allocation.Sensitivity), InlineData(Allocation.Flips), InlineData(Allocation.Greedy)]
    public void Dynamic_masks_take_shares_that_layers_were_allotted(Allocation allocation)
    {
        using TrainingRun parent = Parent(Dense, epochs: 4);
        var options = new PruningOptions
        {
            Score = PruningScores.Dynamic,
            Granularity = Granularity.Weight,
            Allocation = allocation,
            TargetOperations = 0.4,
            Epochs = 6,
            LearningRate = 0.05,
        };
        PruningResult result = Pruner.Prune(parent, options);
        using TrainingRun run = result.Run;
        Assert.NotEqual(result.Rates[0], result.Rates[1], 0.01);
        while (!run.IsFinished)
            run.RunEpoch();
        Network pruned = run.Fold().Network;
        WeightedLayer[] layers = [.. pruned.Layers.OfType<WeightedLayer>()];
        for (int l = 0; l < 2; l++)
        {
            int inputs = layers[l].Weights.Columns, live = (int)(inputs * (1 - result.Rates[l]) + 1e-6);
            Assert.Equal(layers[l].Weights.Rows * live, layers[l].Weights.LiveCount());
        }
        // Rounded down in each channel: at most one weight of each is less than the budget allows.
        double whole = parent.Fold().Network.Operations();
        Assert.InRange(pruned.Operations(), (0.4 * whole) - (40 * 8) - 70 - 1, 0.4 * whole);
    }

    [Theory, InlineData(Dense, 0), InlineData(Convolutional, PruningOptions.RepairDamping)]
    public void Convolutions_damp_their_masks_unless_told_otherwise(string architecture, double damping)
    {
        using TrainingRun parent = Parent(architecture);
        var options = new PruningOptions { Score = PruningScores.Dynamic, Granularity = Granularity.Weight, Rate = "0.5" };
        using TrainingRun usual = Pruner.Prune(parent, options with { MaskDamping = null }).Run, plain = Pruner.Prune(parent, options).Run;
        Assert.Equal((damping, 0), (usual.Options.MaskDamping, plain.Options.MaskDamping));
    }

    [Fact]
    public void Pruning_again_counts_what_is_masked_already()
    {
        using TrainingRun parent = Parent(Dense);
        var options = new PruningOptions { Score = "latent", Granularity = Granularity.Weight, Epochs = 1 };
        using TrainingRun once = Pruner.Prune(parent, options with { Rate = "0.5" }).Run, twice = Pruner.Prune(once, options with { Rate = "0.7" }).Run;
        LatentLayer before = once.Network.Layers[0], after = twice.Network.Layers[0];
        Assert.Equal((40 * 42) - (int)((40 * 42 * 0.7) + 0.5), Enumerable.Range(0, 40).Sum(after.LiveInputs));
        for (int i = 0; i < 42; i++)
            Assert.All(Enumerable.Range(0, 40), c => Assert.True(before.IsLive(i, c) || !after.IsLive(i, c)));
        // Channels take their masks with them.
        using TrainingRun fewer = Pruner.Prune(once, new() { Rate = "0.5" }).Run;
        Assert.True(fewer.Network.HasMasks);
        fewer.RunEpoch();
        Assert.InRange(fewer.Fold().Network.Layers.OfType<WeightedLayer>().First().Weights.LiveCount(), 1, 20 * 42 * 3 / 4);
    }

    public static TheoryData<string, PruningOptions> Wrong { get; } = new()
    {
        { "There is no score 'size'", new() { Rate = "0.3", Score = "size" } },
        { "knows channels only", new() { Rate = "0.3", Granularity = Granularity.Weight } },
        { "take granularity weight", new() { Rate = "0.3", Score = "dynamic" } },
        { "in [0, 1)", new() { Rate = "1" } },
        { "one for each of the 3 layers", new() { Rate = "0.1,0.2" } },
        { "Give one of", new() },
        { "Give one of", new() { Rate = "0.3", TargetOperations = 0.5 } },
        { "nothing to share out", new() { Rate = "0.3", Allocation = Allocation.Greedy } },
        { "must be a share in (0, 1)", new() { TargetOperations = 1.5 } },
        { "goes with the score 'dynamic'", new() { Rate = "0.3", MaskDamping = 0.5 } },
        { "must lie in [0, 1]", new() { Rate = "0.3", Score = "dynamic", Granularity = Granularity.Weight, MaskDamping = 2 } },
        { "goes with the allocations", new() { MaxLayerDrop = 0.01 } },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Options_that_make_no_sense_are_refused(string problem, PruningOptions options)
    {
        using TrainingRun parent = Parent(Dense);
        Assert.Contains(problem, Assert.Throws<ArgumentException>(() => Pruner.Prune(parent, options)).Message, StringComparison.Ordinal);
    }

    private static TrainingRun Parent(string architecture, int epochs = 1)
    {
        var run = TrainingRun.Start(SyntheticImages.Options with { Epochs = epochs, Architecture = architecture }, s_images);
        while (!run.IsFinished)
            run.RunEpoch();
        return run;
    }

    private static double Accuracy(Network network, LabeledImages images)
    {
        var interpreter = new Interpreter(network);
        return Enumerable.Range(0, images.Count).Average(i => interpreter.Predict(images.Image(i)) == images.Labels[i] ? 1.0 : 0);
    }
}
