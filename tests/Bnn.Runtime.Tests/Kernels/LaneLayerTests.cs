using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

public class LaneLayerTests
{
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Channels_fire_where_a_plain_count_is_at_most_the_limit(int width)
    {
        for (int seed = 0; seed < 60; seed++)
            LaneWidths.Run(width, new RandomLayer(seed));
    }

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Every_limit_is_exact_for_every_number_of_ones(int width) => LaneWidths.Run(width, new EveryLimit());

    // So many inputs are counted block by block.
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Channels_of_many_inputs_are_exact(int width)
    {
        for (int seed = 0; seed < 8; seed++)
            LaneWidths.Run(width, new ManyInputs(seed));
    }

    // Literals have no numbers of 16 bits there, so pruned inputs are counted and taken off the shared sum.
    [Theory, InlineData(33_000, false), InlineData(7_300, true)]
    public void Masked_rows_with_more_inputs_than_literals_have_numbers_are_exact(int inputs, bool isEightBit)
    {
        var random = new Random(5);
        WeightMatrix weights = WeightMatrix.Create(4, inputs, (row, _) => random.Next(5) < row ? 0 : (random.Next(2) * 2) - 1);
        bool[,] bits = LaneCases.Bits(isEightBit ? 8 * inputs : inputs, 64, random);
        int[] counts = [.. Enumerable.Range(0, 4).Select(c => LaneCases.Count(weights, c, bits, 9, isEightBit))];
        var fired = new ulong[8];
        for (int low = 0; low < 2; low++)
        {
            LaneCases.Layer(weights, [.. counts.Select(count => count - low)], isEightBit).Run<Lanes64>(LaneCases.Planes(bits), fired, 1);
            Assert.All(fired[..4], word => Assert.Equal(low == 0, LaneCases.Bit([word], 9)));
        }
        LaneScores scores = LaneScores.Create(inputs, weights.PackedSigns(), weights.PackedMasks(), new int[4], 1, isEightBit);
        var values = new int[64 * 4];
        scores.Scores<Lanes64>(LaneCases.Planes(bits), values);
        Assert.Equal(counts.Select((count, c) => (weights.LiveCount(c) * (isEightBit ? 255 : 1)) - (2 * count)), values[(9 * 4)..(10 * 4)]);
    }

    [Fact]
    public void Unmasked_rows_add_at_most_half_of_their_inputs_and_the_shared_sum()
    {
        WeightMatrix weights = RandomNetworks.Weights(40, 201, new Random(1), masked: false);
        LaneLayer layer = LaneCases.Layer(weights, Enumerable.Repeat(100, 40).ToArray(), isEightBit: false);
        Assert.InRange(layer.Additions, 40 * 80, 201 + (40 * 100));
    }

    [Theory, InlineData(0.7, 70), InlineData(0.97, 51)]
    public void Masked_rows_add_the_live_inputs_or_the_pruned_and_half_of_the_rest(double live, int most)
    {
        var random = new Random(2);
        WeightMatrix weights = WeightMatrix.Create(50, 100, (_, column) => random.NextDouble() < live ? (random.Next(2) * 2) - 1 : 0);
        LaneLayer layer = LaneCases.Layer(weights, Enumerable.Range(0, 50).Select(c => weights.LiveCount(c) / 2).ToArray(), isEightBit: false);
        Assert.InRange(layer.Additions, 50 * 30, (50 * most) + 100);
    }

    [Fact]
    public void Saturated_channels_add_nothing()
    {
        WeightMatrix weights = RandomNetworks.Weights(2, 77, new Random(3), masked: false);
        Assert.Equal(0, LaneCases.Layer(weights, [-1, 77], isEightBit: false).Additions);
    }

    [Fact]
    public void Spans_that_are_too_short_are_refused()
    {
        LaneLayer layer = LaneCases.Layer(RandomNetworks.Weights(3, 5, new Random(4), masked: false), [2, 2, 2], isEightBit: false);
        Assert.Throws<ArgumentException>(() => layer.Run<Lanes128>(new ulong[9], new ulong[6], 2));
        Assert.Throws<ArgumentException>(() => layer.Run<Lanes128>(new ulong[10], new ulong[5], 2));
        Assert.Throws<ArgumentException>(() => layer.Run<Lanes128>(new ulong[10], new ulong[6], 1));
        Assert.Throws<ArgumentException>(() => LaneLayer.Create(5, new ulong[2], default, [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => LaneLayer.Create(5, new ulong[3], new ulong[2], [1, 1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => LaneLayer.Create(0, default, default, [1]));
    }

    internal sealed class RandomLayer(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var random = new Random(seed);
            bool isEightBit = seed % 5 == 4;
            int inputs = seed < 6 ? seed + 1 : random.Next(1, 301);
            double live = (seed % 4) switch { 0 => 1, 1 => 0.9, 2 => 0.5, _ => random.NextDouble() };
            double positive = (seed % 3) switch { 0 => 0.5, 1 => 0.05, _ => 0.9 };
            WeightMatrix weights = WeightMatrix.Create(random.Next(1, 12), inputs,
                (_, _) => random.NextDouble() >= live ? 0 : random.NextDouble() < positive ? 1 : -1);
            int[] limits = [.. Enumerable.Range(0, weights.Rows).Select(c =>
            {
                int most = weights.LiveCount(c) * (isEightBit ? 255 : 1);
                return random.Next(8) switch { 0 => -1, 1 => most, 2 => 0, 3 => most - 1, _ => Math.Clamp((most / 2) + random.Next(-9, 10), -1, most) };
            })];
            bool[,] bits = LaneCases.Bits(isEightBit ? 8 * inputs : inputs, 64 * TLanes.Words, random);
            LaneCases.AssertExact<TLanes>(weights, limits, isEightBit, bits, TLanes.Words + random.Next(3), $"seed {seed}");
        }
    }

    internal sealed class ManyInputs(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var random = new Random(seed);
            int inputs = random.Next(1153, 2600), channels = random.Next(1, 6);
            double live = seed % 2 == 0 ? 1 : 0.5, positive = seed % 4 < 2 ? 0.5 : 0.8;
            WeightMatrix weights = WeightMatrix.Create(channels, inputs, (_, _) => random.NextDouble() >= live ? 0 : random.NextDouble() < positive ? 1 : -1);
            bool[,] bits = LaneCases.Bits(inputs, 64 * TLanes.Words, random);
            // Limits that some lane just reaches, or just not, and saturated ones.
            int[] limits = [.. Enumerable.Range(0, channels).Select(c =>
                c == 4 ? -1 : LaneCases.Count(weights, c, bits, random.Next(64 * TLanes.Words), isEightBit: false) - (c % 2))];
            Assert.True(live < 1 || AdderTable.ForLimits(inputs, weights.PackedSigns(), weights.PackedMasks(), limits, isEightBit: false).Blocks > 1);
            LaneCases.AssertExact<TLanes>(weights, limits, isEightBit: false, bits, TLanes.Words, $"seed {seed}");
        }
    }

    // One channel for each limit, one lane for each number of ones: all ties with the shared sum occur.
    internal sealed class EveryLimit : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            const int Inputs = 40;
            for (int positive = 0; positive <= Inputs; positive += 8)
            {
                WeightMatrix weights = WeightMatrix.Create(Inputs + 2, Inputs, (_, column) => column < positive ? 1 : -1);
                int[] limits = [.. Enumerable.Range(-1, Inputs + 2)];
                var bits = new bool[Inputs, 64 * TLanes.Words];
                for (int lane = 0; lane < bits.GetLength(1); lane++)
                {
                    for (int i = 0; i < Inputs; i++)
                        bits[i, lane] = i < lane % (Inputs + 1);
                }
                LaneCases.AssertExact<TLanes>(weights, limits, isEightBit: false, bits, TLanes.Words, $"{positive} positive");
            }
        }
    }
}
