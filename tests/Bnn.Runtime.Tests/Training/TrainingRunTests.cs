using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class TrainingRunTests
{
    private static readonly TrainingOptions s_options = SyntheticImages.Options;
    private static readonly LabeledImages s_images = SyntheticImages.Small;

    [Theory, InlineData("dense-40 dense-21 scores"), InlineData("conv3x3-16 pool dense-24 scores"), InlineData("conv3x3-16 conv3x3-16 sum-scores")]
    public void Training_learns(string architecture)
    {
        using TrainingRun run = Train(s_options with { Epochs = 8, Shift = 0, Flip = false, Architecture = architecture });
        Assert.True(run.History[^1].TrainingLoss < 0.5 * run.History[0].TrainingLoss);
        Assert.InRange(run.Fold().ValidationAccuracy, 0.9, 1);
        Assert.Equal(Enumerable.Range(1, 8), run.History.Select(record => record.Epoch));
    }

    private const string Convolutions = "conv3x3-14 pool conv3x3-6-g2-s2 dense-9 scores";

    [Theory]
    [InlineData("eight-bit", false, "dense-40 dense-21 scores")]
    [InlineData("thermometer-2", true, "dense-40 dense-21 scores")]
    [InlineData("eight-bit", true, Convolutions)]
    [InlineData("thermometer-2", false, "conv3x3-14 conv1x1-5 sum-scores")]
    public void Number_of_threads_changes_no_bit(string encoding, bool hasScale, string architecture)
    {
        TrainingOptions options = s_options with { Encoding = encoding, BatchNormScale = hasScale, LabelSmoothing = 0.1, Architecture = architecture };
        using TrainingRun one = Train(options, threads: 1), two = Train(options, threads: 2), five = Train(options, threads: 5);
        Assert.Equal(Bytes(one), Bytes(two));
        Assert.Equal(Bytes(one), Bytes(five));
        Assert.Equal(one.Fold().Network, two.Fold().Network);
    }

    [Theory, InlineData("dense-40 dense-21 scores"), InlineData(Convolutions)]
    public void Resumed_run_gives_the_bits_of_one_without_a_break(string architecture)
    {
        TrainingOptions options = s_options with { Architecture = architecture };
        using TrainingRun whole = Train(options, threads: 2);
        using var first = TrainingRun.Start(options, s_images, threads: 2);
        first.RunEpoch();
        first.Fold();
        first.RunEpoch();
        using var stream = new MemoryStream(Bytes(first));
        using var second = TrainingRun.Resume(Checkpoint.Read(stream, "memory"), s_images, threads: 1);
        Assert.Equal(2, second.EpochsDone);
        while (!second.IsFinished)
            second.RunEpoch();
        Assert.Equal(Bytes(whole), Bytes(second));
        Assert.Equal(whole.History, second.History);
        Assert.Equal(whole.Fold().Network, second.Fold().Network);
    }

    [Fact]
    public void Seed_order_and_augmentation_matter()
    {
        using TrainingRun run = Train(s_options), again = Train(s_options);
        using TrainingRun other = Train(s_options with { Seed = 1 }), plain = Train(s_options with { Flip = false });
        Assert.Equal(Bytes(run), Bytes(again));
        Assert.NotEqual(run.Network.Hash(), other.Network.Hash());
        Assert.NotEqual(run.Network.Hash(), plain.Network.Hash());
    }

    [Fact]
    public void Flips_are_the_signs_that_changed_over_each_epoch()
    {
        using var run = TrainingRun.Start(s_options, s_images, threads: 1);
        var counted = new long[3];
        for (int epoch = 0; epoch < 2; epoch++)
        {
            bool[][] before = Signs(run);
            EpochRecord record = run.RunEpoch();
            bool[][] after = Signs(run);
            for (int l = 0; l < 3; l++)
            {
                int flipped = before[l].Zip(after[l]).Count(pair => pair.First != pair.Second);
                counted[l] += flipped;
                Assert.Equal((double)flipped / (run.Network.Layers[l].Inputs * run.Network.Layers[l].Channels), record.FlipShares[l], 12);
                Assert.Equal(counted[l], run.Network.Layers[l].Flips.Sum(count => (long)count));
            }
        }
        Assert.True(counted[0] > 0);
    }

    [Fact]
    public void Learning_rate_warms_up_and_falls_to_zero_along_a_cosine()
    {
        using var run = TrainingRun.Start(s_options with { LearningRate = 0.02, WarmUpSteps = 5, Epochs = 10 }, s_images);
        int steps = run.StepsPerEpoch, all = 10 * steps;
        Assert.Equal(630 / 50, steps);
        double previous = 0;
        for (int step = 0; step < all; step++)
        {
            double expected = 0.02 * Math.Min(1, (step + 1) / 5.0) * 0.5 * (1 + Math.Cos(Math.PI * step / all));
            double rate = run.LearningRate(step / steps, step % steps);
            Assert.Equal(expected, rate, 12);
            Assert.Equal(step < 5, rate > previous);
            previous = rate;
        }
        Assert.InRange(previous, 0, 0.00001);
    }

    [Fact]
    public void Cancelled_run_is_refused_until_it_is_resumed()
    {
        using var run = TrainingRun.Start(s_options, s_images, threads: 2);
        Checkpoint checkpoint = run.ToCheckpoint();
        using var source = new CancellationTokenSource();
        int steps = 0;
        Assert.Throws<OperationCanceledException>(() => run.RunEpoch(progress =>
        {
            steps = progress.Step;
            if (steps == 3)
                source.Cancel();
        }, source.Token));
        Assert.Equal(3, steps);
        Assert.Throws<InvalidOperationException>(() => run.ToCheckpoint());
        Assert.Throws<InvalidOperationException>(() => run.RunEpoch());
        using var again = TrainingRun.Resume(checkpoint, s_images);
        Assert.Equal(1, again.RunEpoch().Epoch);
    }

    [Fact]
    public void Progress_tells_every_step()
    {
        using var run = TrainingRun.Start(s_options, s_images);
        var seen = new List<TrainingProgress>();
        run.RunEpoch();
        EpochRecord record = run.RunEpoch(seen.Add);
        Assert.Equal(Enumerable.Range(1, run.StepsPerEpoch), seen.Select(progress => progress.Step));
        Assert.All(seen, progress => Assert.Equal((2, 4, run.StepsPerEpoch), (progress.Epoch, progress.Epochs, progress.Steps)));
        Assert.Equal(record.TrainingLoss, seen[^1].Loss);
    }

    [Theory, InlineData("dense-40 dense-21 scores"), InlineData(Convolutions)]
    public void A_step_allocates_nothing(string architecture)
    {
        using var run = TrainingRun.Start(s_options with { Architecture = architecture }, s_images, threads: 1);
        run.RunEpoch();
        var allocated = new List<long>();
        run.RunEpoch(_ => allocated.Add(GC.GetAllocatedBytesForCurrentThread()));
        allocated = allocated.Skip(allocated.Count / 2).ToList();     // the list itself has grown to its size by then
        Assert.Equal(allocated[^3], allocated[^1]);
    }

    [Fact]
    public void Finished_run_refuses_another_epoch()
    {
        using TrainingRun run = Train(s_options with { Epochs = 1 });
        Assert.Throws<InvalidOperationException>(() => run.RunEpoch());
    }

    [Fact]
    public void Other_data_is_refused_when_resuming()
    {
        using var run = TrainingRun.Start(s_options, s_images);
        LabeledImages other = SyntheticImages.Create(700, s_images.Shape, classes: 5, seed: 2);
        Assert.Contains(other.Hash, Assert.Throws<ArgumentException>(() => TrainingRun.Resume(run.ToCheckpoint(), other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Continued_run_starts_from_the_parents_weights_and_says_so()
    {
        using TrainingRun parent = Train(s_options);
        using var child = TrainingRun.Continue(parent, epochs: 2, learningRate: 0.001, seed: 7);
        Assert.Equal(parent.Network.Hash(), child.Network.Hash());
        Assert.Equal(new RunProvenance("continued", parent.Network.Hash(), 4, 7, new([40, 21])), child.Provenance);
        child.RunEpoch();
        Assert.NotEqual(parent.Network.Hash(), child.Network.Hash());
        Network network = child.Fold().Network;
        Assert.Equal("continued", network.Meta("method"));
        Assert.Equal(parent.Network.Hash(), network.Meta("parent-hash"));
    }

    [Theory]
    [InlineData(4)]       // smaller than a tile
    [InlineData(100_000)] // capped by the options
    public void Odd_batches_and_no_hidden_layer_work(int batch)
    {
        using TrainingRun run = Train(s_options with { Architecture = "scores", BatchSize = Math.Min(batch, 4096), ValidationShare = 0, Epochs = 2 });
        Assert.Equal(batch == 4 ? 175 : 1, run.StepsPerEpoch);
        Assert.True(double.IsNaN(run.History[^1].ValidationAccuracy));
        Assert.Null(run.Fold().Network.Meta("validation-accuracy"));
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Check(s_options with { Epochs = 0 }, "Epochs");
        Check(s_options with { Architecture = "dense-10 dense-0 scores" }, "dense-0");
        Check(s_options with { LearningRate = double.NaN }, "LearningRate");
        Check(s_options with { Encoding = "analog" }, "thermometer");

        static void Check(TrainingOptions options, string named) =>
            Assert.Contains(named, Assert.Throws<ArgumentException>(() => options.Require()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_too_wide_for_exact_sums_are_refused()
    {
        Assert.InRange(255L * ModelCaps.FanIn, 0, (1 << 24) - 1);
        var shape = new Shape(1, 1, ModelCaps.FanIn + 1);
        var error = Assert.Throws<ArgumentException>(() => new LatentNetwork(shape, new EightBitEncoding(), Architecture.Parse("dense-1 scores"), 2, false));
        Assert.Contains("65537", error.Message, StringComparison.Ordinal);
    }

    private static TrainingRun Train(TrainingOptions options, int threads = 1)
    {
        var run = TrainingRun.Start(options, s_images, threads);
        while (!run.IsFinished)
            run.RunEpoch();
        return run;
    }

    private static byte[] Bytes(TrainingRun run)
    {
        using var stream = new MemoryStream();
        run.ToCheckpoint().Write(stream);
        return stream.ToArray();
    }

    private static bool[][] Signs(TrainingRun run) =>
        run.Network.Layers.Select(layer => layer.Weights.Values.Span.ToArray().Select(weight => weight >= 0).ToArray()).ToArray();
}
