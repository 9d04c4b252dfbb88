using Bnn.Inference;
using Bnn.Inference.Vector;
using Bnn.Kernels;
using Bnn.Model;
using Bnn.Runtime.Tests.Kernels;

namespace Bnn.Runtime.Tests.Inference;

/// <summary>The vector mode of the interpreter against the reference, and large batches against the plain mode, which is tested against it too.</summary>
public class VectorInterpreterTests
{
    private static readonly int[] Batches = [0, 1, 63, 64, 65, 300];

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void One_sample_gets_the_scores_of_the_reference(int width)
    {
        for (int seed = 0; seed < 240; seed++)
        {
            Network network = seed % 4 == 0 ? RandomNetworks.Dense(seed) : seed % 4 == 3 ? Image(seed) : RandomNetworks.Any(seed);
            var interpreter = new Interpreter(network, InterpreterMode.Vector, width);
            var scores = new int[network.ClassCount];
            for (int sample = 0; sample < 3; sample++)
            {
                byte[] input = RandomNetworks.Input(network, sample);
                int[] expected = Reference.Run(network, input).Scores;
                interpreter.Scores(input, scores);
                Assert.True(expected.SequenceEqual(scores), $"{network.Name}, sample {sample}: {string.Join(" ", scores)}, not {string.Join(" ", expected)}");
                Assert.Equal(Reference.ArgMax(expected), interpreter.Predict(input));
            }
        }
    }

    [Theory, InlineData(64), InlineData(128), InlineData(256), InlineData(512), InlineData(null)]
    public void Batches_of_any_size_give_what_single_samples_give(int? width)
    {
        for (int seed = 0; seed < 18; seed++)
        {
            Network network = (seed % 3) switch { 0 => RandomNetworks.Dense(seed), 1 => RandomNetworks.Any(seed), _ => Image(seed) };
            var plain = new Interpreter(network);
            var interpreter = new Interpreter(network, InterpreterMode.Vector, width);
            byte[] images = [.. Enumerable.Range(0, Batches.Max()).SelectMany(i => RandomNetworks.Input(network, seed + i))];
            var classes = new int[Batches.Max()];
            var scores = new int[classes.Length * network.ClassCount];
            plain.PredictBatch(images, classes);
            plain.ScoresBatch(images, scores);
            foreach (int samples in Batches)
            {
                var actual = new int[samples];
                var values = new int[samples * network.ClassCount];
                interpreter.PredictBatch(images.AsSpan(0, samples * network.InputLength), actual);
                interpreter.ScoresBatch(images.AsSpan(0, samples * network.InputLength), values);
                Assert.Equal(classes[..samples], actual);
                Assert.Equal(scores[..values.Length], values);
            }
        }
    }

    [Fact]
    public void Convolutions_of_larger_images_go_into_pixel_lanes_and_dense_layers_do_not()
    {
        int runs = 0, sums = 0, halves = 0;
        for (int seed = 3; seed < 240; seed += 4)
        {
            Network network = Image(seed);
            PixelRun? run = PixelRun.Find(network, 0, network.Encoding.Encoded(network.Input), 256);
            runs += run is not null ? 1 : 0;
            sums += run is { GivesScores: true } ? 1 : 0;
            halves += run is { GivesScores: false } && run.End < network.Layers.Length - 1 ? 1 : 0;
        }
        Assert.True(runs > 30 && sums > 5 && halves > 5, $"{runs} runs, {sums} with scores, {halves} with more layers behind them.");
        Network dense = SampleNetworks.All[^1];
        Assert.Null(PixelRun.Find(dense, 2, dense.Shapes()[2], 256));
    }

    [Theory]
    [InlineData(65, 9)]
    [InlineData(9, 65)]
    public void Images_that_are_too_wide_for_pixel_lanes_run_plain(int height, int width)
    {
        Network network = Convolutions(new Shape(2, height, width), new ThresholdEncoding(new([90, 200])), new Random(1), endsInSum: true);
        Assert.Equal(width <= PixelLayout.MostWidth, PixelRun.Find(network, 0, network.Input, 256) is not null);
        var scores = new int[network.ClassCount];
        new Interpreter(network, InterpreterMode.Vector).Scores(RandomNetworks.Input(network, 1), scores);
        Assert.Equal(Reference.Run(network, RandomNetworks.Input(network, 1)).Scores, scores);
    }

    [Fact]
    public void Networks_that_do_not_fit_into_sample_lanes_run_one_after_another()
    {
        // Scores over 70,000 values.
        WeightMatrix classes = RandomNetworks.Weights(2, 1, new Random(3), masked: false);
        var network = new Network("wide", new(1, 70, 1000), new RawBitsEncoding(), new([new SumScoresLayer("s", classes, new([1, 2]), 1)]), default, default);
        Assert.Null(SampleLanes.Of(network, costOfOne: 0, lanes: null));
        byte[] images = [.. RandomNetworks.Input(network, 1), .. RandomNetworks.Input(network, 2)];
        var actual = new int[4];
        new Interpreter(network, InterpreterMode.Vector).ScoresBatch(images, actual);
        Assert.Equal([.. Reference.Run(network, images.AsSpan(0, 70_000)).Scores, .. Reference.Run(network, images.AsSpan(70_000)).Scores], actual);
    }

    [Fact]
    public void A_register_is_taken_if_its_samples_cost_more_one_after_another()
    {
        Network network = RandomNetworks.Dense(7);
        Assert.Equal(0, SampleLanes.Of(network, costOfOne: 1, lanes: null)!.Worth(1000));
        Assert.Equal(1, SampleLanes.Of(network, costOfOne: int.MaxValue, lanes: null)!.Worth(1));
        SampleLanes fifty = SampleLanes.Of(network, costOfOne: (LaneCost.Samples(network, 128) + 49) / 50, lanes: null)!;
        Assert.Equal(0, fifty.Worth(0));
        Assert.Equal(0, fifty.Worth(40));
        Assert.Equal(50, fifty.Worth(50));
        Assert.Equal(512, fifty.Worth(512));
        Assert.Equal(512, fifty.Worth(520));
    }

    [Fact]
    public void Modes_tell_what_they_are()
    {
        Network network = RandomNetworks.Dense(3);
        Assert.Equal(InterpreterMode.Plain, new Interpreter(network).Mode);
        Assert.Equal(InterpreterMode.Vector, new Interpreter(network, InterpreterMode.Vector).Mode);
        Assert.Throws<ArgumentException>(() => new Interpreter(network, InterpreterMode.Vector).PredictBatch(new byte[network.InputLength], new int[2]));
    }

    [Fact]
    public void One_interpreter_serves_many_threads()
    {
        Network network = Image(7);
        var interpreter = new Interpreter(network, InterpreterMode.Vector);
        byte[] images = [.. Enumerable.Range(0, 140).SelectMany(i => RandomNetworks.Input(network, i))];
        var expected = new int[140];
        new Interpreter(network).PredictBatch(images, expected);
        Parallel.For(0, 60, i =>
        {
            var classes = new int[140];
            interpreter.PredictBatch(images, classes);
            Assert.Equal(expected, classes);
            Assert.Equal(expected[i], interpreter.Predict(images.AsSpan(i * network.InputLength, network.InputLength)));
        });
    }

    [Fact]
    public void Running_allocates_nothing()
    {
        Network network = Image(7);
        var interpreter = new Interpreter(network, InterpreterMode.Vector);
        byte[] images = [.. Enumerable.Range(0, 300).SelectMany(i => RandomNetworks.Input(network, i))];
        var classes = new int[300];
        Assert.Equal(0, Allocations.Of(Run));

        void Run()
        {
            interpreter.PredictBatch(images, classes);
            interpreter.Predict(images.AsSpan(0, network.InputLength));
        }
    }

    /// <summary>Convolutions and pools of an image that fills lanes; every second one ends in a sum of scores, the others in dense scores.</summary>
    private static Network Image(int seed)
    {
        var random = new Random(seed);
        var input = new Shape(random.Next(1, 4), random.Next(10, 25), random.Next(10, 25));
        return Convolutions(input, RandomNetworks.Encoding(RandomNetworks.Encodings[seed % 5], input.Channels, random), random, seed % 8 < 4);
    }

    private static Network Convolutions(Shape input, InputEncoding encoding, Random random, bool endsInSum)
    {
        var layers = new List<Layer>();
        Shape shape = encoding.Encoded(input);
        for (int i = 0; i < 3; i++)
        {
            WeightMatrix weights = RandomNetworks.Weights(random.Next(2, 12), shape.Channels * 9, random, masked: random.Next(3) == 0);
            int around = random.Next(2), step = random.Next(4) == 0 ? 2 : 1;
            Add(new ConvolutionLayer($"c{i}", weights, RandomNetworks.Limits(weights, i == 0 && encoding.IsEightBit, random), new(3, 3), new(step, step),
                new(around, around, around, around), random.Next(2) == 0, 1));
            if (random.Next(3) == 0 && shape.Height > 5 && shape.Width > 5)
            {
                Add(new MaxPoolLayer($"p{i}", new(2, 2), new(2, 2), default,
                    Enumerable.Range(0, shape.Channels).Select(_ => random.Next(3) == 0).ToEquatableArray()));
            }
            if (shape.Height < 3 || shape.Width < 3)
                break;
        }
        WeightMatrix classes = RandomNetworks.Weights(5, endsInSum ? shape.Channels : shape.Count, random, masked: false);
        Add(endsInSum ? new SumScoresLayer("s", classes, new([3, 1, 0, -1, -3]), 2) : new ScoresLayer("s", classes, new([3, 1, 0, -1, -3]), 2));
        return NetworkVerifier.Require(new("image", input, encoding, layers.ToEquatableArray(), default, default));

        void Add(Layer layer)
        {
            layers.Add(layer);
            shape = layer.Output(shape);
        }
    }
}
