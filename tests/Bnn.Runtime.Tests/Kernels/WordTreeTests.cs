using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Channels that share registers over planes of one word, against plain counts.</summary>
public class WordTreeTests
{
    [Theory, InlineData(64), InlineData(128), InlineData(256)]
    public void Channels_fire_where_a_plain_count_is_at_most_the_limit(int width)
    {
        for (int seed = 0; seed < 120; seed++)
            LaneWidths.Run(width, new RandomTable(seed));
    }

    [Fact]
    public void Registers_wider_than_a_group_and_too_few_planes_are_refused()
    {
        var table = new WordTable(AdderTable.ForLimits(9, [0x1FF], [], [4], isEightBit: false));
        Assert.Throws<ArgumentException>(() => WordTree.Run<Lanes512>(table, new ulong[table.Zeros + 1], new ulong[1], 1));
        Assert.Throws<ArgumentException>(() => WordTree.Run<Lanes256>(table, new ulong[table.Zeros], new ulong[1], 1));
    }

    // Channels with many +1, with many −1, and saturated ones, in turns.
    [Fact]
    public void Rows_that_end_alike_are_neighbours_and_shorter_ones_come_first()
    {
        var random = new Random(3);
        WeightMatrix weights = WeightMatrix.Create(60, 200, (row, _) => random.NextDouble() < (row % 2 == 0 ? 0.4 : 0.6) ? 1 : -1);
        int[] limits = [.. Enumerable.Range(0, 60).Select(c => c % 7 == 0 ? -1 : 100)];
        AdderRow[] rows = AdderTable.ForLimits(200, weights.PackedSigns(), [], limits, isEightBit: false).Rows;
        Assert.Equal([RowEnd.Never, RowEnd.AtMostSum, RowEnd.AtLeastSum], rows.Select(row => row.End).Distinct());
        for (int i = 1; i < rows.Length; i++)
            Assert.True(rows[i - 1].End < rows[i].End || (rows[i - 1].End == rows[i].End && rows[i - 1].SecondCount <= rows[i].SecondCount), $"row {i}");
    }

    private sealed class RandomTable(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var random = new Random(seed);
            // All forms: all live, half, three quarters in which pruned inputs are counted too, few, and a mixture.
            int inputs = seed % 10 == 9 ? random.Next(1000, 3000) : random.Next(1, 300), channels = random.Next(1, 30);
            double[] live = [.. Enumerable.Range(0, channels).Select(_ => (seed % 5) switch { 0 => 1, 1 => 0.5, 2 => 0.8, 3 => 0.1, _ => random.NextDouble() })];
            double positive = random.NextDouble();
            WeightMatrix weights = WeightMatrix.Create(channels, inputs, (row, _) => random.NextDouble() >= live[row] ? 0 : random.NextDouble() < positive ? 1 : -1);
            bool[,] bits = LaneCases.Bits(inputs, 64, random);
            int[] limits = [.. Enumerable.Range(0, channels).Select(c => random.Next(8) switch
            {
                0 => -1,
                1 => weights.LiveCount(c),
                // One that some position just reaches, or just not.
                _ => LaneCases.Count(weights, c, bits, random.Next(64), isEightBit: false) - random.Next(2),
            })];
            AdderTable rows = AdderTable.ForLimits(inputs, weights.PackedSigns(), weights.PackedMasks(), limits, isEightBit: false);
            Assert.True(WordTable.Fits(rows));
            var table = new WordTable(rows);
            int stride = random.Next(1, 4);
            var words = new ulong[table.Zeros + 1];
            LaneCases.Planes(bits).CopyTo(words, 0);
            for (int i = 0; i < inputs && rows.HasLiterals; i++)
                words[inputs + i] = ~words[i];
            var output = new ulong[channels * stride];
            WordTree.Run<TLanes>(table, words, output, stride);
            for (int c = 0; c < channels; c++)
            {
                for (int lane = 0; lane < 64; lane++)
                {
                    bool expected = LaneCases.Count(weights, c, bits, lane, isEightBit: false) <= limits[c];
                    Assert.True(expected == LaneCases.Bit(output.AsSpan(c * stride), lane), $"seed {seed}, channel {c}, lane {lane}: not {expected}");
                }
            }
        }
    }
}
