using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Inference;

public class InterpreterTests
{
    [Theory]
    [InlineData(false, 0, 200)]
    [InlineData(true, 0, 300)]
    [InlineData(true, 300, 300)]
    public void Interpreter_gives_the_scores_of_the_reference(bool anyKind, int firstSeed, int networks)
    {
        for (int seed = firstSeed; seed < firstSeed + networks; seed++)
        {
            Network network = anyKind ? RandomNetworks.Any(seed) : RandomNetworks.Dense(seed);
            var interpreter = new Interpreter(network);
            var scores = new int[network.ClassCount];
            for (int sample = 0; sample < 4; sample++)
            {
                byte[] input = RandomNetworks.Input(network, sample);
                int[] expected = Reference.Run(network, input).Scores;
                interpreter.Scores(input, scores);
                Assert.True(expected.SequenceEqual(scores), $"{network.Name}, sample {sample}: {string.Join(" ", scores)}, not {string.Join(" ", expected)}");
                Assert.Equal(Reference.ArgMax(expected), interpreter.Predict(input));
            }
        }
    }

    [Fact]
    public void Batches_give_what_single_samples_give()
    {
        foreach (Network network in (Network[])[RandomNetworks.Dense(7), .. SampleNetworks.All])
        {
            var interpreter = new Interpreter(network);
            byte[] images = [.. Enumerable.Range(0, 9).SelectMany(i => RandomNetworks.Input(network, i))];
            var classes = new int[9];
            var scores = new int[9 * network.ClassCount];
            interpreter.PredictBatch(images, classes);
            interpreter.ScoresBatch(images, scores);
            for (int i = 0; i < 9; i++)
            {
                byte[] input = RandomNetworks.Input(network, i);
                Assert.Equal(interpreter.Predict(input), classes[i]);
                Assert.Equal(Reference.Run(network, input).Scores, scores[(i * network.ClassCount)..((i + 1) * network.ClassCount)]);
            }
        }
    }

    [Fact]
    public void One_interpreter_serves_many_threads()
    {
        Network network = Image(side: 12, channels: 70, new EightBitEncoding());
        var interpreter = new Interpreter(network);
        byte[][] inputs = [.. Enumerable.Range(0, 8).Select(i => RandomNetworks.Input(network, i))];
        int[][] expected = [.. inputs.Select(input => Reference.Run(network, input).Scores)];
        Parallel.For(0, 400, i =>
        {
            var scores = new int[network.ClassCount];
            interpreter.Scores(inputs[i % 8], scores);
            Assert.Equal(expected[i % 8], scores);
        });
    }

    [Fact]
    public void Padding_and_strides_of_any_size_cost_no_memory()
    {
        WeightMatrix kernel = RandomNetworks.Weights(3, 4, new Random(1), masked: false);
        var layer = new ConvolutionLayer(
            "far", kernel, new([2, 2, 2]), new(2, 2), new(65_536, 65_536), new(65_536, 65_535, 65_536, 65_536), PaddingBit: true, Groups: 1);
        var scores = new SumScoresLayer("scores", RandomNetworks.Weights(2, 3, new Random(2), masked: false), new([0, 0]), 1);
        var network = new Network("far", new(1, 1, 1), new RawBitsEncoding(), new([layer, scores]), default, default);
        var interpreter = new Interpreter(network);
        var actual = new int[2];
        foreach (byte bit in (byte[])[0, 1])
        {
            interpreter.Scores([bit], actual);
            Assert.Equal(Reference.Run(network, [bit]).Scores, actual);
        }
    }

    [Fact]
    public void The_score_of_a_hand_made_network_is_the_one_computed_by_hand()
    {
        // Bits 1 0 1; channel 0 = (+ + masked): differs at bit 1: count 1 of K 2. Channel 1 = (− − −): differs at bits 0 and 2: count 2.
        WeightMatrix dense = WeightMatrix.Create(2, 3, (row, column) => row == 1 ? -1 : column == 2 ? 0 : 1);
        WeightMatrix classes = WeightMatrix.Create(2, 2, (row, _) => row == 0 ? 1 : -1);
        var network = new Network("hand", new(3, 1, 1), new RawBitsEncoding(),
            new([new DenseLayer("a", dense, new([1, 1])), new ScoresLayer("b", classes, new([0, 7]), 3)]), default, default);
        ReferenceRun run = Reference.Run(network, [1, 0, 1]);
        Assert.Equal([1, 2], run.Counts[0]);
        Assert.Equal([true, false], run.Bits[0]);
        Assert.Equal([0, 7], run.Scores);
        Assert.Equal(1, new Interpreter(network).Predict([1, 0, 1]));
    }

    [Fact]
    public void Ties_go_to_the_lowest_class() => Assert.Equal(1, Reference.ArgMax([-3, 4, 4, 2]));

    [Fact]
    public void Wrong_lengths_name_both_lengths()
    {
        Network network = RandomNetworks.Dense(3);
        var interpreter = new Interpreter(network);
        var error = Assert.Throws<ArgumentException>(() => interpreter.Predict(new byte[network.InputLength + 1]));
        Assert.Contains($"{network.InputLength + 1}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{network.InputLength}.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => interpreter.PredictBatch(new byte[network.InputLength], new int[2]));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(120)]
    [InlineData(250)]
    public void Predicting_allocates_nothing_whatever_the_scratch(int side)
    {
        // Scratch on the stack, on much of the stack, and in a buffer of the thread.
        Network network = Image(side, channels: 16, new ThresholdEncoding(new([100, 100])));
        var interpreter = new Interpreter(network);
        byte[] input = RandomNetworks.Input(network, 1);
        Assert.Equal(0, Allocations.Of(() => interpreter.Predict(input)));
    }

    private static Network Image(int side, int channels, InputEncoding encoding)
    {
        var random = new Random(side);
        var input = new Shape(2, side, side);
        WeightMatrix kernel = RandomNetworks.Weights(channels, 2 * 9, random, masked: false);
        EquatableArray<int> limits = RandomNetworks.Limits(kernel, encoding.IsEightBit, random);
        WeightMatrix classes = RandomNetworks.Weights(10, channels, random, masked: false);
        return NetworkVerifier.Require(new("image", input, encoding, new(
        [
            new ConvolutionLayer("c", kernel, limits, new(3, 3), new(1, 1), new(1, 1, 1, 1), PaddingBit: false, Groups: 1),
            new SumScoresLayer("s", classes, new(new int[10]), 1),
        ]), default, default));
    }
}
