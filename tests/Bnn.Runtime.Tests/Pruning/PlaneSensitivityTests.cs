using Bnn.Inference;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Runtime.Tests.Training;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Pruning;

/// <summary>Checks 3, 4 and 5 of the method: random replacement, slices and planes, the chosen set.</summary>
public sealed class PlaneSensitivityTests
{
    // Only bits 7 and 6 tell the class; 5 to 0 are noise.
    private static readonly LabeledImages s_images = TopBits(channels: 2);

    [Fact]
    public void Replacing_nothing_costs_nothing_and_replacing_all_leaves_chance()
    {
        using TrainingRun run = Trained("bit-planes");
        PlaneSensitivityResult result = PlaneSensitivity.Measure(run, new() { Repeats = 8 });
        Assert.Equal(run.Fold().ValidationAccuracy, result.Accuracy);
        Assert.InRange(result.Accuracy, 0.9, 1);
        PlaneTrial all = result.Together[^1];
        Assert.Equal(Enumerable.Range(0, 16), all.Replaced);
        Assert.InRange(result.Accuracy - result.Drop(all), 0.1, 0.3); // of five classes
    }

    [Fact]
    public void Replaced_planes_are_noise_and_all_others_stay()
    {
        InputEncoding encoding = new BitPlanesEncoding(new([new([0, 3]), new([5, 6, 7])]));
        var source = new ReplacedPlanes(s_images, encoding, [1, 3], seed: 5, repeat: 2, workers: 2);
        var plain = new ReplacedPlanes(s_images, encoding, [], seed: 5, repeat: 2, workers: 1);
        InputPlane[] planes = [.. encoding.Planes(2)];
        int size = s_images.Shape.Height * s_images.Shape.Width;
        double ones = 0, agree = 0;
        for (int n = 0; n < s_images.Count; n++)
        {
            ReadOnlySpan<byte> bits = source.Sample(n, worker: n % 2);
            for (int p = 0; p < planes.Length; p++)
            {
                for (int i = 0; i < size; i++)
                {
                    byte was = planes[p].Bit(s_images.Image(n)[(planes[p].Channel * size) + i]) ? (byte)1 : (byte)0, now = bits[(p * size) + i];
                    Assert.Equal(was, plain.Sample(n, 0)[(p * size) + i]);
                    if (p is not (1 or 3))
                        Assert.Equal(was, now);
                    ones += p == 3 ? now : 0;
                    agree += p == 3 && was == now ? 1 : 0;
                }
            }
        }
        double all = (double)s_images.Count * size; // 18,200: a deviation of 0.0037
        Assert.InRange(ones / all, 0.48, 0.52);
        Assert.InRange(agree / all, 0.48, 0.52);
    }

    [Fact]
    public void A_plane_has_the_same_noise_in_every_group_and_other_noise_in_every_repeat()
    {
        InputEncoding encoding = new BitPlanesEncoding(new([new([6, 7]), new([6, 7])]));
        byte[] Bits(int[] replaced, int repeat, ulong seed = 0) =>
            new ReplacedPlanes(s_images, encoding, replaced, seed, repeat, workers: 1).Sample(3, 0)[..s_images.Shape.Count].ToArray();
        int size = s_images.Shape.Count / 2;
        Assert.Equal(Bits([0], 0)[..size], Bits([0, 1], 0)[..size]);
        Assert.NotEqual(Bits([0], 0)[..size], Bits([0], 1)[..size]);
        Assert.NotEqual(Bits([0], 0)[..size], Bits([0], 0, seed: 1)[..size]);
        Assert.NotEqual(Bits([0, 1], 0)[..size], Bits([0, 1], 0)[size..]);
    }

    [Fact]
    public void Slices_that_tell_the_class_cost_most_and_are_kept()
    {
        using TrainingRun run = Trained("bit-planes");
        PlaneSensitivityResult result = PlaneSensitivity.Measure(run, new() { Repeats = 4 });
        Assert.Equal(Enumerable.Range(0, 8).Select(bit => $"bit {bit}"), result.Single.Select(trial => trial.Group.Name));
        Assert.Equal([3, 11], result.Single[3].Group.Planes);
        Assert.Equal(result.Single[0], result.Together[0]);
        Assert.Equal([0, 1, 2, 8, 9, 10], result.Together[2].Replaced);
        Assert.All(result.Single.Concat(result.Together), trial => Assert.Equal(4, trial.Correct.Length));
        double[] top = [result.Drop(result.Single[6]), result.Drop(result.Single[7])]; // neither weighs more: binary weights know no significance
        Assert.True(top.Min() > 0.1);
        Assert.All(result.Together.Take(3), trial => Assert.InRange(result.Drop(trial), -0.05, 0.05));
        Assert.All(result.Single.Take(6), trial => Assert.True(result.Drop(trial) < top.Min()));
        Assert.Contains("bit 7", result.Keep(0.1).Select(group => group.Name));
        Assert.InRange(result.Keep(0.1).Length, 1, 5);
        Assert.Equal(result, PlaneSensitivity.Measure(run, new() { Repeats = 4 }));
        Assert.NotEqual(result, PlaneSensitivity.Measure(run, new() { Repeats = 4, Seed = 1 }));
    }

    [Fact]
    public void The_folded_network_on_replaced_bits_counts_the_same()
    {
        using TrainingRun run = Trained("bit-planes-3");
        PlaneSensitivityResult result = PlaneSensitivity.Measure(run, new() { Repeats = 2, Seed = 9 });
        Network network = run.Fold().Network;
        // Bit planes can be replaced in the bytes themselves.
        var onBits = network with { Input = network.Encoding.Encoded(network.Input), Encoding = new RawBitsEncoding() };
        LabeledImages held = run.Split.Validation;
        foreach (PlaneTrial trial in result.Single.Concat(result.Together))
        {
            for (int repeat = 0; repeat < 2; repeat++)
            {
                var source = new ReplacedPlanes(held, network.Encoding, trial.Replaced, seed: 9, repeat, workers: 1);
                var interpreter = new Interpreter(onBits);
                Assert.Equal(trial.Correct[repeat], Enumerable.Range(0, held.Count).Count(n => interpreter.Predict(source.Sample(n, 0)) == held.Labels[n]));
            }
        }
    }

    [Fact]
    public void Threads_change_no_number()
    {
        PlaneSensitivityResult Of(int threads)
        {
            using TrainingRun run = TrainingRun.Start(Options("bit-planes-4"), s_images, threads);
            run.RunEpoch();
            return PlaneSensitivity.Measure(run, new() { Repeats = 2 });
        }
        Assert.Equal(Of(1), Of(3));
    }

    [Fact]
    public void Levels_of_a_thermometer_are_planes_in_the_order_of_what_they_cost()
    {
        using TrainingRun run = Trained("thermometer-3");
        PlaneSensitivityResult result = PlaneSensitivity.Measure(run, new() { Repeats = 3 });
        Assert.Equal(["level 0", "level 1", "level 2"], result.Single.Select(trial => trial.Group.Name));
        Assert.Equal([1, 4], result.Single[1].Group.Planes);
        Assert.Equal(
            result.Single.OrderBy(trial => result.Drop(trial)).Select(trial => trial.Group.Name), result.Together.Select(trial => trial.Group.Name));
    }

    [Fact]
    public void Planes_of_channels_are_tested_apart_if_asked_for()
    {
        using TrainingRun run = Trained("bit-planes-2");
        PlaneSensitivityResult result = PlaneSensitivity.Measure(run, new() { Repeats = 1, PerPlane = true });
        Assert.Equal(
            ["channel 0 bit 6", "channel 1 bit 6", "channel 0 bit 7", "channel 1 bit 7"], result.Single.Select(trial => trial.Group.Name));
        Assert.Equal([0, 2, 1, 3], result.Single.Select(trial => Assert.Single(trial.Group.Planes)));
        Assert.True(double.IsNaN(result.Deviation(result.Single[0])));
    }

    [Theory, InlineData("eight-bit"), InlineData("threshold")]
    public void Encodings_without_slices_are_refused_with_what_to_do(string encoding)
    {
        using TrainingRun run = Trained(encoding);
        string text = Assert.Throws<ArgumentException>(() => PlaneSensitivity.Measure(run, new())).Message;
        Assert.Contains(encoding, text, StringComparison.Ordinal);
        Assert.Contains("Train with bit-planes or thermometer-L", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_smallest_set_within_the_budget_is_kept_even_behind_a_bump()
    {
        PlaneTrial Trial(int bit, params int[] correct) => new(new($"bit {bit}", new([bit])), default, new(correct));
        EquatableArray<PlaneTrial> together = new([Trial(5, 97, 99), Trial(6, 94, 90), Trial(7, 96, 98), Trial(8, 10, 10)]);
        var result = new PlaneSensitivityResult(Samples: 100, Correct: 99, together, together);
        Assert.Equal(0.01, result.Drop(together[0]), 12);
        Assert.Equal(Math.Sqrt(2) / 100, result.Deviation(together[0]), 12);
        Assert.Equal(4, result.Keep(0).Length);
        Assert.Equal(3, result.Keep(0.01).Length);
        Assert.Equal(["bit 8"], result.Keep(0.02).Select(group => group.Name)); // 0.07 of bits 5 and 6 is a bump on the way
        Assert.Equal(["bit 8"], result.Keep(1).Select(group => group.Name));    // something is always kept
    }

    private static TrainingOptions Options(string encoding) => new()
    {
        Architecture = "conv3x3-8 pool dense-24 scores",
        Encoding = encoding,
        Epochs = 6,
        BatchSize = 32,
        WarmUpSteps = 5,
        ValidationShare = 0.3,
    };

    private static TrainingRun Trained(string encoding)
    {
        var run = TrainingRun.Start(Options(encoding), s_images, threads: 1);
        while (!run.IsFinished)
            run.RunEpoch();
        return run;
    }

    // Each class has a picture in the two top bits; the others are random.
    private static LabeledImages TopBits(int channels)
    {
        LabeledImages pictures = SyntheticImages.Create(650, new(channels, 4, 7), classes: 5, seed: 3, noise: 0);
        byte[] pixels = [.. pictures.Pixels.Select((value, i) => (byte)((value & 0xC0) | (int)(CounterRandom.Next(8, 0, 0, (ulong)i) & 0x3F)))];
        return new("top bits", pictures.Shape, pixels, pictures.Labels, pictures.ClassNames);
    }
}
