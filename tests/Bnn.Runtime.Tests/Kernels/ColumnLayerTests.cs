using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class ColumnLayerTests
{
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Channels_fire_where_a_plain_count_is_at_most_the_limit(int width)
    {
        foreach (OneSampleCase layer in OneSampleCases.Small().Concat(OneSampleCases.Channels()).Concat(OneSampleCases.Large()))
            LaneWidths.Run(width, new Firing(layer));
    }

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Every_limit_is_exact_for_every_number_of_ones(int width) => LaneWidths.Run(width, new EveryLimit());

    [Fact]
    public void A_mask_that_all_channels_share_costs_nothing()
    {
        Assert.False(Make(new(90, 10, masks: 0, seed: 1)).IsMasked);
        Assert.False(Make(new(90, 10, masks: 1, seed: 1)).IsMasked);
        Assert.True(Make(new(90, 10, masks: 2, seed: 1)).IsMasked);
    }

    [Fact]
    public void Limits_beyond_every_count_act_as_the_nearest_one_that_occurs()
    {
        ColumnLayer layer = ColumnLayer.Create(3, new ulong[2], default, [int.MinValue, int.MaxValue]);
        var output = new ulong[1];
        layer.Run<Lanes128>([7], output);
        Assert.Equal(2UL, output[0]);
    }

    [Fact]
    public void Inputs_together_give_what_each_gives_alone()
    {
        for (int count = 1; count < 8; count++)
        {
            var random = new OneSampleCase(100 + count, 60 * count, masks: count % 3, seed: count);
            ColumnLayer columns = Make(random);
            random.CheckTogether(count, (inputs, count, outputs) => columns.Run(inputs, count, outputs), $"{count}");
        }
        ColumnLayer layer = Make(new(65, 65, masks: 0, seed: 1));
        Assert.Throws<ArgumentException>(() => layer.Run(new ulong[9], 5, new ulong[10]));
        Assert.Throws<ArgumentException>(() => layer.Run(new ulong[10], 5, new ulong[9]));
        Assert.Throws<ArgumentException>(() => layer.Run(new ulong[10], -1, new ulong[10]));
    }

    [Fact]
    public void Running_allocates_nothing()
    {
        var random = new OneSampleCase(500, 200, masks: 2, seed: 3);
        ColumnLayer layer = Make(random);
        ulong[] input = new ulong[8], output = new ulong[4];
        void Run()
        {
            layer.Run<Lanes64>(input, output);
            layer.Run<Lanes256>(input, output);
        }
        Assert.Equal(0, Allocations.Of(Run));
    }

    [Fact]
    public void Threads_that_meet_a_width_for_the_first_time_agree()
    {
        var random = new OneSampleCase(100, 300, masks: 0, seed: 4);
        ColumnLayer layer = Make(random);
        Parallel.For(0, 16, i =>
        {
            if (i % 2 == 0)
                random.Check((input, output) => layer.Run<Lanes64>(input, output), "64");
            else
                random.Check((input, output) => layer.Run<Lanes512>(input, output), "512");
        });
    }

    [Fact]
    public void Spans_that_are_too_short_are_refused()
    {
        ColumnLayer layer = ColumnLayer.Create(65, new ulong[2 * 65], default, new int[65]);
        Assert.Throws<ArgumentException>(() => layer.Run<Lanes128>(new ulong[1], new ulong[2]));
        Assert.Throws<ArgumentException>(() => layer.Run<Lanes128>(new ulong[2], new ulong[1]));
        Assert.Throws<ArgumentException>(() => ColumnLayer.Create(5, new ulong[2], default, [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => ColumnLayer.Create(5, new ulong[3], new ulong[2], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => ColumnLayer.Create(5, default, default, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => ColumnLayer.Create(0, default, default, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ColumnLayer.Create(65537, new ulong[1025], default, [1]));
    }

    private static ColumnLayer Make(OneSampleCase layer) => ColumnLayer.Create(layer.Weights.Columns, layer.Signs, layer.Masks, layer.Limits);

    internal sealed class Firing(OneSampleCase layer) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            ColumnLayer columns = Make(layer);
            layer.Check((input, output) => columns.Run<TLanes>(input, output), $"{64 * TLanes.Words} lanes");
        }
    }

    // One channel for each limit: all ties occur, whether ones or zeros are listed.
    private sealed class EveryLimit : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            const int Inputs = 33;
            int[] limits = [.. Enumerable.Range(-1, Inputs + 2)];
            for (int positive = 0; positive <= Inputs; positive++)
            {
                ulong weights = (1UL << positive) - 1;
                ColumnLayer layer = ColumnLayer.Create(Inputs, [.. limits.Select(_ => weights)], default, limits);
                for (int ones = 0; ones <= Inputs; ones++)
                {
                    var output = new ulong[1];
                    layer.Run<TLanes>([(1UL << ones) - 1], output);
                    Assert.Equal(ulong.MaxValue << (Math.Abs(ones - positive) + 1) & ((1UL << limits.Length) - 1), output[0]);
                }
            }
        }
    }
}
