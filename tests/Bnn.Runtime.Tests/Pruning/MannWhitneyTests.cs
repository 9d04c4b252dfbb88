using Bnn.Pruning;

namespace Bnn.Runtime.Tests.Pruning;

public class MannWhitneyTests
{
    [Fact]
    public void Pairs_are_counted_and_equal_ones_by_half()
    {
        Assert.Equal(1, MannWhitney.ShareSmaller([2, 1], [4, 3, 3]));
        Assert.Equal(0, MannWhitney.ShareSmaller([5], [4, 3]));
        Assert.Equal(0.5, MannWhitney.ShareSmaller([7, 7], [7]));
        // 1 < 2, 3; 2 = 2, 2 < 3; 3 = 3.
        Assert.Equal((2 + 1.5 + 0.5) / 6, MannWhitney.ShareSmaller([3, 1, 2], [3, 2]), 12);
    }

    [Fact]
    public void Every_pair_of_random_groups_counts()
    {
        var random = new Random(1);
        for (int round = 0; round < 50; round++)
        {
            double[] first = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(9) / 4.0)], second = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(9) / 4.0)];
            double expected = first.Average(a => second.Average(b => a < b ? 1 : a == b ? 0.5 : 0));
            Assert.Equal(expected, MannWhitney.ShareSmaller(first, second), 12);
        }
    }

    [Fact]
    public void An_empty_group_has_no_pairs() => Assert.True(double.IsNaN(MannWhitney.ShareSmaller([], [1])));
}
