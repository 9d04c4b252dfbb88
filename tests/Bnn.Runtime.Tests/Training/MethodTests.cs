using Bnn.Inference;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

/// <summary>What the options of the training methods do to a run.</summary>
public sealed class MethodTests
{
    private static readonly LabeledImages s_images = SyntheticImages.Small;
    private static readonly TrainingOptions s_options = SyntheticImages.Options;
    private static readonly Checkpoint s_teacher = Taught();

    private static readonly Dictionary<string, TrainingOptions> s_methods = new()
    {
        ["bi-real"] = s_options with { Surrogate = Surrogate.BiReal, Architecture = "conv3x3-14 pool dense-9 scores" },
        ["reste"] = s_options with { Surrogate = Surrogate.Reste },
        ["full-precision"] = s_options with { FullPrecision = true, Architecture = "conv3x3-14 pool conv3x3-6-g2-s2 dense-9 scores" },
        ["teacher"] = s_options with { DistillationWeight = 0.7, DistillationSoftness = 3, Encoding = "thermometer-2" },
        ["masks"] = s_options with { LiveShares = "0.5", Architecture = "conv3x3-14 pool conv3x3-20 dense-9 scores" },
        ["masks-dense"] = s_options with { LiveShares = "0.5,0.2,1", MaskRamp = 0.3, BatchNormScale = true },
        ["masks-damped"] = s_options with { LiveShares = "0.5", MaskDamping = 0.9, Architecture = "conv3x3-14 pool conv3x3-20 dense-9 scores" },
        ["masks-in-blocks"] = s_options with { LiveShares = "0.6", MaskBlock = "4x3", Architecture = "conv3x3-14 pool dense-21 dense-12 scores" },
        ["bop"] = s_options with { Optimizer = WeightOptimizer.Bop, Adaptivity = 0.01, FlipThreshold = 1e-6 },
    };

    public static TheoryData<string> Methods { get; } = [.. s_methods.Keys];

    [Theory, MemberData(nameof(Methods))]
    public void Neither_threads_nor_a_break_change_a_bit(string method)
    {
        using TrainingRun whole = Train(s_methods[method], threads: 1);
        using TrainingRun first = Start(s_methods[method], threads: 3);
        first.RunEpoch();
        using var stream = new MemoryStream(Bytes(first));
        using var second = TrainingRun.Resume(Checkpoint.Read(stream, "memory"), s_images, threads: 2);
        while (!second.IsFinished)
            second.RunEpoch();
        Assert.Equal(whole.History, second.History);
        Assert.Equal(Bytes(whole), Bytes(second));
        using TrainingRun plain = Train(s_options with { Architecture = whole.Options.Architecture, Encoding = whole.Options.Encoding });
        Assert.NotEqual(plain.Network.Hash(), whole.Network.Hash());
    }

    [Theory, MemberData(nameof(Methods))]
    public void Methods_learn_and_fold_exactly(string method)
    {
        using TrainingRun run = Train(s_methods[method] with { Epochs = 8, Shift = 0, Flip = false });
        Assert.InRange(run.History[^1].ValidationAccuracy, 0.9, 1);
        if (run.Options.FullPrecision)
        {
            Assert.Throws<InvalidOperationException>(() => run.Fold());
            return;
        }
        FoldedModel folded = run.Fold();
        Assert.InRange(folded.ValidationAccuracy, 0.9, 1);
        var interpreter = new Interpreter(folded.Network);
        LabeledImages held = run.Split.Validation;
        Assert.Equal(folded.ValidationAccuracy, Enumerable.Range(0, held.Count).Average(i => interpreter.Predict(held.Image(i)) == held.Labels[i] ? 1.0 : 0));
    }

    [Fact]
    public void Full_precision_multiplies_latents_and_clips()
    {
        using TrainingRun run = Train(s_methods["full-precision"]);
        Checkpoint checkpoint = run.ToCheckpoint();
        Assert.True(checkpoint.Network.Binarization.IsReal);
        int[] predicted = checkpoint.Predict(run.Split.Validation, threads: 2);
        Assert.Equal(run.History[^1].ValidationAccuracy, predicted.Zip(run.Split.Validation.Labels).Average(pair => pair.First == pair.Second ? 1.0 : 0));
        checkpoint.Network.Binarization.IsReal = false;
        Assert.NotEqual(predicted, checkpoint.Predict(run.Split.Validation));
    }

    [Fact]
    public void Order_of_the_power_rises_from_one_to_three()
    {
        var schedule = new Schedule(s_options with { Epochs = 5, Surrogate = Surrogate.Reste }, stepsPerEpoch: 1);
        Assert.Equal([1f, 1.5f, 2, 2.5f, 3, 3], Enumerable.Range(0, 6).Select(Order));

        float Order(int epoch)
        {
            var binarization = new Binarization();
            schedule.Apply(epoch, binarization);
            return binarization.Order;
        }
    }

    [Fact]
    public void Bop_knows_nothing_but_signs()
    {
        using TrainingRun run = Train(s_methods["bop"]);
        Assert.All(run.Network.Layers, layer => Assert.All(layer.Weights.Values.Span.ToArray(), weight => Assert.Equal(1, Math.Abs(weight))));
        Assert.True(run.History.Sum(epoch => epoch.FlipShares[0]) > 0.01);
    }

    [Fact]
    public unsafe void Bop_flips_where_the_average_agrees_loudly_with_the_weight()
    {
        const float Rate = 0.25f, Threshold = 0.5f;
        var array = new TrainedArray(16);
        var gradients = new FloatBuffer(16);
        var expected = new double[16];
        var moments = new double[16];
        for (int i = 0; i < 16; i++)
            array.Values.Span[i] = (float)(expected[i] = (i % 2 == 0 ? 1 : -1) * (0.1 + i));
        int flips = 0;
        for (int step = 0; step < 50; step++)
        {
            for (int i = 0; i < 16; i++)
            {
                gradients.Span[i] = (float)(1.5 * CounterRandom.Normal(1, 0, (ulong)step, (ulong)i));
                moments[i] += Rate * (gradients.Span[i] - moments[i]);
                if (Math.Abs(moments[i]) > Threshold && Math.Sign(moments[i]) == Math.Sign(expected[i]))
                {
                    expected[i] = -expected[i];
                    flips++;
                }
            }
            new Bop(Rate, Threshold).Update(array, 0, 16, gradients.Pointer);
            Assert.Equal(expected.Select(value => (float)value), array.Values.Span.ToArray());
        }
        Assert.True(flips > 20);
    }

    [Fact]
    public void Teachers_loss_has_the_slopes_that_are_passed_back()
    {
        using var pool = new WorkerPool(1);
        const double Weight = 0.6, Softness = 2.5, H = 1e-6;
        var teacher = new Distillation(s_teacher, Weight, Softness, capacity: 4, pool);
        teacher.Run(new PlainSource(s_images), 0, 4);
        double[] logits = [0.3, -1, 2, 0.1, -0.4];
        double[] gradients = Gradients(logits, out _);
        for (int c = 0; c < logits.Length; c++)
        {
            Gradients([.. logits.Select((x, i) => i == c ? x + H : x)], out double above);
            Gradients([.. logits.Select((x, i) => i == c ? x - H : x)], out double below);
            Assert.Equal((above - below) / (2 * H), gradients[c], 6);
        }

        double[] Gradients(double[] at, out double loss)
        {
            double[] p = [.. at];
            loss = CrossEntropy.Evaluate(p, 2, smoothing: 0);
            p[2] -= 1;
            loss = teacher.Blend(1, loss, p, [.. at, .. at]);
            return p;
        }
    }

    [Fact]
    public void Divergence_from_itself_is_zero_and_from_others_positive()
    {
        Assert.Equal(0, CrossEntropy.Divergence([1, 2, -800], [1, 2, -800]), 12);
        Assert.Equal((0.75 * Math.Log(1.5)) + (0.25 * Math.Log(0.5)), CrossEntropy.Divergence([0, 0], [Math.Log(3), 0]), 12);
    }

    [Fact]
    public void Teacher_must_fit_and_have_a_weight()
    {
        LabeledImages other = SyntheticImages.Create(60, new(1, 6, 8), classes: 5, seed: 1);
        Assert.Throws<ArgumentException>(() => TrainingRun.Start(s_methods["teacher"], s_images));
        Assert.Throws<ArgumentException>(() => TrainingRun.Start(s_options, s_images, 1, s_teacher));
        Assert.Contains("6x8", Assert.Throws<ArgumentException>(() => TrainingRun.Start(s_methods["teacher"], other, 1, s_teacher)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_with_a_teacher_allocates_nothing()
    {
        using TrainingRun run = Start(s_methods["teacher"], threads: 1);
        run.RunEpoch();
        var allocated = new List<long>();
        run.RunEpoch(_ => allocated.Add(GC.GetAllocatedBytesForCurrentThread()));
        // The runtime may allocate when it compiles a loop anew, but not in most steps.
        Assert.Equal(0, allocated.Zip(allocated.Skip(1), (before, after) => after - before).Order().ElementAt(allocated.Count / 2));
    }

    [Fact]
    public void Options_of_earlier_versions_read_as_what_they_were()
    {
        const string Old = """
            {"options": {"name": "m", "architecture": "dense-9 scores", "encoding": "threshold", "epochs": 3, "batchSize": 96, "learningRate": 0.01,
            "warmUpSteps": 200, "seed": 1, "splitSeed": 0, "validationShare": 0.1, "shift": 0, "flip": false, "batchNormScale": false,
            "labelSmoothing": 0, "temperature": 1}, "dataName": "d", "dataHash": "h", "provenance": null, "dataSource": null}
            """;
        var expected = new TrainingOptions { Name = "m", Architecture = "dense-9 scores", Encoding = "threshold", Epochs = 3, Seed = 1 };
        Assert.Equal(expected, RunDescription.FromJson(Old).Options.Require());
    }

    [Fact]
    public void Options_that_exclude_each_other_are_named()
    {
        Check(s_options with { Optimizer = WeightOptimizer.Bop, FullPrecision = true }, "Optimizer");
        Check(s_options with { Surrogate = (Surrogate)7 }, "Surrogate");
        Check(s_options with { DistillationWeight = double.NaN }, "DistillationWeight");

        static void Check(TrainingOptions options, string named) =>
            Assert.Contains(named, Assert.Throws<ArgumentException>(() => options.Require()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Power_is_close_over_the_range_that_is_used()
    {
        for (float x = 0.1f; x <= 1.5f; x += 0.0137f)
        {
            foreach (float exponent in (float[])[1, 0.4f, 1 / 3f, -0.1f, -2 / 3f, 0])
            {
                double expected = Math.Pow(x, exponent), actual = VectorMath.Power(System.Runtime.Intrinsics.Vector256.Create(x), exponent)[3];
                Assert.True(Math.Abs((actual / expected) - 1) < 1e-6, $"{x}^{exponent} = {expected}, got {actual}");
            }
        }
    }

    [Fact]
    public void Fold_can_be_cancelled_and_changes_nothing()
    {
        using TrainingRun run = Train(s_options);
        byte[] before = Bytes(run);
        Assert.Throws<OperationCanceledException>(() => run.Fold(new CancellationToken(canceled: true)));
        Assert.Equal(before, Bytes(run));
        Assert.InRange(run.Fold().ValidationAccuracy, 0, 1);
    }

    private static Checkpoint Taught()
    {
        using TrainingRun run = Train(s_options with { FullPrecision = true, Architecture = "dense-30 scores", LearningRate = 0.02 });
        return run.ToCheckpoint();
    }

    private static TrainingRun Start(TrainingOptions options, int threads = 1) =>
        TrainingRun.Start(options, s_images, threads, options.DistillationWeight > 0 ? s_teacher : null);

    private static TrainingRun Train(TrainingOptions options, int threads = 1)
    {
        TrainingRun run = Start(options, threads);
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
}
