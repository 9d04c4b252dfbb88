using Bnn.Pruning;
using Bnn.Runtime.Tests.Training;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Pruning;

public sealed class FlipReportTests
{
    [Theory, InlineData(0), InlineData(1)]
    public void Half_of_the_flipping_weights_go_and_as_many_steady_ones(int above)
    {
        using TrainingRun run = Window();
        (LatentNetwork without, long weights) = FlipReport.Without(run.Network, above, isFlipping: true, seed: 1);
        (LatentNetwork steady, long others) = FlipReport.Without(run.Network, above, isFlipping: false, seed: 1);
        Assert.Equal(weights, others);
        Assert.Null(without.Layers[^1].Mask);
        long gone = 0;
        for (int l = 0; l < run.Network.Norms.Length; l++)
        {
            LatentLayer layer = run.Network.Layers[l];
            int flipping = 0, pruned = 0;
            for (int i = 0; i < layer.Inputs; i++)
            {
                for (int c = 0; c < layer.Channels; c++)
                {
                    bool flips = layer.Flips[(i * layer.Stride) + c] > above;
                    flipping += flips ? 1 : 0;
                    pruned += without.Layers[l].IsLive(i, c) ? 0 : 1;
                    Assert.True(flips || without.Layers[l].IsLive(i, c));
                    Assert.True(!flips || steady.Layers[l].IsLive(i, c));
                }
            }
            Assert.Equal(flipping / 2, pruned);
            Assert.Equal((double)flipping / (layer.Inputs * layer.Channels), RateAllocator.FlipShare(layer, above));
            gone += pruned;
        }
        Assert.Equal(weights, gone);
    }

    [Fact]
    public void The_check_repeats_with_other_weights_and_from_the_same_seed()
    {
        using TrainingRun run = Window();
        FlipReport first = FlipReport.Of(run, 0, repetitions: 3, seed: 4), second = FlipReport.Of(run, 0, repetitions: 3, seed: 4);
        Assert.Equal(first.Flipping, second.Flipping);
        Assert.Equal(first.Steady, second.Steady);
        Assert.Equal(3, first.Flipping.Count);
        Assert.Equal(2, first.Shares.Count);
        // Weights near 0 are those that flip.
        Assert.Equal(2, first.Nearer.Count);
        Assert.All(first.Nearer, share => Assert.InRange(share, 0.7, 1));
        Assert.All(first.Flipping.Concat(first.Steady), accuracy => Assert.InRange(accuracy, 0, 1));
        Assert.NotEqual(first.Flipping.Concat(first.Steady), FlipReport.Of(run, 0, repetitions: 3, seed: 9) is var other ? other.Flipping.Concat(other.Steady) : []);
    }

    private static TrainingRun Window()
    {
        using var parent = TrainingRun.Start(SyntheticImages.Options with { Epochs = 2 }, SyntheticImages.Small);
        while (!parent.IsFinished)
            parent.RunEpoch();
        var window = TrainingRun.FlipWindow(parent, 3, 0.02);
        while (!window.IsFinished)
            window.RunEpoch();
        return window;
    }
}
