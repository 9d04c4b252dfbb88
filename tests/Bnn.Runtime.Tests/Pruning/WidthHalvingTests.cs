using Bnn.Pruning;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Pruning;

public sealed class WidthHalvingTests
{
    private static readonly Architecture s_start = Architecture.Parse("conv3x3-8 pool conv3x3-16 dense-5 scores");

    [Fact]
    public void Layers_are_halved_from_the_first_on_each_once()
    {
        Assert.Equal("4 16 5", Next(HalvingOrder.First));
        Assert.Equal("4 8 5", Next(HalvingOrder.First, true));
        Assert.Equal("4 8 3", Next(HalvingOrder.First, true, true)); // rounded up
        Assert.Null(Next(HalvingOrder.First, true, true, true));
    }

    [Fact]
    public void In_this_order_the_first_failure_is_the_end()
    {
        Assert.Null(Next(HalvingOrder.First, false));
        Assert.Null(Next(HalvingOrder.First, true, false));
    }

    [Fact]
    public void What_saves_most_weights_is_halved_until_nothing_can_be()
    {
        // 8·27 + 16·72 + 5·(16·16) + 3·5 weights: the second convolution has most, and the dense layer reads it.
        Assert.Equal("8 8 5", Next(HalvingOrder.Weights));
        Assert.Equal("8 4 5", Next(HalvingOrder.Weights, true));
        Assert.Equal("4 16 5", Next(HalvingOrder.Weights, false));
        Assert.Equal("4 16 3", Next(HalvingOrder.Weights, false, true));
        var widths = new HashSet<string>();
        bool[] outcomes = [];
        while (Next(HalvingOrder.Weights, outcomes) is { } proposal)
        {
            Assert.True(widths.Add(proposal));
            outcomes = [.. outcomes, true];
        }
        Assert.Contains("1 1 1", widths);
        Assert.Throws<ArgumentException>(() => Next(HalvingOrder.Weights, [.. outcomes, true]));
    }

    private static string? Next(HalvingOrder order, params bool[] outcomes)
    {
        Architecture? next = WidthHalving.Next(s_start, new(3, 8, 8), classes: 3, order, outcomes);
        return next is null ? null : string.Join(' ', next.Hidden);
    }
}
