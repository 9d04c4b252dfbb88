using System.Globalization;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Runtime.Tests.Training;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Pruning;

public sealed class ChannelPruningTests
{
    private static readonly LabeledImages s_images = SyntheticImages.Small;

    [Theory, InlineData(0.3, 28, 15), InlineData(0.5, 20, 10), InlineData(0.0, 40, 21), InlineData(0.999, 1, 1)]
    public void The_share_is_taken_from_each_hidden_layer_and_one_channel_stays(double share, int first, int second)
    {
        using TrainingRun parent = Parent();
        string rate = share.ToString(CultureInfo.InvariantCulture);
        PruningResult result = Pruner.Prune(parent, new() { Rate = rate, Epochs = 1 });
        using TrainingRun run = result.Run;
        Assert.Equal($"dense-{first} dense-{second} scores", run.Options.Architecture);
        Assert.Equal([first, second, 5], result.Kept.Select(kept => kept.Length));
        run.RunEpoch();
        Network network = run.Fold().Network;
        Assert.Equal((42L * first * 8) + (first * second) + (second * 5), network.Operations());
        Assert.Equal($"pruned activity channel {rate},{rate},0", network.Meta("method"));
        Assert.Equal(parent.Network.Hash(), network.Meta("parent-hash"));
        Assert.Equal("40,21", network.Meta("parent-widths"));
    }

    [Fact]
    public void Channels_with_the_lowest_scores_go()
    {
        using TrainingRun parent = Parent();
        using var pool = new WorkerPool(1);
        foreach (string score in PruningScores.All.Except([PruningScores.Dynamic]))
        {
            PruningResult result = Pruner.Prune(parent, new() { Rate = "0.4", Score = score, Seed = 3 });
            result.Run.Dispose();
            var context = new PruningParent(parent, pool, 3);
            for (int l = 0; l < 2; l++)
            {
                double[] scores = Criterion.Of(score).Channels(context, l);
                double lowestKept = result.Kept[l].Min(c => scores[c]);
                Assert.Equal(result.Kept[l].Order(), result.Kept[l]);
                Assert.Equal((int)((scores.Length * 0.6) + 0.5), result.Kept[l].Length);
                Assert.All(Enumerable.Range(0, scores.Length).Except(result.Kept[l]), c => Assert.True(scores[c] <= lowestKept));
            }
        }
    }

    [Fact]
    public void Activity_score_follows_its_formula_and_of_equals_the_lower_channel_goes_first()
    {
        using TrainingRun parent = Parent();
        parent.Network.Norms[1].Shift.Values.Span[..4].Fill(-1000);     // four channels that never fire: score 0
        PruningResult result = Pruner.Prune(parent, new() { Rate = "0.0952381" });
        result.Run.Dispose();
        using var pool = new WorkerPool(1);
        double[][] scores = [.. Enumerable.Range(0, 2).Select(l => Criterion.Of("activity").Channels(new(parent, pool, 0), l))];
        Assert.Equal([0, 0, 0, 0], scores[1].Take(4));
        Assert.Equal(Enumerable.Range(2, 19), result.Kept[1]);
        double p = ActiveShare(parent, layer: 0, channel: 6);
        LatentLayer next = parent.Network.Layers[1];
        double mean = Enumerable.Range(0, 21).Average(c => Math.Abs((double)next.Weights.Values.Span[(6 * next.Stride) + c]));
        Assert.Equal(p * (1 - p) * mean, scores[0][6], 12);
    }

    [Fact]
    public void Removing_a_saturated_channel_before_the_scores_changes_no_score()
    {
        using TrainingRun parent = Parent();
        LatentNetwork whole = parent.Network;
        whole.Norms[1].Shift.Values.Span[3] = 1000;
        whole.Norms[1].Shift.Values.Span[17] = -1000;
        double[] activity = Enumerable.Range(0, 21).Select(c => ActiveShare(parent, layer: 1, c)).ToArray();
        int[][] kept = [Enumerable.Range(0, 40).ToArray(), Enumerable.Range(0, 21).Where(c => c is not (3 or 17)).ToArray()];
        LatentNetwork smaller = ChannelSurgery.Keep(whole, kept, activity);
        Assert.Equal(1, activity[3]);
        Assert.Equal(0, activity[17]);
        using var pool = new WorkerPool(1);
        Assert.Equal(new Evaluator(whole, pool, 1).Run(s_images).Scores, new Evaluator(smaller, pool, 1).Run(s_images).Scores);
    }

    // What lies beyond the border of an image is −1 here: only a channel that always gives −1 is the same constant there.
    [Theory]
    [InlineData("conv3x3-10 pool conv3x3-12 pool dense-14 scores", -10000)]
    [InlineData("conv3x3-10 conv1x1-9 pool sum-scores", 10000)]
    [InlineData("conv3x3-9 pool scores", 10000)]
    public void Removing_saturated_channels_of_convolutions_changes_no_bit_and_no_score(string architecture, float shift)
    {
        using TrainingRun parent = Parent(architecture);
        LatentNetwork whole = parent.Network;
        int[][] kept = whole.Norms.Select(norm => Enumerable.Range(0, norm.Channels).Where(c => c is not (2 or 5)).ToArray()).ToArray();
        using var pool = new WorkerPool(1);
        foreach (BatchNorm norm in whole.Norms)
            (norm.Shift.Values.Span[2], norm.Shift.Values.Span[5]) = (shift, -10000);
        var before = new Evaluator(whole, pool, 1);
        before.ReestimateStatistics(new PlainSource(s_images));
        double[] activity = before.CountActive(s_images)[^1].Select(count => (double)count / s_images.Count).ToArray();

        LatentNetwork smaller = ChannelSurgery.Keep(whole, kept, activity);
        Assert.Equal(kept.Select(channels => channels.Length), smaller.Hidden);
        var after = new Evaluator(smaller, pool, 1);
        after.ReestimateStatistics(new PlainSource(s_images));
        Assert.Equal(before.Run(s_images).Scores, after.Run(s_images).Scores);
        bool[][] bits = before.HiddenBits(s_images, 3), left = after.HiddenBits(s_images, 3);
        for (int l = 0; l < kept.Length; l++)
        {
            int positions = whole.Layers[l].Geometry.Positions;
            Assert.Equal(kept[l].SelectMany(c => bits[l].Skip(c * positions).Take(positions)), left[l]);
        }
    }

    [Fact]
    public void Pruned_convolutions_train_on_and_fold()
    {
        using TrainingRun parent = Parent("conv3x3-10 pool conv3x3-12 dense-14 scores");
        PruningResult result = Pruner.Prune(parent, new() { Rate = "0.5", Epochs = 1 });
        using TrainingRun run = result.Run;
        Assert.Equal("conv3x3-5 pool conv3x3-6 dense-7 scores", run.Options.Architecture);
        run.RunEpoch();
        Assert.Equal((42L * 9 * 5 * 8) + (9L * 5 * 9 * 6) + (9 * 6 * 7) + (7 * 5), run.Fold().Network.Operations());
    }

    [Fact]
    public void Grouped_convolutions_are_refused()
    {
        using TrainingRun parent = Parent("conv3x3-10 conv3x3-10-g2 scores");
        Assert.Contains("group", Assert.Throws<ArgumentException>(() => Pruner.Prune(parent, new() { Rate = "0.5" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_channels_take_weights_norm_and_optimizer_with_them()
    {
        using TrainingRun parent = Parent();
        LatentNetwork whole = parent.Network;
        int[][] kept = [[1, 5, 39], [0, 20]];
        LatentNetwork smaller = ChannelSurgery.Keep(whole, kept, new double[21]);
        Assert.Equal(whole.OptimizerSteps, smaller.OptimizerSteps);
        foreach ((FloatBuffer from, FloatBuffer to) in whole.Layers[1].Weights.Parts.Zip(smaller.Layers[1].Weights.Parts))
        {
            for (int i = 0; i < 3; i++)
            {
                for (int c = 0; c < 2; c++)
                    Assert.Equal(from.Span[(kept[0][i] * whole.Layers[1].Stride) + kept[1][c]], to.Span[(i * smaller.Layers[1].Stride) + c]);
            }
        }
        foreach ((FloatBuffer from, FloatBuffer to) in whole.Norms[0].Buffers().Zip(smaller.Norms[0].Buffers()))
            Assert.Equal([from.Span[1], from.Span[5], from.Span[39]], to.Span[..3].ToArray());
    }

    [Fact]
    public void Pruning_repeats_to_the_bit_and_leaves_the_parent_alone()
    {
        using TrainingRun parent = Parent();
        string before = parent.Network.Hash();
        Network[] networks = Enumerable.Range(0, 2).Select(_ =>
        {
            var options = new PruningOptions { Rate = "0.25", Epochs = 2, Score = "random", Seed = 5, Name = "smaller" };
            using TrainingRun run = Pruner.Prune(parent, options).Run;
            while (!run.IsFinished)
                run.RunEpoch();
            return run.Fold().Network;
        }).ToArray();
        Assert.Equal(networks[0], networks[1]);
        Assert.Equal("smaller", networks[0].Name);
        Assert.Equal(before, parent.Network.Hash());
    }

    [Fact]
    public void Pruned_run_resumes_from_its_own_checkpoint()
    {
        using TrainingRun parent = Parent();
        using TrainingRun run = Pruner.Prune(parent, new() { Rate = "0.3", Epochs = 2 }).Run;
        using var stream = new MemoryStream();
        run.ToCheckpoint().Write(stream);
        stream.Position = 0;
        using var resumed = TrainingRun.Resume(Checkpoint.Read(stream, "memory"), s_images);
        Assert.Equal(run.Provenance, resumed.Provenance);
        while (!run.IsFinished)
        {
            run.RunEpoch();
            resumed.RunEpoch();
        }
        Assert.Equal(run.Fold().Network, resumed.Fold().Network);
    }

    [Fact]
    public void Networks_without_hidden_layers_are_refused()
    {
        using var flat = TrainingRun.Start(SyntheticImages.Options with { Architecture = "scores" }, s_images);
        Assert.Throws<ArgumentException>(() => Pruner.Prune(flat, new() { Rate = "0.3" }));
    }

    private static TrainingRun Parent(string architecture = "dense-40 dense-21 scores")
    {
        var run = TrainingRun.Start(SyntheticImages.Options with { Epochs = 1, Architecture = architecture }, s_images);
        run.RunEpoch();
        return run;
    }

    private static double ActiveShare(TrainingRun run, int layer, int channel)
    {
        using var pool = new WorkerPool(1);
        var evaluator = new Evaluator(run.Network, pool, 1);
        LabeledImages training = run.Split.Training;
        return Enumerable.Range(0, training.Count).Count(i => evaluator.HiddenBits(training, i)[layer][channel]) / (double)training.Count;
    }
}
