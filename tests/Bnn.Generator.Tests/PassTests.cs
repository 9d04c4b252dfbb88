using Bnn.Generator.Compiler.Passes;
using Bnn.Generator.Compiler.Planning;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.Generator.Tests;

public class PassTests
{
    private static void AssertSameScores(Network before, Network after)
    {
        // Raw bits: every input, not a sample.
        for (int pattern = 0; pattern < 1 << before.InputLength; pattern++)
        {
            byte[] input = Enumerable.Range(0, before.InputLength).Select(i => (byte)(pattern >> i & 1)).ToArray();
            Assert.Equal(Reference.Run(before, input).Scores, Reference.Run(after, input).Scores);
        }
    }

    private static Network Small(int seed)
    {
        var random = new Random(seed);
        var layers = new List<Layer>();
        int fanIn = random.Next(1, 8);
        int inputs = fanIn;
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            WeightMatrix weights = Models.Weights(random.Next(1, 7), fanIn, random, random.NextDouble());
            layers.Add(new DenseLayer($"dense {i}", weights,
                Enumerable.Range(0, weights.Rows).Select(row => random.Next(-1, weights.LiveCount(row) + 1)).ToEquatableArray()));
            fanIn = weights.Rows;
            if (random.Next(3) == 0)
                layers.Add(new FlattenLayer($"flatten {i}"));
        }
        layers.Add(new ScoresLayer("scores", Models.Weights(3, fanIn, random, random.NextDouble()), Models.Ints(random.Next(9), 0, -random.Next(9)),
            random.Next(1, 4)));
        return Models.Bits(inputs, [.. layers]);
    }

    /// <summary>An image of at most nine bits through convolutions, pooling and flattening; many limits saturate.</summary>
    private static Network SmallImage(int seed)
    {
        var random = new Random(seed);
        Shape shape = new[] { new Shape(1, 3, 3), new(2, 2, 2), new(1, 2, 4), new(4, 1, 2), new(3, 1, 3), new(8, 1, 1) }[random.Next(6)];
        Shape input = shape;
        var layers = new List<Layer>();
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            Extent window = new(random.Next(1, shape.Height + 1), random.Next(1, shape.Width + 1)), stride = new(random.Next(1, 3), random.Next(1, 3));
            int kind = random.Next(6);
            bool isPadded = random.Next(2) == 0;
            if (kind == 0)
                Add(new FlattenLayer($"flatten {i}"));
            else if (kind <= 2)
            {
                Padding padding = isPadded ? new(window.Height - 1, window.Width - 1, 0, random.Next(window.Width)) : default;
                Add(new MaxPoolLayer($"pool {i}", window, stride, padding,
                    random.Next(2) == 0 ? default : Enumerable.Range(0, shape.Channels).Select(_ => random.Next(2) == 0).ToEquatableArray()));
            }
            else
            {
                int groups = shape.Channels % 2 == 0 && random.Next(3) == 0 ? 2 : 1;
                WeightMatrix weights = Models.Weights(2 * random.Next(1, 4), shape.Channels / groups * window.Height * window.Width, random,
                    random.NextDouble());
                EquatableArray<int> limits = Enumerable.Range(0, weights.Rows).Select(row => random.Next(-1, weights.LiveCount(row) + 1)).ToEquatableArray();
                Padding padding = isPadded ? new(random.Next(2), random.Next(2), random.Next(2), random.Next(2)) : default;
                Add(new ConvolutionLayer($"convolution {i}", weights, limits, window, stride, padding, random.Next(2) == 0, groups));
            }
        }
        bool isSum = random.Next(2) == 0;
        WeightMatrix classes = Models.Weights(3, isSum ? shape.Channels : shape.Count, random, random.NextDouble());
        EquatableArray<int> biases = Models.Ints(random.Next(9), 0, -random.Next(9));
        Add(isSum ? new SumScoresLayer("scores", classes, biases, random.Next(1, 4)) : new ScoresLayer("scores", classes, biases, random.Next(1, 4)));
        return Models.Net(input, new RawBitsEncoding(), [.. layers]);

        void Add(Layer layer)
        {
            layers.Add(layer);
            shape = layer.Output(shape);
        }
    }

    /// <summary>The network with some channels replaced by equal or opposite ones of their layer.</summary>
    private static Network WithTwins(Network network, int seed)
    {
        var random = new Random(seed);
        return network with
        {
            Layers = network.Layers.Select((layer, i) => layer is WeightedLayer weighted && weighted.Limits() is { } limits && random.Next(3) > 0
                ? Twins(weighted, limits, network.IsEightBit(i)) : layer).ToEquatableArray(),
        };

        WeightedLayer Twins(WeightedLayer layer, EquatableArray<int> limits, bool isEightBit)
        {
            int[] from = [.. Enumerable.Range(0, layer.Weights.Rows).Select(row => random.Next(2) == 0 ? row : random.Next(layer.Weights.Rows))];
            bool[] isFlipped = [.. from.Select((source, row) => source != row && random.Next(2) == 0)];
            WeightMatrix weights = WeightMatrix.Create(layer.Weights.Rows, layer.Weights.Columns,
                (row, column) => layer.Weights.At(from[row], column) * (isFlipped[row] ? -1 : 1));
            return layer.With(weights, from.Select((source, row) => isFlipped[row]
                ? layer.MaxCount(source, isEightBit) - limits[source] - 1 : limits[source]).ToEquatableArray());
        }
    }

    [Fact]
    public void Each_pass_keeps_every_score_for_every_input()
    {
        var changes = new Dictionary<string, int>();
        for (int seed = 0; seed < 500; seed++)
        {
            Network network = WithTwins(seed < 200 ? Small(seed) : SmallImage(seed), seed);
            foreach (NetworkPass pass in NetworkPasses.InOrder)
            {
                Network after = pass.Rewrite(network, default);
                Assert.Empty(NetworkVerifier.Check(after));
                if (!ReferenceEquals(after, network))
                {
                    AssertSameScores(network, after);
                    changes[pass.Name] = changes.GetValueOrDefault(pass.Name) + 1;
                }
                network = after;
            }
        }
        Assert.True(changes.Count == 5 && changes.Values.All(count => count > 40), string.Join(", ", changes));
    }

    private static Network Large(int seed) => WithTwins(seed % 3 == 0 ? RandomNetworks.Dense(seed) : RandomNetworks.Any(seed), seed);

    [Fact]
    public void Passes_end_where_none_of_them_changes_anything()
    {
        for (int seed = 0; seed < 90; seed++)
        {
            Network compact = Models.Compact(Large(seed));
            Assert.All(NetworkPasses.InOrder, pass => Assert.Same(compact, pass.Rewrite(compact, default)));
        }
    }

    [Fact]
    public void Passes_keep_the_scores_of_larger_networks_in_every_encoding()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            Network network = Large(seed);
            Network compact = Models.Compact(network);
            for (int sample = 0; sample < 3; sample++)
            {
                byte[] input = RandomNetworks.Input(network, sample);
                Assert.Equal(Reference.Run(network, input).Scores, Reference.Run(compact, input).Scores);
            }
        }
    }

    [Theory, InlineData(-1, -1), InlineData(3, 0)]
    public void Saturated_channel_keeps_its_value(int limit, int kept)
    {
        Network before = Models.Bits(3, new DenseLayer("a", Models.Rows("+-+", "++-"), Models.Ints(limit, 1)),
            new ScoresLayer("scores", Models.Rows("++", "-+"), Models.Ints(5, 6), 3));
        Network after = new SaturatedChannelFolding().Rewrite(before, default);
        AssertSameScores(before, after);
        Assert.Equal(new DenseLayer("a", Models.Rows("...", "++-"), Models.Ints(kept, 1)), after.Layers[0]);
        int sign = limit < 0 ? -3 : 3;
        Assert.Equal(new ScoresLayer("scores", Models.Rows(".+", ".+"), Models.Ints(5 + sign, 6 - sign), 3), after.Layers[1]);
    }

    [Fact]
    public void Limit_of_a_folded_constant_stays_in_range()
    {
        // The first channel always fires; the next layer never fires with limit −1 and always with limit 2.
        Network before = Models.Bits(2, new DenseLayer("a", Models.Rows("++", "+-"), Models.Ints(2, 1)),
            new DenseLayer("b", Models.Rows("-+", "++", "+-"), Models.Ints(-1, 2, 1)), new ScoresLayer("scores", Models.Rows("+++"), Models.Ints(0), 1));
        Network after = new SaturatedChannelFolding().Rewrite(before, default);
        AssertSameScores(before, after);
        Assert.Empty(NetworkVerifier.Check(after));
        Assert.Equal(0, after.Layers[1] is DenseLayer b ? b.Weights.LiveCount(0) + b.Weights.LiveCount(1) + b.Weights.LiveCount(2) : -1);
    }

    /// <summary>A 1x2 image; its only channel fires always, is pooled, and goes into a convolution with one column of padding to the left.</summary>
    private static Network Padded(bool paddingBit) => Models.Net(new(1, 1, 3), new RawBitsEncoding(),
        new ConvolutionLayer("a", Models.Rows("++", "+-"), Models.Ints(2, 0), new(1, 2), new(1, 1), default, false, 1),
        new MaxPoolLayer("pool", new(1, 1), new(1, 2), default, new([true, false])),
        new ConvolutionLayer("b", Models.Rows("+--+"), Models.Ints(1), new(1, 2), new(1, 1), new(0, 1, 0, 0), paddingBit, 1),
        new SumScoresLayer("scores", Models.Rows("+"), Models.Ints(0), 1));

    [Fact]
    public void A_constant_folds_into_a_convolution_whose_padding_is_the_same()
    {
        Network before = Padded(paddingBit: true);
        Network after = new SaturatedChannelFolding().Rewrite(before, default);
        AssertSameScores(before, after);
        var b = (ConvolutionLayer)after.Layers[2];
        Assert.Equal((Models.Rows("..-+"), 0), (b.Weights, b.Limits[0]));
        Network compact = Models.Compact(before);
        AssertSameScores(before, compact);
        Assert.Equal(Models.Rows("-+"), ((WeightedLayer)compact.Layers[2]).Weights);
        Assert.Equal(Models.Rows("+-"), ((WeightedLayer)compact.Layers[0]).Weights);
    }

    [Fact]
    public void A_constant_inside_other_padding_stays()
    {
        Network before = Padded(paddingBit: false);
        Network after = Models.Compact(before);
        AssertSameScores(before, after);
        Assert.Equal(before.Layers[2], after.Layers[2]);
        Assert.Equal(Models.Rows("..", "+-"), ((WeightedLayer)after.Layers[0]).Weights);
    }

    [Fact]
    public void A_constant_adds_to_a_sum_of_scores_at_every_position()
    {
        Network before = Models.Net(new(1, 1, 3), new RawBitsEncoding(),
            new ConvolutionLayer("a", Models.Rows("+", "-"), Models.Ints(1, 0), new(1, 1), new(1, 1), default, false, 1),
            new SumScoresLayer("scores", Models.Rows("++", "-+"), Models.Ints(5, 6), 2));
        Network after = new SaturatedChannelFolding().Rewrite(before, default);
        AssertSameScores(before, after);
        Assert.Equal(new SumScoresLayer("scores", Models.Rows(".+", ".+"), Models.Ints(11, 0), 2), after.Layers[1]);
    }

    [Fact]
    public void A_channel_is_dead_if_nobody_reads_it_behind_its_pool()
    {
        Network before = Models.Net(new(1, 1, 2), new RawBitsEncoding(),
            new ConvolutionLayer("a", Models.Rows("+", "-", "+"), Models.Ints(0, 0, 0), new(1, 1), new(1, 1), default, false, 1),
            new MaxPoolLayer("pool", new(1, 1), new(1, 1), default, new([true, false, true])),
            new FlattenLayer("flat"),
            new ScoresLayer("scores", Models.Rows("..+-+.", "....-."), Models.Ints(0, 1), 1));
        Network after = new DeadChannelElimination().Rewrite(before, default);
        AssertSameScores(before, after);
        Assert.Equal(Models.Rows("-", "+"), ((WeightedLayer)after.Layers[0]).Weights);
        Assert.Equal(new([false, true]), ((MaxPoolLayer)after.Layers[1]).AndChannels);
        Assert.Equal(Models.Rows("+-+.", "..-."), ((WeightedLayer)after.Layers[3]).Weights);
    }

    [Fact]
    public void A_dead_channel_of_a_group_stays_without_weights()
    {
        Network before = Models.Net(new(1, 1, 2), new RawBitsEncoding(),
            new ConvolutionLayer("a", Models.Rows("+", "-"), Models.Ints(0, 0), new(1, 1), new(1, 1), default, false, 1),
            new ConvolutionLayer("b", Models.Rows("++", ".."), Models.Ints(1, 0), new(1, 2), new(1, 1), default, false, 2),
            new ScoresLayer("scores", Models.Rows("++"), Models.Ints(0), 1));
        Network after = new DeadChannelElimination().Rewrite(before, default);
        AssertSameScores(before, after);
        Assert.Equal(Models.Rows("+", "."), ((WeightedLayer)after.Layers[0]).Weights);
        Assert.Equal(before.Layers[1], after.Layers[1]);
    }

    [Fact]
    public void Layers_of_one_position_become_dense()
    {
        Network before = Models.Net(new(2, 2, 2), new RawBitsEncoding(),
            new MaxPoolLayer("idle", new(1, 1), new(1, 1), default, new([true, false])),
            new ConvolutionLayer("a", Models.Rows("+-.-+-+-", "++++----"), Models.Ints(3, 4), new(2, 2), new(3, 1), default, true, 1),
            new SumScoresLayer("scores", Models.Rows("+-"), Models.Ints(2), 3));
        Network after = new OnePositionLayers().Rewrite(before, default);
        AssertSameScores(before, after);
        Assert.Equal([new DenseLayer("a", Models.Rows("+-.-+-+-", "++++----"), Models.Ints(3, 4)),
            new ScoresLayer("scores", Models.Rows("+-"), Models.Ints(2), 3)], after.Layers);
    }

    [Fact]
    public void Dead_channel_vanishes_with_its_column()
    {
        Network before = Models.Bits(2, new DenseLayer("a", Models.Rows("++", "+-", "-+"), Models.Ints(1, 0, 1)),
            new ScoresLayer("scores", Models.Rows("+.-", "-.."), Models.Ints(0, 1), 1));
        Network after = new DeadChannelElimination().Rewrite(before, default);
        AssertSameScores(before, after);
        Assert.Equal(new DenseLayer("a", Models.Rows("++", "-+"), Models.Ints(1, 1)), after.Layers[0]);
        Assert.Equal(new ScoresLayer("scores", Models.Rows("+-", "-."), Models.Ints(0, 1), 1), after.Layers[1]);
    }

    [Fact]
    public void A_layer_that_nobody_reads_keeps_one_channel_and_gets_no_code()
    {
        Network network = Models.Bits(3, new DenseLayer("a", Models.Rows("+++", "---"), Models.Ints(1, 1)),
            new ScoresLayer("scores", Models.Rows("..", ".."), Models.Ints(4, 9), 1));
        Network compact = Models.Compact(network);
        AssertSameScores(network, compact);
        Assert.Equal(1, ((DenseLayer)compact.Layers[0]).Weights.Rows);
        Plan plan = Planner.Choose(network, compact, [], Models.Settings(), default);
        Assert.Equal([Lowering.None, Lowering.Unrolled], plan.Layers.Select(layer => layer.Lowering));
        Assert.Empty(plan.Input.Runs);
    }

    [Fact]
    public void Planes_that_nobody_reads_vanish_from_the_encoding()
    {
        Network before = Models.Net(new(2, 1, 2), new ThermometerEncoding(new([Models.Ints(10, 20), Models.Ints(30)])),
            new ScoresLayer("scores", Models.Rows("..+.+-"), Models.Ints(0), 1));
        Network after = new UnreadInputElimination().Rewrite(before, default);
        Assert.Equal(new ThermometerEncoding(new([Models.Ints(20), Models.Ints(30)])), after.Encoding);
        Network one = new UnreadInputElimination()
            .Rewrite(before with { Layers = new([new ScoresLayer("scores", Models.Rows("......"), Models.Ints(0), 1)]) }, default);
        Assert.Equal(new ThermometerEncoding(new([Models.Ints(10), Models.Ints()])), one.Encoding);
    }

    [Fact]
    public void Planes_that_a_convolution_behind_a_pool_does_not_read_vanish()
    {
        Network before = Models.Net(new(1, 1, 2), new ThermometerEncoding(new([Models.Ints(10, 20, 30)])),
            new MaxPoolLayer("pool", new(1, 2), new(1, 2), default, new([true, false, true])),
            new ConvolutionLayer("a", Models.Rows("+.-", "-.+"), Models.Ints(0, 1), new(1, 1), new(1, 1), default, false, 1),
            new ScoresLayer("scores", Models.Rows("+-"), Models.Ints(0), 1));
        Network after = new UnreadInputElimination().Rewrite(before, default);
        Assert.Equal(new ThermometerEncoding(new([Models.Ints(10, 30)])), after.Encoding);
        Assert.Equal(new([true, true]), ((MaxPoolLayer)after.Layers[0]).AndChannels);
        Assert.Equal(Models.Rows("+-", "-+"), ((WeightedLayer)after.Layers[1]).Weights);
    }

    [Fact]
    public void Bit_planes_that_a_dense_layer_does_not_read_vanish()
    {
        Network before = Models.Net(new(2, 1, 2), new BitPlanesEncoding(new([Models.Ints(0, 3, 7), Models.Ints(1, 2)])),
            new DenseLayer("a", Models.Rows("..+.....-.", "...-....+-"), Models.Ints(0, 1)), new ScoresLayer("scores", Models.Rows("+-"), Models.Ints(0), 1));
        Network after = Models.Compact(before);
        Assert.Equal(new BitPlanesEncoding(new([Models.Ints(3), Models.Ints(2)])), after.Encoding);
        Assert.Equal(Models.Rows("+.-.", ".-+-"), ((WeightedLayer)after.Layers[0]).Weights);
        for (int seed = 0; seed < 100; seed++)
        {
            byte[] input = RandomNetworks.Input(before, seed);
            Assert.Equal(Reference.Run(before, input).Scores, Reference.Run(after, input).Scores);
        }
    }

    [Fact]
    public void Passes_report_what_they_took_away()
    {
        var records = new List<PassRecord>();
        NetworkPasses.Run(Models.Bits(3, new DenseLayer("a", Models.Rows("+-+", "++-"), Models.Ints(-1, 1)),
            new ScoresLayer("scores", Models.Rows("++"), Models.Ints(5), 1)), records.Add, default);
        Assert.Equal([new("saturated-channel-folding", 8, 4, 3, 3), new("dead-channel-elimination", 4, 4, 3, 2)], records);
    }

    [Fact]
    public void Cancellation_stops_the_passes() =>
        Assert.Throws<OperationCanceledException>(() => NetworkPasses.Run(Models.Digits(), _ => { }, new CancellationToken(canceled: true)));
}
