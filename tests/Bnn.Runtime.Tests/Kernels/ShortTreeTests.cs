using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Rows of few planes, at the edges of what is short, against plain counts.</summary>
public class ShortTreeTests
{
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Literals_are_exact_up_to_the_longest_short_row_and_beyond(int width) => LaneWidths.Run(width, new Literals());

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Comparisons_are_exact_up_to_the_greatest_short_number_and_beyond(int width) => LaneWidths.Run(width, new Comparisons());

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Short_and_long_rows_and_constants_stand_side_by_side(int width)
    {
        for (int seed = 0; seed < 40; seed++)
            LaneWidths.Run(width, new Mixture(seed));
    }

    [Fact]
    public void Rows_with_two_lists_of_eight_planes_each_and_in_blocks_are_long()
    {
        var random = new Random(1);
        // Nine of ten live: pruned inputs are added, and those of the rarer sign twice.
        WeightMatrix twoLists = WeightMatrix.Create(64, 100, (_, column) => column % 10 == 0 ? 0 : (random.Next(2) * 2) - 1);
        AdderTable table = Table(twoLists, Half(twoLists), isEightBit: false);
        Assert.Equal((0, 64), (table.ShortRows.Length, table.LongRows.Length));
        WeightMatrix few = RandomNetworks.Weights(8, 30, random, masked: false);
        Assert.Equal(8, Table(few, Half(few), isEightBit: false).ShortRows.Length);
        Assert.Empty(Table(few, [.. Half(few).Select(limit => 255 * limit)], isEightBit: true).ShortRows);
        WeightMatrix blocks = RandomNetworks.Weights(8, 2000, random, masked: false);
        Assert.Empty(Table(blocks, Half(blocks), isEightBit: false).ShortRows);
        Assert.Empty(AdderTable.ForCounts(30, few.PackedSigns(), [], 8, isEightBit: false).ShortRows);
    }

    private static int[] Half(WeightMatrix weights) => [.. Enumerable.Range(0, weights.Rows).Select(c => weights.LiveCount(c) / 2)];

    private static AdderTable Table(WeightMatrix weights, int[] limits, bool isEightBit) =>
        AdderTable.ForLimits(weights.Columns, weights.PackedSigns(), weights.PackedMasks(), limits, isEightBit);

    // Inputs of which as many as wanted are 1 differ from the weights: every count near a limit occurs.
    private static bool[,] Differing(WeightMatrix weights, int channel, int lanes, int around, Random random)
    {
        var bits = new bool[weights.Columns, lanes];
        for (int lane = 0; lane < lanes; lane++)
        {
            int differ = Math.Clamp(around - (lanes / 2) + lane, 0, weights.LiveCount(channel));
            for (int i = 0; i < weights.Columns; i++)
                bits[i, lane] = weights.IsLive(channel, i) ? weights.IsPositive(channel, i) ^ (differ-- > 0) : random.Next(2) == 1;
        }
        return bits;
    }

    // One row has few weights, so that the sum does not pay.
    private sealed class Literals : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var random = new Random(7);
            foreach (int live in new[] { 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 62, 63, 64, 65, 127, 128, 129, 254, 255, 256 })
            {
                WeightMatrix weights = WeightMatrix.Create(1, 700, (_, column) => column < live ? (random.Next(2) * 2) - 1 : 0);
                foreach (int limit in new[] { 0, 1, live / 2, live - 32, live - 33, 31, 32, live - 128, live - 129, 127, 128, live - 2, live - 1 }.Where(limit => limit >= 0 && limit < live).Distinct())
                {
                    AdderTable table = Table(weights, [limit], isEightBit: false);
                    AdderRow row = Assert.Single(table.Rows);
                    Assert.True(row.IsLiteral);
                    Assert.Equal((limit <= 127 && live - limit <= 128, limit <= 31 && live - limit <= 32), (row.IsShort, row.IsTiny));
                    LaneCases.AssertExact<TLanes>(weights, [limit], isEightBit: false, Differing(weights, 0, 64 * TLanes.Words, limit, random), TLanes.Words + 1, $"{live} live, limit {limit}");
                }
            }
        }
    }

    // Rows without pruned inputs, whose number and sum reach up to 511 and above.
    private sealed class Comparisons : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int shortTables = 0, longTables = 0;
            foreach (int inputs in new[] { 1, 12, 40, 63, 64, 65, 120, 127, 128, 200, 254, 255, 256, 300, 340, 370, 400, 511, 512 })
            {
                var random = new Random(inputs);
                WeightMatrix weights = RandomNetworks.Weights(9, inputs, random, masked: false);
                int[] limits = [.. Enumerable.Range(0, 9).Select(c => Math.Clamp((inputs / 2) + ((c - 4) * inputs / 20), 0, inputs - 1))];
                AdderTable table = Table(weights, limits, isEightBit: false);
                foreach (AdderRow row in table.Rows.Where(row => row.IsCompared))
                    Assert.Equal(Math.Max(row.Start + (2 * row.SecondCount), table.Bias + inputs) <= 511, row.IsShort);
                (shortTables, longTables) = (shortTables + Math.Min(1, table.ShortRows.Length), longTables + Math.Min(1, table.LongRows.Length));
                for (int c = 0; c < 9; c += 2)
                    LaneCases.AssertExact<TLanes>(weights, limits, isEightBit: false, Differing(weights, c, 64 * TLanes.Words, limits[c], random), TLanes.Words + 1, $"{inputs} inputs");
            }
            Assert.True(shortTables > 10 && longTables > 2, $"{shortTables} with short rows, {longTables} with long ones");
        }
    }

    private sealed class Mixture(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var random = new Random(seed);
            int inputs = random.Next(100, 500);
            double[] live = [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1, 1, 1, 1, 1, 1, 0.05, 0.2];
            WeightMatrix weights = WeightMatrix.Create(live.Length, inputs, (row, _) => random.NextDouble() >= live[row] ? 0 : (random.Next(2) * 2) - 1);
            bool[,] bits = LaneCases.Bits(inputs, 64 * TLanes.Words, random);
            int[] limits = [.. Enumerable.Range(0, live.Length).Select(c => c switch
            {
                3 => -1,
                7 => weights.LiveCount(c),
                _ => LaneCases.Count(weights, c, bits, random.Next(64 * TLanes.Words), isEightBit: false) - random.Next(2),
            })];
            AdderTable table = Table(weights, limits, isEightBit: false);
            Assert.InRange(table.ShortRows.Length, 1, live.Length - 2);
            Assert.InRange(table.Constants.Length, 2, live.Length);
            LaneCases.AssertExact<TLanes>(weights, limits, isEightBit: false, bits, TLanes.Words + 1, $"seed {seed}");
        }
    }
}
