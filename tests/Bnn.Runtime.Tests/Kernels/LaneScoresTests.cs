using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

public class LaneScoresTests
{
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Scores_and_classes_are_those_of_a_plain_count(int width)
    {
        for (int seed = 0; seed < 40; seed++)
            LaneWidths.Run(width, new RandomScores(seed));
    }

    [Fact]
    public void Equal_scores_give_the_lowest_class()
    {
        WeightMatrix weights = WeightMatrix.Create(5, 3, (row, _) => row == 0 ? -1 : 1);
        var classes = new int[2];
        // Lane 0: all inputs 1, classes 1 to 4 are equal; lane 1: all 0.
        LaneScores.Create(3, weights.PackedSigns(), default, new int[5], scale: 1).Predict<Lanes64>([1, 1, 1], classes);
        Assert.Equal([1, 0], classes);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        LaneScores scores = LaneScores.Create(2, new ulong[3], default, new int[3], scale: 1);
        Assert.Throws<ArgumentException>(() => scores.Predict<Lanes64>(new ulong[1], new int[1]));
        Assert.Throws<ArgumentException>(() => scores.Predict<Lanes64>(new ulong[2], new int[65]));
        Assert.Throws<ArgumentException>(() => scores.Scores<Lanes64>(new ulong[2], new int[4]));
        Assert.Throws<ArgumentException>(() => scores.Scores<Lanes64>(new ulong[2], new int[3 * 65]));
    }

    internal sealed class RandomScores(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var random = new Random(seed);
            bool isEightBit = seed % 5 == 4;
            int inputs = seed < 4 ? seed + 1 : random.Next(1, 200);
            WeightMatrix weights = RandomNetworks.Weights(random.Next(1, seed % 7 == 0 ? 40 : 12), inputs, random, masked: seed % 3 == 0);
            int scale = (seed % 4) switch { 0 => random.Next(2, 100), 1 => 1 << 11, _ => 1 };
            int[] biases = [.. Enumerable.Range(0, weights.Rows).Select(_ => seed % 2 == 0 ? 0 : random.Next(-500_000, 500_000) / (1 + random.Next(500_000)))];
            LaneScores layer = LaneScores.Create(inputs, weights.PackedSigns(), weights.PackedMasks(), biases, scale, isEightBit);
            bool[,] bits = LaneCases.Bits(layer.Planes, 64 * TLanes.Words, random);
            int samples = random.Next(1, (64 * TLanes.Words) + 1);
            var classes = new int[samples];
            var scores = new int[samples * weights.Rows];
            layer.Predict<TLanes>(LaneCases.Planes(bits), classes);
            layer.Scores<TLanes>(LaneCases.Planes(bits), scores);
            for (int lane = 0; lane < samples; lane++)
            {
                int[] expected = [.. Enumerable.Range(0, weights.Rows).Select(c => biases[c]
                    + (scale * ((weights.LiveCount(c) * (isEightBit ? 255 : 1)) - (2 * LaneCases.Count(weights, c, bits, lane, isEightBit)))))];
                Assert.Equal(expected, scores.AsSpan(lane * weights.Rows, weights.Rows).ToArray());
                Assert.True(Reference.ArgMax(expected) == classes[lane], $"seed {seed}, lane {lane}: class {classes[lane]}, not {Reference.ArgMax(expected)}");
            }
        }
    }
}
