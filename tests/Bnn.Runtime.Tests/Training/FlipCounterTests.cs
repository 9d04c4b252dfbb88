using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class FlipCounterTests
{
    // Signs of three weights, step by step; an epoch has two steps. 0 counts as +.
    private static readonly float[][] s_steps =
    [
        [0.1f, -0.1f, 0],       // from +, +, +: the second flips
        [-0.1f, 0.1f, -0.1f],   // all flip; since the epoch began the first and the third
        [0.1f, 0.2f, 0],        // the first and the third
        [-0.1f, 0.2f, 0.3f],    // the first; since the epoch began the third
    ];

    [Theory]
    [InlineData(false, new[] { 1, 0, 2 })]
    [InlineData(true, new[] { 3, 2, 2 })]
    public void Flips_are_counted_from_epoch_to_epoch_or_from_step_to_step(bool ofSteps, int[] flips)
    {
        LatentNetwork network = Network();
        var counter = new FlipCounter(network, ofSteps);
        var shares = new List<double>();
        for (int step = 0; step < s_steps.Length; step++)
        {
            for (int i = 0; i < 3; i++)
                network.Layers[0].Weights.Values.Span[i * network.Layers[0].Stride] = s_steps[step][i];
            counter.EndStep();
            if (step % 2 == 1)
                shares.Add(counter.EndEpoch()[0]);
        }
        Assert.Equal(flips, Enumerable.Range(0, 3).Select(i => (int)network.Layers[0].Flips[i * network.Layers[0].Stride]));
        // The share of an epoch is the same either way.
        Assert.Equal([2.0 / 3, 1.0 / 3], shares);
    }

    [Fact]
    public void Counters_stay_at_their_largest_number()
    {
        LatentNetwork network = Network();
        network.Layers[0].Flips[0] = ushort.MaxValue;
        var counter = new FlipCounter(network, countsSteps: false);
        network.Layers[0].Weights.Values.Span[0] = -1;
        counter.EndEpoch();
        Assert.Equal(ushort.MaxValue, network.Layers[0].Flips[0]);
    }

    [Fact]
    public void A_window_has_a_constant_rate_and_counters_of_its_own()
    {
        using var parent = TrainingRun.Start(SyntheticImages.Options with { Epochs = 2 }, SyntheticImages.Small);
        parent.RunEpoch();
        parent.RunEpoch();
        using TrainingRun window = TrainingRun.FlipWindow(parent, 3, 0.02);
        Assert.All(window.Network.Layers, layer => Assert.All(layer.Flips, flips => Assert.Equal(0, flips)));
        while (!window.IsFinished)
            window.RunEpoch();
        Assert.Equal(window.History[1].LearningRate, window.LearningRate(2, 0), 12);
        Assert.Equal(0.02, window.LearningRate(2, 1000), 12);
        Assert.All(window.Network.Layers, layer => Assert.InRange(layer.Flips.Max(), 1, 3));

        // Counted at every step, flips that come and go are seen too; training is the same.
        using TrainingRun steps = TrainingRun.FlipWindow(parent, 3, 0.02, ofSteps: true);
        while (!steps.IsFinished)
            steps.RunEpoch();
        Assert.Equal(window.Network.Hash(), steps.Network.Hash());
        Assert.Equal(window.History, steps.History);
        Assert.True(steps.Network.Layers[0].Flips.Sum(flips => (long)flips) > window.Network.Layers[0].Flips.Sum(flips => (long)flips));
    }

    // One input of a single channel and three weights.
    private static LatentNetwork Network() => new(new Shape(1, 1, 3), new ThresholdEncoding(new([128])), Architecture.Parse("dense-1 scores"), 2, hasScale: false);
}
