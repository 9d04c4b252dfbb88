using Bnn.Generator.Compiler.Passes;
using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Generator.Tests;

public class TwinChannelTests
{
    private static readonly MaxPoolLayer OrAnd = new("pool", new(1, 2), new(1, 1), default, new([false, true]));

    private static Network Dense(string[] rows, int[] limits, params string[] classes) => Models.Bits(rows[0].Length,
        new DenseLayer("a", Models.Rows(rows), Models.Ints(limits)),
        new ScoresLayer("scores", Models.Rows(classes), Models.Ints(new int[classes.Length]), 2));

    private static Network Opposite(MaxPoolLayer pool, Padding padding, params string[] reader) => Image(["+-", "-+"], [0, 1], pool, padding, reader);

    private static Network Image(string[] rows, int[] limits, MaxPoolLayer pool, Padding padding, params string[] reader) => Models.Net(
        new(1, 1, 4), new RawBitsEncoding(),
        new ConvolutionLayer("a", Models.Rows(rows), Models.Ints(limits), new(1, 2), new(1, 1), default, false, 1), pool,
        new ConvolutionLayer("b", Models.Rows(reader), Models.Ints([.. reader.Select(_ => 1)]), new(1, 2), new(1, 1), padding, true, 1),
        new SumScoresLayer("scores", Models.Rows(new string('+', reader.Length)), Models.Ints(0), 1));

    private static Network Merged(Network before)
    {
        Network after = new TwinChannelMerging().Rewrite(before, default);
        Assert.Empty(NetworkVerifier.Check(after));
        Assert.Same(after, new TwinChannelMerging().Rewrite(after, default));
        for (int pattern = 0; pattern < 1 << before.InputLength; pattern++)
        {
            byte[] input = [.. Enumerable.Range(0, before.InputLength).Select(i => (byte)(pattern >> i & 1))];
            Assert.Equal(Reference.Run(before, input).Scores, Reference.Run(after, input).Scores);
        }
        return after;
    }

    private static WeightMatrix Reader(Network network) => network.Layers.OfType<WeightedLayer>().ElementAt(1).Weights;

    [Fact]
    public void Opposite_weights_for_equal_channels_become_a_constant()
    {
        Network before = Models.Bits(3, new DenseLayer("a", Models.Rows("+-.", "+-.", "-++"), Models.Ints(0, 0, 1)),
            new DenseLayer("b", Models.Rows("+-+", "-+-"), Models.Ints(2, 0)), new ScoresLayer("scores", Models.Rows("+-"), Models.Ints(0), 1));
        Network after = Merged(before);
        Assert.Equal(new DenseLayer("b", Models.Rows("..+", "..-"), Models.Ints(1, -1)), after.Layers[1]);
        Assert.Equal(Models.Rows("-++"), ((WeightedLayer)new DeadChannelElimination().Rewrite(after, default).Layers[0]).Weights);
    }

    [Fact]
    public void Equal_weights_for_opposite_channels_become_a_constant() =>
        Assert.Equal(Models.Rows("..+", "..-"), Reader(Merged(Dense(["+-.", "-+.", "-++"], [0, 1, 1], "+++", "---"))));

    [Fact]
    public void Channels_with_another_limit_or_mask_are_no_twins()
    {
        Network limit = Dense(["+-", "+-"], [0, 1], "+-", "-+");
        Assert.Same(limit, Merged(limit));
        Network mask = Dense(["+-.", "+-+"], [0, 0], "+-", "-+");
        Assert.Same(mask, Merged(mask));
    }

    [Fact]
    public void Three_twins_become_one_where_no_row_needs_more() =>
        Assert.Equal(Models.Rows("+..", "+..", "-.."), Reader(Merged(Dense(["+-", "-+", "+-"], [0, 1, 0], "+++", "--+", "-++"))));

    [Fact]
    public void Weights_move_to_the_first_twin_if_the_other_is_then_read_no_more()
    {
        WeightMatrix reader = Reader(Merged(Dense(["+-", "-+", "++"], [0, 1, 1], "+.-", ".++", "..+")));
        Assert.Equal(Models.Rows("+.-", "-.+", "..+"), reader);
    }

    [Fact]
    public void Rows_do_not_get_masks_that_differ_if_they_have_none()
    {
        Network network = Dense(["+-", "+-", "++"], [0, 0, 1], "+-+", "++-");
        Assert.Same(network, Merged(network));
    }

    [Fact]
    public void Rows_that_differ_in_their_masks_lose_pairs() =>
        Assert.Equal(Models.Rows("..+", "++."), Reader(Merged(Dense(["+-", "+-", "++"], [0, 0, 1], "+-+", "++."))));

    [Fact]
    public void Opposite_channels_stay_so_behind_pools_of_opposite_kinds()
    {
        Assert.Equal(Models.Rows("....", "...."), Reader(Merged(Opposite(OrAnd, default, "+-+-", "-+-+"))));
        Network same = Opposite(OrAnd with { AndChannels = default }, default, "+-+-", "-+-+");
        Assert.Same(same, Merged(same));
    }

    [Fact]
    public void Opposite_channels_are_none_to_a_convolution_that_sees_padding()
    {
        Network padded = Opposite(OrAnd, new(0, 1, 0, 0), "+-+-", "-+-+");
        Assert.Same(padded, Merged(padded));
    }

    [Fact]
    public void Equal_channels_are_so_in_padding_too() => Assert.Equal(Models.Rows("....", "...."), Reader(Merged(
        Image(["+-", "+-"], [0, 0], OrAnd with { AndChannels = default }, new(0, 1, 0, 1), "+--+", "-++-"))));

    [Fact]
    public void Twins_that_different_groups_read_stay()
    {
        Network grouped = Models.Net(new(1, 1, 2), new RawBitsEncoding(),
            new ConvolutionLayer("a", Models.Rows("+-", "+-"), Models.Ints(0, 0), new(1, 2), new(1, 1), default, false, 1),
            new ConvolutionLayer("b", Models.Rows("+", "-"), Models.Ints(0, 0), new(1, 1), new(1, 1), default, false, 2),
            new ScoresLayer("scores", Models.Rows("++"), Models.Ints(0), 1));
        Assert.Same(grouped, Merged(grouped));
    }
}
