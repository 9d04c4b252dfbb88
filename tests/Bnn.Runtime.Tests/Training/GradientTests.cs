using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class GradientTests
{
    private const double Temperature = 0.4, Smoothing = 0.1;

    private const string Dense = "dense-40 dense-7 scores";

    /// <summary>Every kind of layer, with odd sizes: groups, strides, padding of both bits, pools that overlap or reach beyond the image.</summary>
    public static TheoryData<string, bool> Architectures { get; } = new()
    {
        { Dense, true },
        { Dense, false },
        { "conv3x3-5 pool dense-7 scores", true },
        { "conv3x3-5 conv1x1-4 conv3x3-13-b1 flatten scores", false },
        { "conv3x2-4-s2 conv2x3-6-g2-p1 sum-scores", true },
        { "conv5x5-6 pool3x3-s2-p1 pool2x2-s1 conv3x3-6-g3-s2x1-p2 scores", true },
        { "flatten dense-5 scores", false },
        { "conv3x3-4-s3-p0 dense-3 scores", false },
        { "sum-scores", false },
    };

    /// <summary>A dense and a convolutional network with each surrogate.</summary>
    public static TheoryData<string, Surrogate, double> Surrogates { get; } = new()
    {
        { Dense, Surrogate.BiReal, 1 },
        { "conv3x3-5 pool dense-7 scores", Surrogate.BiReal, 1 },
        { Dense, Surrogate.Reste, 1 },
        { Dense, Surrogate.Reste, 3 },
        { "conv3x3-5 pool dense-7 scores", Surrogate.Reste, 2.25 },
    };

    [Theory, MemberData(nameof(Architectures))]
    public void Written_formulas_are_the_slopes_of_the_smooth_loss(string architecture, bool hasScale) => CheckFormulas(architecture, hasScale, new());

    [Theory, MemberData(nameof(Surrogates))]
    public void Written_formulas_of_surrogates_are_the_slopes_of_the_smooth_loss(string architecture, Surrogate surrogate, double order) =>
        CheckFormulas(architecture, hasScale: true, new() { Surrogate = surrogate, Order = (float)order });

    [Theory, MemberData(nameof(Surrogates))]
    public void Smooth_gradients_with_surrogates_are_the_written_formulas(string architecture, Surrogate surrogate, double order) =>
        CheckEngine(architecture, hasScale: true, isSmooth: true, new() { Surrogate = surrogate, Order = (float)order });

    [Theory, MemberData(nameof(Surrogates))]
    public void Gradients_with_surrogates_are_the_written_formulas(string architecture, Surrogate surrogate, double order) =>
        CheckEngine(architecture, hasScale: true, isSmooth: false, new() { Surrogate = surrogate, Order = (float)order });

    private static void CheckFormulas(string architecture, bool hasScale, Binarization binarization)
    {
        (LatentNetwork network, LabeledImages images) = Make(architecture, hasScale);
        network.Binarization.CopyFrom(binarization);
        SlowNetwork slow = Slow(network, images, isSmooth: true);
        slow.Loss(gradients: true);
        for (int l = 0; l < network.Layers.Length; l++)
            CheckSlopes(slow, slow.Weights[l], slow.WeightGradients[l], step: 61);
        for (int l = 0; l < network.Norms.Length; l++)
        {
            CheckSlopes(slow, slow.Shifts[l], slow.ShiftGradients[l], step: 3);
            if (hasScale)
                CheckSlopes(slow, slow.Scales[l], slow.ScaleGradients[l], step: 3);
        }
        CheckSlopes(slow, slow.Biases, slow.BiasGradients, step: 1);
    }

    [Theory, MemberData(nameof(Architectures))]
    public void Smooth_gradients_of_the_engine_are_the_written_formulas(string architecture, bool hasScale) => CheckEngine(architecture, hasScale, isSmooth: true, new());

    [Theory, MemberData(nameof(Architectures))]
    public void Gradients_of_the_engine_are_the_written_formulas(string architecture, bool hasScale) => CheckEngine(architecture, hasScale, isSmooth: false, new());

    /// <summary>The gradient of a pruned weight is that of a weight that would be there: dynamic masks take them back by it.</summary>
    [Theory, MemberData(nameof(Architectures))]
    [InlineData("conv3x3-70 conv3x3-19 scores", false)]     // two words of a pixel
    public void Gradients_with_masks_are_the_written_formulas(string architecture, bool hasScale) =>
        CheckEngine(architecture, hasScale, isSmooth: false, new(), isMasked: true);

    private static void CheckEngine(string architecture, bool hasScale, bool isSmooth, Binarization binarization, bool isMasked = false)
    {
        (LatentNetwork network, LabeledImages images) = Make(architecture, hasScale);
        network.Binarization.CopyFrom(binarization);
        if (isMasked)
            Masks.Scatter(network, share: 0.4, seed: 3);
        SlowNetwork slow = Slow(network, images, isSmooth);
        double expected = slow.Loss(gradients: true);

        using var pool = new WorkerPool(2);
        network.Binarization.IsReal = isSmooth;
        var forward = new ForwardPass(network, images.Count, pool);
        var gradients = new GradientKeeper();
        var backward = new BackwardPass(forward, Smoothing, Temperature) { Check = gradients };
        forward.Run(new PlainSource(images), 0, images.Count, useBatchStatistics: true);
        Assert.Equal(expected, backward.Step(images.Labels, learningRate: 0.01), 5);
        for (int l = 0; l < network.Layers.Length; l++)
            CheckClose(slow.WeightGradients[l], gradients.Of(network.Layers[l].Weights));
        for (int l = 0; l < network.Norms.Length; l++)
        {
            CheckClose(slow.ShiftGradients[l], gradients.Of(network.Norms[l].Shift));
            if (hasScale)
                CheckClose(slow.ScaleGradients[l], gradients.Of(network.Norms[l].Scale!));
        }
        CheckClose(slow.BiasGradients, gradients.Of(network.Biases));
    }

    [Fact]
    public unsafe void Optimizer_follows_its_formula_and_keeps_latents_in_bounds()
    {
        var array = new TrainedArray(8);
        var gradients = new FloatBuffer(8);
        var expected = new double[8];
        var m = new double[8];
        var v = new double[8];
        for (int step = 1; step <= 300; step++)
        {
            for (int i = 0; i < 8; i++)
            {
                gradients.Span[i] = (float)(CounterRandom.Normal(1, 0, (ulong)step, (ulong)i) + (i - 3.5));
                m[i] = (0.9 * m[i]) + (0.1 * gradients.Span[i]);
                v[i] = (0.999 * v[i]) + (0.001 * gradients.Span[i] * gradients.Span[i]);
                double change = 0.01 * (m[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
                expected[i] = Math.Clamp(expected[i] - change, -1, 1);
            }
            new Adam(0.01, step).Update(array, 0, 8, gradients.Pointer, bound: 1);
        }
        for (int i = 0; i < 8; i++)
            Assert.Equal(expected[i], array.Values.Span[i], 4);
        Assert.Equal(1, array.Values.Span[0]);
        Assert.Equal(-1, array.Values.Span[7]);
    }

    private static (LatentNetwork Network, LabeledImages Images) Make(string architecture, bool hasScale)
    {
        bool isDense = architecture == Dense;
        LabeledImages images = SyntheticImages.Create(isDense ? 26 : 11, isDense ? new(1, 3, 4) : new(1, 5, 6), classes: 3, seed: 5);
        var network = new LatentNetwork(images.Shape, new ThermometerEncoding(new([new([80, 160])])), Architecture.Parse(architecture), 3, hasScale);
        ulong next = 0;
        foreach (LatentLayer layer in network.Layers)
            Fill(layer.Weights.Values, 0.4, 0);
        foreach (BatchNorm norm in network.Norms)
        {
            Fill(norm.Shift.Values, 0.3, 0);
            if (norm.Scale is not null)
                Fill(norm.Scale.Values, 0.5, 0.4);     // some negative
        }
        Fill(network.Biases.Values, 3, 0);
        return (network, images);

        void Fill(FloatBuffer buffer, double deviation, double mean)
        {
            foreach (ref float item in buffer.Span)
                item = (float)((deviation * CounterRandom.Normal(11, 0, 0, next++)) + mean);
        }
    }

    private static SlowNetwork Slow(LatentNetwork network, LabeledImages images, bool isSmooth)
    {
        IReadOnlyList<InputPlane> planes = network.Encoding.Planes(1);
        double[][] samples = Enumerable.Range(0, images.Count)
            .Select(s => planes.SelectMany(plane => images.Image(s).ToArray().Select(value => plane.Bit(value) ? 1.0 : -1.0)).ToArray()).ToArray();
        return new(network, samples, images.Labels, isSmooth, Temperature, Smoothing);
    }

    private static void CheckSlopes(SlowNetwork slow, double[] parameters, double[] gradients, int step)
    {
        const double H = 1e-6;
        for (int i = 0; i < parameters.Length; i += step)
        {
            double old = parameters[i];
            parameters[i] = old + H;
            double above = slow.Loss();
            parameters[i] = old - H;
            double below = slow.Loss();
            parameters[i] = old;
            double slope = (above - below) / (2 * H);
            Assert.True(Math.Abs(slope - gradients[i]) < 1e-6 + (1e-4 * Math.Abs(slope)), $"parameter {i}: slope {slope}, formula {gradients[i]}");
        }
    }

    /// <summary>Keeps gradients instead of stepping.</summary>
    private sealed class GradientKeeper : IGradientSink
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<TrainedArray, float[]> _kept = new();

        public float[] Of(TrainedArray array) => _kept.GetOrAdd(array, key => new float[key.Values.Length]);

        public unsafe void Take(TrainedArray array, int first, int count, float* gradients, float bound) =>
            new ReadOnlySpan<float>(gradients, count).CopyTo(Of(array).AsSpan(first));
    }

    private static void CheckClose(double[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(Math.Abs);
        Assert.True(largest > 0);
        for (int i = 0; i < expected.Length; i++)
        {
            double tolerance = (1e-5 * largest) + (1e-4 * Math.Abs(expected[i]));
            Assert.True(Math.Abs(expected[i] - actual[i]) < tolerance, $"item {i}: expected {expected[i]}, got {actual[i]}");
        }
    }
}
