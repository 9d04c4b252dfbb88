using Bnn.Inference;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class FoldingTests
{
    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (string encoding in (string[])["threshold", "threshold-77", "thermometer-3", "bit-planes", "bit-planes-2", "eight-bit", "raw-bits"])
        {
            cases.Add(encoding, false);
            cases.Add(encoding, true);
        }
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Folded_network_gives_every_bit_and_score_of_the_float_network(string encoding, bool hasScale)
    {
        LabeledImages images = SyntheticImages.Create(150, new(2, 5, 4), classes: 4, seed: 9);
        var latent = new LatentNetwork(images.Shape, InputEncodings.Choose(encoding, images), Architecture.Parse("dense-37 dense-70 scores"), 4, hasScale);
        Randomize(latent);
        AssertAgrees(latent, images);
    }

    /// <summary>Convolutions with everything that a model file can say of them, on every kind of input.</summary>
    public static TheoryData<string, string, bool> ConvolutionCases()
    {
        var cases = new TheoryData<string, string, bool>();
        string[] architectures =
        [
            "conv3x3-9 pool conv3x3-13 pool dense-20 scores",
            "conv3x3-8-b1 conv1x1-5 sum-scores",
            "conv3x2-6-s2 pool3x3-s1-p1 conv2x3-6-g3-p1 flatten scores",
            "conv5x5-7-s2x1-p0-b1 pool2x2-s1 pool2x2-s1-p1 conv3x3-70 sum-scores",
            "flatten dense-9 scores",
            "sum-scores",
        ];
        string[] encodings = ["threshold", "thermometer-3", "bit-planes-2", "eight-bit", "raw-bits"];
        for (int i = 0; i < architectures.Length; i++)
        {
            foreach (bool hasScale in (bool[])[false, true])
            {
                cases.Add(architectures[i], encodings[i % 5], hasScale);
                cases.Add(architectures[i], encodings[(i + 3) % 5], hasScale);
            }
        }
        return cases;
    }

    [Theory, MemberData(nameof(ConvolutionCases))]
    public void Folded_convolutions_give_every_bit_and_score_of_the_float_network(string architecture, string encoding, bool hasScale)
    {
        LabeledImages images = SyntheticImages.Create(60, new(2, 9, 8), classes: 4, seed: 9);
        var latent = new LatentNetwork(images.Shape, InputEncodings.Choose(encoding, images), Architecture.Parse(architecture), 4, hasScale);
        Randomize(latent);
        AssertAgrees(latent, images);
    }

    [Fact]
    public void Sums_that_fall_exactly_on_the_crossing_fire()
    {
        // Whole means and no shift: y = 0 for many images, and sign(0) = +1.
        LabeledImages images = SyntheticImages.Create(200, new(1, 4, 4), classes: 3, seed: 2);
        var latent = new LatentNetwork(images.Shape, InputEncodings.Choose("threshold", images), Architecture.Parse("dense-24 scores"), 3, hasScale: true);
        latent.Initialize(seed: 1);
        latent.Norms[0].Scale!.Values.Span[..12].Fill(-1);
        latent.Norms[0].Mean.Span.Fill(2);
        AssertAgrees(latent, images, reestimate: false);
    }

    [Fact]
    public void Trained_network_with_negative_scales_agrees_on_every_image()
    {
        using var run = TrainingRun.Start(SyntheticImages.Options with { BatchNormScale = true, LearningRate = 0.05 }, SyntheticImages.Small);
        while (!run.IsFinished)
            run.RunEpoch();
        AssertAgrees(run.Network.Clone(), SyntheticImages.Small);
    }

    [Fact]
    public void Folded_accuracy_is_that_of_the_interpreter()
    {
        using var run = TrainingRun.Start(SyntheticImages.Options, SyntheticImages.Small);
        while (!run.IsFinished)
            run.RunEpoch();
        FoldedModel folded = run.Fold();
        LabeledImages validation = run.Split.Validation;
        var interpreter = new Interpreter(folded.Network);
        int correct = Enumerable.Range(0, validation.Count).Count(i => interpreter.Predict(validation.Image(i)) == validation.Labels[i]);
        Assert.Equal(folded.ValidationAccuracy, (double)correct / validation.Count);
        Assert.Equal(folded.ValidationAccuracy.ToString("F4", System.Globalization.CultureInfo.InvariantCulture), folded.Network.Meta("validation-accuracy"));
        Assert.Equal("synthetic", folded.Network.Meta("data-set"));
        Assert.Equal(validation.ClassNames, folded.Network.Labels);
    }

    // Channel by channel v ≥ t: 2 of 6 bits are 1 in the first image, 5 in the second.
    [Fact]
    public void The_rarer_bits_of_images_are_counted()
    {
        byte[] pixels = [9, 10, 0, 199, 200, 0, 10, 11, 255, 200, 255, 1];
        var images = new LabeledImages("two", new Shape(2, 1, 3), pixels, [0, 1], ["a", "b"]);
        Assert.Equal((2 + 1) / 12.0, InputActivity.Of(new ThresholdEncoding(new([10, 200])), images), 12);
        using var bytes = TrainingRun.Start(SyntheticImages.Options, SyntheticImages.Small);
        Assert.Null(bytes.Fold().Network.Meta("input-active"));
        using var run = TrainingRun.Start(SyntheticImages.Options with { Encoding = "threshold" }, SyntheticImages.Small);
        Network network = run.Fold().Network;
        double share = double.Parse(network.Meta("input-active")!, System.Globalization.CultureInfo.InvariantCulture);
        LabeledImages training = run.Split.Training;
        IReadOnlyList<InputPlane> planes = network.Encoding.Planes(network.Input.Channels);
        int pixelsOfPlane = network.Input.Height * network.Input.Width;
        double mean = Enumerable.Range(0, training.Count).Average(i =>
        {
            byte[] image = training.Image(i).ToArray();
            double ones = planes.Average(plane => image.Skip(plane.Channel * pixelsOfPlane).Take(pixelsOfPlane).Average(value => plane.Bit(value) ? 1 : 0));
            return Math.Min(ones, 1 - ones);
        });
        Assert.Equal(mean, share, 0.0005);
    }

    [Fact]
    public void Trained_convolutions_with_negative_scales_agree_on_every_image()
    {
        TrainingOptions options = SyntheticImages.Options with { Architecture = "conv3x3-12 pool conv3x3-10 dense-15 scores", BatchNormScale = true, LearningRate = 0.05 };
        using var run = TrainingRun.Start(options, SyntheticImages.Small);
        foreach (BatchNorm norm in run.Network.Norms)
            norm.Scale!.Values.Span[..4].Fill(-1);
        while (!run.IsFinished)
            run.RunEpoch();
        Assert.Contains(run.Network.Norms.SelectMany(norm => norm.Scale!.Values.Span[..norm.Channels].ToArray()), scale => scale < 0);
        AssertAgrees(run.Network.Clone(), SyntheticImages.Small);
    }

    [Theory, InlineData(-1), InlineData(0), InlineData(6), InlineData(7)]
    public void Search_finds_the_last_count_that_holds(int last) => Assert.Equal(last, Folding.FoldThreshold(7, count => count <= last));

    // Shifts of either sign, scales of either sign and some 0, biases that end in one half: ties round to even.
    private static void Randomize(LatentNetwork latent)
    {
        latent.Initialize(seed: 3);
        ulong next = 0;
        foreach (BatchNorm norm in latent.Norms)
        {
            for (int c = 0; c < norm.Channels; c++)
            {
                norm.Shift.Values.Span[c] = (float)(0.5 * CounterRandom.Normal(4, 0, 0, next++));
                if (norm.Scale is not null)
                    norm.Scale.Values.Span[c] = c % 9 == 0 ? 0 : (float)CounterRandom.Normal(4, 0, 1, next++);
            }
        }
        for (int c = 0; c < latent.Classes; c++)
            latent.Biases.Values.Span[c] = c - 1.5f;
    }

    private static void AssertAgrees(LatentNetwork latent, LabeledImages images, bool reestimate = true)
    {
        using var pool = new WorkerPool(1);
        var evaluator = new Evaluator(latent, pool, temperature: 1);
        if (reestimate)
            evaluator.ReestimateStatistics(new PlainSource(images));
        Network network = Folding.Fold("folded", latent, default, default);
        double[] scores = evaluator.Run(images).Scores;
        for (int i = 0; i < images.Count; i++)
        {
            ReferenceRun reference = Reference.Run(network, images.Image(i));
            Assert.Equal(reference.Scores.Select(score => (double)score), scores.AsSpan(i * latent.Classes, latent.Classes).ToArray());
            // A flipped row counts the other way round, but fires on the same images. Pools and flatten belong to the layer before them.
            IEnumerable<bool[]> whole = reference.Bits.Where((_, l) =>
                network.Layers[l] is not FlattenLayer && network.Layers[l + 1] is not MaxPoolLayer);
            Assert.Equal(whole, evaluator.HiddenBits(images, i));
        }
    }
}
