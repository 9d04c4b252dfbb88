using Bnn.Generator.Compiler.Planning;
using Bnn.Kernels;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.Generator.Tests;

public class LaneCostsTests
{
    [Fact]
    public void Planes_are_counted_as_the_kernels_add_them()
    {
        int checkedLayers = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            Network network = seed % 2 == 0 ? RandomNetworks.Any(seed) : RandomNetworks.Dense(seed);
            for (int i = 0; i < network.Layers.Length; i++)
            {
                if (network.Layers[i] is not WeightedLayer layer || layer is SumScoresLayer)
                    continue;
                bool isEightBit = network.IsEightBit(i);
                WeightMatrix weights = layer.Weights;
                ulong[] signs = [.. Enumerable.Range(0, weights.Rows).SelectMany(row => weights.Signs(row).ToArray())];
                ulong[] masks = !weights.HasMask ? []
                    : [.. Enumerable.Range(0, weights.Rows).SelectMany(row => Enumerable.Range(0, weights.WordsPerRow).Select(word => weights.Live(row, word)))];
                long added = layer switch
                {
                    ScoreLayer scores => LaneScores.Create(weights.Columns, signs, masks, [.. scores.Biases], scores.Scale, isEightBit).Additions,
                    DenseLayer dense => LaneLayer.Create(weights.Columns, signs, masks, [.. dense.Limits], isEightBit).Additions,
                    ConvolutionLayer convolution => SampleConvolution.Create(new(convolution.Kernel.Height, convolution.Kernel.Width, convolution.Kernel.Height,
                        convolution.Kernel.Width, 1, 1, 0, 0, 1, 1), weights.Columns * convolution.Groups / convolution.Kernel.Height / convolution.Kernel.Width,
                        paddingBit: false, convolution.Groups, signs, masks, [.. convolution.Limits], isEightBit).Additions,
                    _ => throw new NotSupportedException(layer.Keyword),
                };
                Assert.Equal(added, LaneCosts.Additions(layer, isEightBit));
                checkedLayers++;
            }
        }
        Assert.True(checkedLayers > 400);
    }
}
