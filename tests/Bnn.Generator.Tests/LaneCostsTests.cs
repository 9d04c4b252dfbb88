using Bnn.Generator.Compiler.Planning;
using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.Generator.Tests;

public class LaneCostsTests
{
    [Fact]
    public void Planes_are_counted_as_the_kernels_add_them()
    {
        int checkedLayers = 0, shortRows = 0, longRows = 0;
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
                if (layer is DenseLayer { Limits: var limits })
                {
                    AdderTable table = LaneLayer.Create(weights.Columns, signs, masks, [.. limits], isEightBit).Table;
                    Assert.Equal(table.ShortRows.Length, LaneCosts.Forms(layer, isEightBit)[0].Rows.Count(row => row.IsShort));
                    shortRows += table.ShortRows.Length;
                    longRows += table.LongRows.Length;
                }
                checkedLayers++;
            }
        }
        Assert.True(checkedLayers > 400 && shortRows > 100 && longRows > 100, $"{checkedLayers} layers, {shortRows} short rows, {longRows} long ones");
    }

    [Fact]
    public void Sums_of_bytes_are_counted_as_the_kernel_looks_them_up()
    {
        int fitting = 0;
        foreach (int channels in new[] { 1, 3, 5, 6 })
        {
            foreach (int size in new[] { 1, 3, 5 })
            {
                foreach (double live in new[] { 0.05, 0.25, 0.5, 0.9, 1 })
                {
                    var random = new Random(channels + size);
                    WeightMatrix weights = Models.Weights(40, channels * size * size, random, live: live);
                    var layer = new ConvolutionLayer("conv", weights, Enumerable.Repeat(9, 40).ToEquatableArray(), new(size, size), new(1, 1), default, false, 1);
                    bool fits = TapSums.Fits(weights.Columns, weights.PackedMasks());
                    Assert.Equal(fits, TapSumCosts.Fits(layer, isEightBit: true));
                    Assert.False(TapSumCosts.Fits(layer, isEightBit: false));
                    fitting += fits ? 1 : 0;
                    if (!fits)
                        continue;
                    var groups = TapGroups.Of(channels, size, size, 1, isAcross: false, 40);
                    Assert.Equal(new TapSums(groups, weights.PackedSigns(), weights.PackedMasks(), new int[40]).LookUps, TapSumCosts.LookUps(layer, new(channels, 8, 8)));
                }
            }
        }
        Assert.InRange(fitting, 40, 55);
        Network grouped = Models.Image(new(4, 8, 8), new EightBitEncoding(), Models.Convolution(1, 4, 8, 3, padding: 1, groups: 2, isEightBit: true));
        Assert.False(TapSumCosts.Fits(grouped.Layers[0], isEightBit: true));
    }

    [Fact]
    public void Look_ups_of_masks_in_blocks_are_counted_as_the_kernels_do_them()
    {
        int skipping = 0;
        foreach ((int inputs, int channels) in new[] { (392, 256), (784, 65), (131, 40), (3136, 128), (64, 300) })
        {
            foreach ((int channelsOfBlock, int inputsOfBlock) in new[] { (64, 1), (64, 8), (32, 8), (16, 16), (1, 1), (1000, 1) })
            {
                foreach (double live in new[] { 0.05, 0.15, 0.4, 1 })
                {
                    var random = new Random(inputs + channels);
                    WeightMatrix weights = Models.Weights(channels, inputs, random).InBlocks(channelsOfBlock, inputsOfBlock, live, random);
                    Network network = Models.Bits(inputs, new DenseLayer("dense", weights, Enumerable.Repeat(0, channels).ToEquatableArray()),
                        new ScoresLayer("scores", Models.Weights(2, channels, random), Models.Ints(0, 0), 1));
                    foreach ((LaneTier tier, PermuteTier kernel) in LaneTier.All.Zip([PermuteTier.Permute512, PermuteTier.Shuffle256, PermuteTier.Shuffle128]))
                    {
                        long? work = PermuteLayer.Create(inputs, weights.PackedSigns(), weights.PackedMasks(), new int[channels], kernel).SkippingWork;
                        BlockReads? counted = DenseLanes.InBlocks(tier, network, 0, Lowering.Permute);
                        string what = $"{inputs} -> {channels}, blocks of {channelsOfBlock}x{inputsOfBlock}, {live} live, {kernel}";
                        if (tier.Words == 4 && !InputWindow.IsFast)
                            continue;
                        if (counted.HasValue != work.HasValue)
                        {
                            // Either is about as much work, or kernels bring single inputs together faster.
                            double all = tier.Words == 8 ? PermuteColumns<Bytes512>.LookUps(inputs, channels, isMasked: true) : PermuteColumns<Bytes256>.LookUps(inputs, channels, isMasked: true);
                            Assert.True(tier.Words > 2 ? (work ?? counted!.Value.Work) > 0.8 * all : counted is null && InputWindow.IsFast, what);
                        }
                        else if (counted is { } blocks)
                            Assert.True(tier.Words > 2 ? Math.Abs(work!.Value - blocks.Work) <= 9 + (0.15 * work) : work <= blocks.Work && (InputWindow.IsFast || work == blocks.Work), what);
                        skipping += counted is null ? 0 : 1;
                    }
                }
            }
        }
        Assert.InRange(skipping, 100, 300);
    }
}
