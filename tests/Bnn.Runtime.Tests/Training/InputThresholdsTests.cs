using Bnn.Inference;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

/// <summary>Thresholds that are trained with the weights.</summary>
public sealed class InputThresholdsTests
{
    private const double Temperature = 0.4, Width = InputThresholds.Width;

    public static TheoryData<string, Surrogate, double> Architectures { get; } = new()
    {
        { "dense-40 dense-7 scores", Surrogate.Clip, 1 },
        { "dense-40 dense-7 scores", Surrogate.BiReal, 1 },
        { "dense-40 dense-7 scores", Surrogate.Reste, 2.25 },
        { "conv3x3-5 pool dense-7 scores", Surrogate.Clip, 1 },
        { "conv3x3-5 pool dense-7 scores", Surrogate.BiReal, 1 },
        { "conv3x3-13 conv3x2-4-s2 scores", Surrogate.Reste, 1 },
        { "conv3x2-6-s2-g2-b1 sum-scores", Surrogate.BiReal, 1 },
        { "conv3x3-4-s2-p0 pool2x2-s1 dense-3 scores", Surrogate.BiReal, 1 },
        { "scores", Surrogate.BiReal, 1 },
        { "sum-scores", Surrogate.BiReal, 1 },
    };

    [Theory, MemberData(nameof(Architectures))]
    public void Smooth_gradients_are_the_slopes_of_the_smooth_loss(string architecture, Surrogate surrogate, double order)
    {
        (LatentNetwork network, LabeledImages images) = Make(architecture, surrogate, order);
        const double H = 1e-5;
        double[] thresholds = network.Thresholds!.Values.Values.Span.ToArray().Select(t => (double)t).ToArray();
        double[] slopes = Enumerable.Range(0, network.Thresholds.Channels.Length).Select(plane => (LossAt(plane, H) - LossAt(plane, -H)) / (2 * H)).ToArray();
        CheckClose(slopes, Gradients(network, images, isSmooth: true));

        double LossAt(int plane, double change)
        {
            double[] moved = [.. thresholds];
            moved[plane] += change;
            return Slow(network, images, moved, isSmooth: true).Loss();
        }
    }

    [Theory, MemberData(nameof(Architectures))]
    public void Gradients_go_straight_through_the_sign_of_the_bit(string architecture, Surrogate surrogate, double order)
    {
        (LatentNetwork network, LabeledImages images) = Make(architecture, surrogate, order);
        double[] thresholds = network.Thresholds!.Values.Values.Span.ToArray().Select(t => (double)t).ToArray();
        SlowNetwork slow = Slow(network, images, thresholds, isSmooth: false);
        slow.Loss(gradients: true);
        int size = images.Shape.Height * images.Shape.Width;
        double[] expected = network.Thresholds.Channels.Select((channel, plane) => Enumerable.Range(0, images.Count * size).Sum(i =>
            slow.InputGradients[i / size][(plane * size) + (i % size)] * Slope(images.Image(i / size)[(channel * size) + (i % size)], thresholds[plane]))).ToArray();
        CheckClose(expected, Gradients(network, images, isSmooth: false));

        // No legal threshold changes the bits of 0 and 255.
        double Slope(byte value, double threshold) => value is 0 or 255 ? 0 : slow.Slope((value - threshold) / Width) / -Width;
    }

    /// <summary>The sign of v − t is the bit of the byte threshold, whatever t is.</summary>
    [Fact]
    public unsafe void Bits_are_those_of_the_encoding()
    {
        LabeledImages images = SyntheticImages.Create(40, new(2, 5, 6), classes: 3, seed: 8);
        var network = new LatentNetwork(images.Shape, new ThermometerEncoding(new([new([1, 80, 255]), new([90, 91])])), Architecture.Parse("conv3x3-5 scores"), 3, false, true);
        using var pool = new WorkerPool(1);
        var forward = new ForwardPass(network, images.Count, pool);
        var encoded = new float[5 * 30];
        for (int step = 0; step < 50; step++)
        {
            forward.Run(new PlainSource(images), 0, images.Count, useBatchStatistics: true);
            IReadOnlyList<InputPlane> planes = network.Encoding.Planes(2);
            for (int n = 0; n < images.Count; n++)
            {
                fixed (float* values = encoded)
                    forward.Batch.Encode(forward.Stages[0].Encoder!, n, worker: 0, values);
                byte[] image = images.Image(n).ToArray();
                Assert.Equal(planes.SelectMany(plane => image[(plane.Channel * 30)..][..30].Select(value => plane.Bit(value) ? 1f : -1f)), encoded);
            }
            for (int plane = 0; plane < 5; plane++)
                network.Thresholds!.Values.Values.Span[plane] += (float)(3 * CounterRandom.Normal(4, 0, (ulong)step, (ulong)plane));
            network.Thresholds!.Settle();
        }
    }

    [Fact]
    public void Thresholds_begin_where_they_were_fitted()
    {
        var thermometer = new ThermometerEncoding(new([new([1, 2, 255]), new([7])]));
        var threshold = new ThresholdEncoding(new([1, 128, 255]));
        Assert.Equal(thermometer, new InputThresholds(thermometer).Encoding);
        Assert.Equal(threshold, new InputThresholds(threshold).Encoding);
        Assert.Throws<ArgumentException>(() => new InputThresholds(new EightBitEncoding()));
    }

    /// <summary>Whatever a step does, the levels are legal in a model; those that were are left alone.</summary>
    [Theory]
    [InlineData(new[] { 20.25f, 10, 300 }, new[] { 9, 10, 255 })]
    [InlineData(new[] { -4f, -4, -4 }, new[] { 1, 2, 3 })]
    [InlineData(new[] { 999f, 999, 999 }, new[] { 253, 254, 255 })]
    [InlineData(new[] { 999f, 0.25f, -999 }, new[] { 1, 2, 3 })]
    [InlineData(new[] { 3.5f, 4.0000005f, 5 }, new[] { 3, 4, 5 })]
    [InlineData(new[] { 3.1f, 4.2f, 254.5f }, new[] { 4, 5, 255 })]
    public void Thresholds_stay_sorted_distinct_and_legal(float[] values, int[] levels)
    {
        var thresholds = new InputThresholds(new ThermometerEncoding(new([new([1]), new([10, 20, 30])])));
        values.CopyTo(thresholds.Values.Values.Span[1..]);
        thresholds.Settle();
        Assert.Equal(new ThermometerEncoding(new([new([1]), new(levels)])), thresholds.Encoding);
        float[] settled = thresholds.Values.Values.Span.ToArray();
        thresholds.Settle();
        Assert.Equal(settled, thresholds.Values.Values.Span.ToArray());
    }

    [Theory]
    [InlineData("threshold", "dense-40 dense-21 scores")]
    [InlineData("thermometer-3", "conv3x3-14 pool dense-9 scores")]
    public void Learned_thresholds_move_and_fold_exactly(string encoding, string architecture)
    {
        LabeledImages images = SyntheticImages.Small;
        using var run = TrainingRun.Start(SyntheticImages.Options with { Encoding = encoding, Architecture = architecture, LearnsThresholds = true }, images, threads: 2);
        InputEncoding fitted = run.Network.Encoding;
        while (!run.IsFinished)
            run.RunEpoch();
        Network folded = run.Fold().Network;
        Assert.Equal(run.Network.Encoding, folded.Encoding);
        Assert.NotEqual(fitted, folded.Encoding);
        using var pool = new WorkerPool(1);
        double[] scores = new Evaluator(run.Final(CancellationToken.None), pool, run.Temperature).Run(images).Scores;
        var interpreter = new Interpreter(folded);
        var of = new int[folded.Labels.Length];
        for (int n = 0; n < images.Count; n++)
        {
            interpreter.Scores(images.Image(n), of);
            Assert.Equal(scores.AsSpan(n * of.Length, of.Length).ToArray(), of.Select(score => (double)score));
        }
    }

    [Fact]
    public void Runs_that_start_from_learned_thresholds_keep_them()
    {
        using var parent = TrainingRun.Start(SyntheticImages.Options with { Encoding = "thermometer-2", LearnsThresholds = true }, SyntheticImages.Small, threads: 2);
        parent.RunEpoch();
        InputEncoding learned = parent.Network.Encoding;
        using TrainingRun child = TrainingRun.Continue(parent, epochs: 1, learningRate: 0.01);
        child.RunEpoch();
        Assert.False(child.Options.LearnsThresholds);
        Assert.Equal(learned, child.Fold().Network.Encoding);
        Assert.Equal(learned, parent.Network.Encoding);
    }

    [Fact]
    public void Options_without_thresholds_to_learn_are_refused()
    {
        TrainingOptions options = SyntheticImages.Options with { LearnsThresholds = true };
        foreach (string encoding in (string[])["eight-bit", "bit-planes", "bit-planes-2", "raw-bits"])
            Assert.Contains(encoding, Assert.Throws<ArgumentException>((options with { Encoding = encoding }).Require).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>((options with { Encoding = "threshold", FullPrecision = true }).Require);
        (options with { Encoding = "threshold-9" }).Require();
    }

    private static float[] Gradients(LatentNetwork network, LabeledImages images, bool isSmooth)
    {
        using var pool = new WorkerPool(2);
        network.Binarization.IsReal = isSmooth;
        var forward = new ForwardPass(network, images.Count, pool);
        var gradients = new GradientKeeper();
        forward.Run(new PlainSource(images), 0, images.Count, useBatchStatistics: true);
        new BackwardPass(forward, labelSmoothing: 0, Temperature) { Check = gradients }.Step(images.Labels, learningRate: 0.01);
        return gradients.Of(network.Thresholds!.Values)[..network.Thresholds.Channels.Length];
    }

    private static (LatentNetwork Network, LabeledImages Images) Make(string architecture, Surrogate surrogate, double order)
    {
        LabeledImages images = SyntheticImages.Create(11, new(2, 5, 6), classes: 3, seed: 5);
        var encoding = new ThermometerEncoding(new([new([80, 160]), new([70, 100])]));
        var network = new LatentNetwork(images.Shape, encoding, Architecture.Parse(architecture), 3, hasScale: false, learnsThresholds: true);
        network.Binarization.CopyFrom(new() { Surrogate = surrogate, Order = (float)order });
        ulong next = 0;
        foreach (LatentLayer layer in network.Layers)
            Fill(layer.Weights.Values, 0.4);
        foreach (BatchNorm norm in network.Norms)
            Fill(norm.Shift.Values, 0.3);
        for (int plane = 0; plane < 4; plane++)
            network.Thresholds!.Values.Values.Span[plane] -= 0.03f * (plane + 1);       // at no bend of a surrogate
        return (network, images);

        void Fill(FloatBuffer buffer, double deviation)
        {
            foreach (ref float item in buffer.Span)
                item = (float)(deviation * CounterRandom.Normal(11, 0, 0, next++));
        }
    }

    // The network of the formulas on what the thresholds make of the images.
    private static SlowNetwork Slow(LatentNetwork network, LabeledImages images, double[] thresholds, bool isSmooth)
    {
        var formula = new SlowNetwork(network, [], [], isSmooth, Temperature, smoothing: 0);
        int size = images.Shape.Height * images.Shape.Width;
        double[][] samples = Enumerable.Range(0, images.Count).Select(n =>
        {
            byte[] image = images.Image(n).ToArray();
            return network.Thresholds!.Channels.SelectMany((channel, plane) => image[(channel * size)..][..size]
                .Select(value => value is 0 ? -1 : value is 255 ? 1 : isSmooth ? formula.Smooth((value - thresholds[plane]) / Width) : value >= thresholds[plane] ? 1 : -1)).ToArray();
        }).ToArray();
        return new(network, samples, images.Labels, isSmooth, Temperature, smoothing: 0);
    }

    private static void CheckClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(Math.Abs);
        Assert.True(largest > 0);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) < (1e-4 * largest) + (1e-4 * Math.Abs(expected[i])), $"plane {i}: expected {expected[i]}, got {actual[i]}");
    }
}
