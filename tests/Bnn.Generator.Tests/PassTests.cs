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
            layers.Add(new DenseLayer($"dense {i}", weights, Enumerable.Range(0, weights.Rows).Select(row => random.Next(-1, weights.LiveCount(row) + 1)).ToEquatableArray()));
            fanIn = weights.Rows;
            if (random.Next(3) == 0)
                layers.Add(new FlattenLayer($"flatten {i}"));
        }
        layers.Add(new ScoresLayer("scores", Models.Weights(3, fanIn, random, random.NextDouble()), Models.Ints(random.Next(9), 0, -random.Next(9)), random.Next(1, 4)));
        return Models.Bits(inputs, [.. layers]);
    }

    [Fact]
    public void Each_pass_keeps_every_score_for_every_input()
    {
        var changes = new Dictionary<string, int>();
        for (int seed = 0; seed < 300; seed++)
        {
            Network network = Small(seed);
            foreach (NetworkPass pass in NetworkPasses.InOrder)
            {
                Network after = pass.Rewrite(network, default);
                Assert.Empty(NetworkVerifier.Check(after));
                AssertSameScores(network, after);
                if (!ReferenceEquals(after, network))
                    changes[pass.Name] = changes.GetValueOrDefault(pass.Name) + 1;
                network = after;
            }
        }
        Assert.True(changes.Count == 3 && changes.Values.All(count => count > 20), string.Join(", ", changes));
    }

    [Fact]
    public void Passes_end_where_none_of_them_changes_anything()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Network compact = Models.Compact(RandomNetworks.Dense(seed));
            Assert.All(NetworkPasses.InOrder, pass => Assert.Same(compact, pass.Rewrite(compact, default)));
        }
    }

    [Fact]
    public void Passes_keep_the_scores_of_larger_networks_in_every_encoding()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Network network = RandomNetworks.Dense(seed);
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
        Network before = Models.Bits(3, new DenseLayer("a", Models.Rows("+-+", "++-"), Models.Ints(limit, 1)), new ScoresLayer("scores", Models.Rows("++", "-+"), Models.Ints(5, 6), 3));
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

    [Fact]
    public void Dead_channel_vanishes_with_its_column()
    {
        Network before = Models.Bits(2, new DenseLayer("a", Models.Rows("++", "+-", "-+"), Models.Ints(1, 0, 1)), new ScoresLayer("scores", Models.Rows("+.-", "-.."), Models.Ints(0, 1), 1));
        Network after = new DeadChannelElimination().Rewrite(before, default);
        AssertSameScores(before, after);
        Assert.Equal(new DenseLayer("a", Models.Rows("++", "-+"), Models.Ints(1, 1)), after.Layers[0]);
        Assert.Equal(new ScoresLayer("scores", Models.Rows("+-", "-."), Models.Ints(0, 1), 1), after.Layers[1]);
    }

    [Fact]
    public void A_layer_that_nobody_reads_keeps_one_channel_and_gets_no_code()
    {
        Network network = Models.Bits(3, new DenseLayer("a", Models.Rows("+++", "---"), Models.Ints(1, 1)), new ScoresLayer("scores", Models.Rows("..", ".."), Models.Ints(4, 9), 1));
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
        Network one = new UnreadInputElimination().Rewrite(before with { Layers = new([new ScoresLayer("scores", Models.Rows("......"), Models.Ints(0), 1)]) }, default);
        Assert.Equal(new ThermometerEncoding(new([Models.Ints(10), Models.Ints()])), one.Encoding);
    }

    [Fact]
    public void Passes_report_what_they_took_away()
    {
        var records = new List<PassRecord>();
        NetworkPasses.Run(Models.Bits(3, new DenseLayer("a", Models.Rows("+-+", "++-"), Models.Ints(-1, 1)), new ScoresLayer("scores", Models.Rows("++"), Models.Ints(5), 1)), records.Add, default);
        Assert.Equal([new("saturated-channel-folding", 8, 4, 3, 3), new("dead-channel-elimination", 4, 4, 3, 2)], records);
    }

    [Fact]
    public void Cancellation_stops_the_passes() =>
        Assert.Throws<OperationCanceledException>(() => NetworkPasses.Run(Models.Digits(), _ => { }, new CancellationToken(canceled: true)));
}
