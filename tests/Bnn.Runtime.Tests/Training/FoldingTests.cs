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
        for (int c = 0; c < 4; c++)
            latent.Biases.Values.Span[c] = c - 1.5f;      // ties round to even
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

    [Theory, InlineData(-1), InlineData(0), InlineData(6), InlineData(7)]
    public void Search_finds_the_last_count_that_holds(int last) => Assert.Equal(last, Folding.FoldThreshold(7, count => count <= last));

    private static void AssertAgrees(LatentNetwork latent, LabeledImages images, bool reestimate = true)
    {
        using var pool = new WorkerPool(1);
        var evaluator = new Evaluator(latent, pool, temperature: 1);
        if (reestimate)
            evaluator.ReestimateStatistics(new PlainSource(images));
        Network network = Folding.Fold("folded", latent, default, default);
        int[] scores = evaluator.Run(images).Scores;
        for (int i = 0; i < images.Count; i++)
        {
            ReferenceRun reference = Reference.Run(network, images.Image(i));
            Assert.Equal(reference.Scores, scores.AsSpan(i * latent.Classes, latent.Classes).ToArray());
            bool[][] bits = evaluator.HiddenBits(images, i);
            for (int l = 0; l < bits.Length; l++)
            {
                // A flipped row counts the other way round, but fires on the same images.
                Assert.Equal(reference.Bits[l], bits[l]);
            }
        }
    }
}
