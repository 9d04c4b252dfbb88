using Bnn.Pruning;

namespace Bnn.Runtime.Tests.Pruning;

public class RankCorrelationTests
{
    [Fact]
    public void Order_alone_counts()
    {
        Assert.Equal(1, RankCorrelation.Spearman([1, 2, 3, 100], [-5, 0, 0.5, 0.6]), 12);
        Assert.Equal(-1, RankCorrelation.Spearman([3, 1, 2], [1, 8, 3]), 12);
        // 1 - 6 * (1 + 0 + 1 + 0) / (4 * 15).
        Assert.Equal(0.8, RankCorrelation.Spearman([1, 2, 3, 4], [2, 1, 3, 4]), 12);
    }

    // Ranks 0, 1.5, 1.5, 3 beside 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5).
    [Fact]
    public void Equal_values_share_their_mean_rank() => Assert.Equal(4.5 / Math.Sqrt(4.5 * 5), RankCorrelation.Spearman([7, 8, 8, 9], [1, 2, 3, 4]), 12);

    [Fact]
    public void Values_that_are_all_equal_have_no_order() => Assert.True(double.IsNaN(RankCorrelation.Spearman([1, 2], [3, 3])));

    [Fact]
    public void Values_must_be_pairs() => Assert.Throws<ArgumentException>(() => RankCorrelation.Spearman([1, 2], [3]));
}
