using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Model;

public class WeightMatrixTests
{
    [Fact]
    public void Selected_columns_stand_in_the_order_asked_for()
    {
        WeightMatrix weights = RandomNetworks.Weights(3, 130, new Random(4), masked: true);
        int[] columns = [129, 0, 64, 63, 0, .. Enumerable.Range(2, 80)];
        WeightMatrix selected = weights.SelectColumns(columns);
        WeightMatrix expected = WeightMatrix.Create(3, columns.Length, (row, i) =>
            !weights.IsLive(row, columns[i]) ? 0 : weights.IsPositive(row, columns[i]) ? 1 : -1);
        Assert.Equal(expected, selected);
    }

    [Fact]
    public void Pixel_major_order_names_the_value_at_each_place() =>
        Assert.Equal([0, 4, 1, 5, 2, 6, 3, 7], new Shape(2, 2, 2).PixelMajor());

    [Fact]
    public void A_convolution_without_groups_counts_the_same()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            WeightMatrix weights = RandomNetworks.Weights(6, 4 * 3 * 2, random, masked: seed % 2 == 0);
            var layer = new ConvolutionLayer("c", weights, SampleModels.Limits(weights), new(3, 2), new(1, 1), new(1, 0, 1, 1), PaddingBit: true, Groups: 3);
            byte[] image = [.. Enumerable.Range(0, 12 * 4 * 4).Select(_ => (byte)random.Next(2))];
            Assert.Equal(Counts(layer), Counts(layer.WithoutGroups()));

            int[] Counts(ConvolutionLayer convolution)
            {
                var scores = new SumScoresLayer("s", WeightMatrix.Create(1, 6, (_, _) => 1), new([0]), 1);
                Network network = NetworkVerifier.Require(new("n", new(12, 4, 4), new RawBitsEncoding(), new([convolution, scores]), default, default));
                return Reference.Run(network, image).Counts[0];
            }
        }
    }
}
