using Bnn.Inference;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class DynamicMasksTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(7), InlineData(784), InlineData(5000)]
    public void Selection_finds_what_sorting_finds(int length)
    {
        uint[] few = [.. Enumerable.Range(0, length).Select(i => (uint)CounterRandom.Next(1, 0, 0, (ulong)i) % 20)];
        uint[] many = [.. Enumerable.Range(0, length).Select(i => (uint)CounterRandom.Next(2, 0, 0, (ulong)i))];
        foreach (uint[] numbers in new[] { few, many, [.. many.Order()], [.. many.OrderDescending()], new uint[length] })
        {
            uint[] sorted = [.. numbers.OrderDescending()];
            foreach (int count in new[] { 1, (length + 1) / 2, Math.Max(1, length - 1), length })
                Assert.Equal(sorted[count - 1], Selection.Largest([.. numbers], count));
        }
    }

    [Theory]
    [InlineData(0.1, 0, 200)]
    [InlineData(0.1, 0.3, 42)]      // 0.1 + 0.9 · 1/8
    [InlineData(0.1, 0.6, 20)]
    [InlineData(0.1, 1, 20)]
    [InlineData(0.001, 1, 1)]
    public void Shares_fall_along_a_cube_and_stay(double share, double done, int live) => Assert.Equal(live, DynamicMasks.Live(200, share, done, ramp: 0.6));

    [Fact]
    public void Channels_keep_their_largest_latents_and_of_equal_ones_the_first()
    {
        using TrainingRun run = TrainingRun.Start(SyntheticImages.Options with { LiveShares = "0.25", MaskRamp = 0.0001, Architecture = "dense-3 scores" }, SyntheticImages.Small);
        LatentLayer layer = run.Network.Layers[0];
        for (int i = 0; i < layer.Inputs; i++)
        {
            for (int c = 0; c < 3; c++)
                layer.Weights.Values.Span[(i * layer.Stride) + c] = c == 2 ? 0.5f : (i % 2 == 0 ? 1 : -1) * (c == 0 ? i : layer.Inputs - i) * 0.001f;
        }
        using var pool = new WorkerPool(2);
        new DynamicMasks(run.Network, run.Options, 10, pool).Step(run.Options.Epochs - 1, 0);
        int live = layer.Inputs / 4;
        Assert.Equal(Enumerable.Range(layer.Inputs - live, live), Living(0));
        Assert.Equal(Enumerable.Range(0, live), Living(1));
        Assert.Equal(Enumerable.Range(0, live), Living(2));
        Assert.Null(run.Network.Layers[1].Mask);

        IEnumerable<int> Living(int channel) => Enumerable.Range(0, layer.Inputs).Where(i => layer.IsLive(i, channel));
    }

    [Fact]
    public void Blocks_live_by_the_sum_of_their_latents_and_of_equal_ones_the_first()
    {
        TrainingOptions options = SyntheticImages.Options with { LiveShares = "0.25,1,1", MaskBlock = "4x9", MaskRamp = 0.0001, Architecture = "dense-10 dense-3 scores" };
        using TrainingRun run = TrainingRun.Start(options, SyntheticImages.Small);
        LatentLayer layer = run.Network.Layers[0];
        int blocks = (layer.Inputs + 8) / 9, live = Math.Max(1, blocks / 4);
        Assert.NotEqual(0, layer.Inputs % 9);
        for (int i = 0; i < layer.Inputs; i++)
        {
            // The first row of blocks rises, but for one channel that falls less; in the second all are equal; in the last one, of two channels, the last block of few inputs is the largest.
            for (int c = 0; c < 10; c++)
                layer.Weights.Values.Span[(i * layer.Stride) + c] = c switch { 1 => i / 9 - blocks, < 4 => MathF.Pow(10, i / 9), < 8 => i % 2 == 0 ? 0.5f : -0.5f, _ => i / 9 == blocks - 1 ? -900 : 1 };
        }
        using var pool = new WorkerPool(2);
        new DynamicMasks(run.Network, options, 10, pool).Step(options.Epochs - 1, 0);
        for (int c = 0; c < 10; c++)
        {
            IEnumerable<int> wanted = c < 4 ? Enumerable.Range(blocks - live, live) : c < 8 ? Enumerable.Range(0, live) : Enumerable.Range(0, live - 1).Append(blocks - 1);
            Assert.Equal(Enumerable.Range(0, layer.Inputs).Where(i => wanted.Contains(i / 9)), Enumerable.Range(0, layer.Inputs).Where(i => layer.IsLive(i, c)));
        }
        Assert.Null(run.Network.Layers[1].Mask);
    }

    [Fact]
    public void Convolutions_keep_single_weights_and_the_scores_take_blocks()
    {
        TrainingOptions options = SyntheticImages.Options with { Architecture = "conv3x3-14 pool dense-70 scores", LiveShares = "0.5,0.3,0.4", MaskBlock = "64x8", Encoding = "threshold" };
        using TrainingRun run = TrainingRun.Start(options, SyntheticImages.Small);
        while (!run.IsFinished)
            run.RunEpoch();
        WeightMatrix[] weights = [.. run.Fold().Network.Layers.OfType<WeightedLayer>().Select(layer => layer.Weights)];
        Assert.All(Enumerable.Range(0, 14), c => Assert.Equal(4, weights[0].LiveCount(c)));
        Assert.Contains(Enumerable.Range(1, 13), c => weights[0].Live(c, 0) != weights[0].Live(0, 0));
        foreach (WeightMatrix dense in weights[1..])
        {
            double share = dense == weights[1] ? 0.3 : 0.4;
            int blocks = (dense.Columns + 7) / 8;
            for (int c = 0; c < dense.Rows; c++)
            {
                int first = c / 64 * 64, row = c;
                int[] live = [.. Enumerable.Range(0, blocks).Where(b => (dense.Live(row, b / 8) >> (b % 8 * 8) & 0xFF) != 0)];
                Assert.Equal(Math.Max(1, (int)(blocks * share)), live.Length);
                Assert.Equal(live.Sum(b => Math.Min(8, dense.Columns - (8 * b))), dense.LiveCount(c));
                for (int w = 0; w < dense.WordsPerRow; w++)
                    Assert.Equal(dense.Live(first, w), dense.Live(c, w));
            }
        }
        Assert.NotEqual(weights[1].Live(0, 0), weights[1].Live(64, 0));
    }

    [Theory]
    [InlineData("dense-40 dense-20 scores", "0.3", "eight-bit")]
    [InlineData("conv3x3-14 pool conv3x3-20 dense-9 scores", "0.5,0.2,0.3,0.4", "thermometer-2")]
    public void Trained_network_has_the_shares_and_equals_its_folded_one(string architecture, string shares, string encoding)
    {
        TrainingOptions options = SyntheticImages.Options with { Architecture = architecture, LiveShares = shares, Encoding = encoding, Epochs = 4, BatchNormScale = true };
        using TrainingRun run = TrainingRun.Start(options, SyntheticImages.Small);
        while (!run.IsFinished)
            run.RunEpoch();
        double[] wanted = LayerShares.Live(shares, Architecture.Parse(architecture));
        Network network = run.Fold().Network;
        WeightMatrix[] weights = [.. network.Layers.OfType<WeightedLayer>().Select(layer => layer.Weights)];
        for (int l = 0; l < wanted.Length; l++)
        {
            for (int c = 0; c < weights[l].Rows; c++)
                Assert.Equal(Math.Max(1, (int)(wanted[l] * weights[l].Columns)), weights[l].LiveCount(c));
        }
        LabeledImages held = run.Split.Validation;
        var interpreter = new Interpreter(network);
        for (int i = 0; i < held.Count; i++)
            Assert.Equal(Reference.Predict(network, held.Image(i)), interpreter.Predict(held.Image(i)));
        Assert.Equal(run.Fold().ValidationAccuracy, Enumerable.Range(0, held.Count).Average(i => interpreter.Predict(held.Image(i)) == held.Labels[i] ? 1.0 : 0));
    }

    [Theory, InlineData(0), InlineData(0.9), InlineData(1)]
    public void Pruned_weights_take_a_part_of_their_steps(double damping)
    {
        TrainingOptions options = SyntheticImages.Options with { LiveShares = "0.3,0.6,1", MaskRamp = 0.0001, MaskDamping = damping, Architecture = "dense-20 dense-9 scores", Epochs = 2 };
        using TrainingRun run = TrainingRun.Start(options, SyntheticImages.Small);
        run.RunEpoch();     // all live until the next choice
        float[][] before = [.. run.Network.Layers.Select(layer => layer.Weights.Values.Span.ToArray())];
        run.RunEpoch();
        foreach ((LatentLayer layer, float[] old) in run.Network.Layers.SkipLast(1).Zip(before))
        {
            (double Live, double Pruned) moved = default;
            for (int i = 0; i < layer.Inputs; i++)
            {
                for (int c = 0; c < layer.Channels; c++)
                {
                    int at = (i * layer.Stride) + c;
                    double by = Math.Abs(layer.Weights.Values.Span[at] - old[at]);
                    moved = layer.IsLive(i, c) ? (Math.Max(moved.Live, by), moved.Pruned) : (moved.Live, Math.Max(moved.Pruned, by));
                }
            }
            Assert.InRange(moved.Pruned / moved.Live, (1 - damping) / 2, (1 - damping) * 2);
        }
        Assert.Null(run.Network.Layers[^1].Weights.Pace);
    }

    [Theory, InlineData(-0.1), InlineData(1.5), InlineData(double.NaN)]
    public void Damping_lies_between_0_and_1(double damping) =>
        Assert.Contains("MaskDamping", Assert.Throws<ArgumentException>(() => (SyntheticImages.Options with { LiveShares = "0.5", MaskDamping = damping }).Require()).Message, StringComparison.Ordinal);

    [Fact]
    public void Frozen_weights_neither_come_back_nor_move()
    {
        using TrainingRun parent = TrainingRun.Start(SyntheticImages.Options, SyntheticImages.Small);
        parent.RunEpoch();
        LatentNetwork network = parent.Network.Clone();
        Masks.Scatter(network, share: 0.4, seed: 1);
        foreach (LatentLayer layer in network.Layers)
            layer.Mask!.Freeze();
        float[][] before = [.. network.Layers.Select(layer => layer.Weights.Values.Span.ToArray())];
        using TrainingRun run = parent.Derive(parent.Options with { HasFrozenMasks = true }, network, "test", seed: 0);
        run.RunEpoch();
        using var stream = new MemoryStream();
        run.ToCheckpoint().Write(stream);
        stream.Position = 0;
        using TrainingRun second = TrainingRun.Resume(Checkpoint.Read(stream, "memory"), SyntheticImages.Small);
        second.RunEpoch();
        for (int l = 0; l < before.Length; l++)
        {
            LatentLayer layer = second.Network.Layers[l];
            int moved = 0;
            for (int i = 0; i < layer.Inputs; i++)
            {
                for (int c = 0; c < layer.Channels; c++)
                {
                    int at = (i * layer.Stride) + c;
                    Assert.Equal(network.Layers[l].IsLive(i, c), layer.IsLive(i, c));
                    if (!layer.IsLive(i, c))
                        Assert.Equal(before[l][at], layer.Weights.Values.Span[at]);
                    moved += before[l][at] != layer.Weights.Values.Span[at] ? 1 : 0;
                }
            }
            Assert.True(moved > 0);
        }
    }

    [Theory]
    [InlineData("64", "0.5", "CHANNELSxINPUTS")]
    [InlineData("0x8", "0.5", "CHANNELSxINPUTS")]
    [InlineData("64x8x2", "0.5", "CHANNELSxINPUTS")]
    [InlineData("64x-8", "0.5", "CHANNELSxINPUTS")]
    [InlineData("64x2000", "0.5", "CHANNELSxINPUTS")]
    [InlineData("64x8", null, "LiveShares")]
    public void Blocks_that_make_no_sense_are_refused(string block, string? shares, string problem) => Assert.Contains(
        problem,
        Assert.Throws<ArgumentException>(() => (SyntheticImages.Options with { MaskBlock = block, LiveShares = shares }).Require()).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("0", "above 0")]
    [InlineData("1.5", "above 0")]
    [InlineData("0.1,x", "above 0")]
    [InlineData("0.1,0.2", "one for each of the 3 layers")]
    public void Shares_that_make_no_sense_are_refused(string shares, string problem) => Assert.Contains(
        problem,
        Assert.Throws<ArgumentException>(() => (SyntheticImages.Options with { LiveShares = shares, Architecture = "dense-4 dense-4 scores" }).Require()).Message,
        StringComparison.Ordinal);
}
