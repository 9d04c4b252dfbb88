using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>What a first convolution on bytes costs whose sums are looked up (<c>Bnn.Kernels.TapSums</c>).</summary>
/// <remarks>
/// Measured on a core of a Zen 3 server with 256 and, AVX2 switched off, 128 bits: 3x3 and 5x5 on 3x32x32 for 16 to 96 channels, within 8 %; with 512 bits on Zen 5, within 10 %
/// (docs/decisions/0014-sums-of-bytes.md).
/// </remarks>
internal static class TapSumCosts
{
    /// <summary>Whether a layer is done so; the rule of the kernel.</summary>
    /// <param name="layer">Any layer.</param>
    /// <param name="isEightBit">Whether its inputs are bytes.</param>
    public static bool Fits(Layer layer, bool isEightBit) => isEightBit && layer is ConvolutionLayer { Groups: 1, Weights: var weights }
        && TapGroups.Fits(weights.Columns, weights.HasMask ? Enumerable.Range(0, weights.Rows).Max(weights.LiveCount) : weights.Columns, weights.HasMask);

    /// <summary>Sums that all channels look up for one pair of registers of positions of an image.</summary>
    /// <param name="layer">One that <see cref="Fits"/>.</param>
    /// <param name="input">What it reads.</param>
    public static long LookUps(ConvolutionLayer layer, Shape input) => LookUps(layer.Weights, Groups(layer, input, isBatch: false));

    /// <summary>Cycles for one image.</summary>
    public static double Convolution(LaneTier tier, ConvolutionLayer layer, Shape input)
    {
        Shape output = layer.Output(input);
        int pitch = LaneCosts.Pitch(output.Width), words = LaneCosts.Words(output.Height, pitch), lanes = Lanes(tier);
        TapGroups groups = Groups(layer, input, isBatch: false);
        double rows = output.Height + ((layer.Kernel.Height - 1) / layer.Stride.Height);
        double bytes = (double)input.Channels * layer.Kernel.Width * Math.Min(layer.Stride.Height, layer.Kernel.Height) * rows * pitch;
        // Where a pair has several rows, the next one is as many rows further down.
        int made = Math.Min(groups.Windows, layer.Stride.Height * Math.Max(1, lanes / pitch));
        return (64.0 * words / lanes * Pair(tier, layer.Weights, groups, made)) + (bytes * CostModel.TapByte);
    }

    /// <summary>Cycles for one sample of a batch.</summary>
    /// <param name="tier">The vectors.</param>
    /// <param name="layer">The convolution.</param>
    /// <param name="input">Shape of its image.</param>
    /// <param name="lanes">Lanes of a register, all with a sample.</param>
    public static double Sample(LaneTier tier, ConvolutionLayer layer, Shape input, int lanes)
    {
        TapGroups groups = Groups(layer, input, isBatch: true);
        int next = Math.Min(groups.Windows, layer.Stride.Width);
        double made = next + ((double)(groups.Windows - next) / Math.Min(TapGroups.Together, layer.Output(input).Width));
        double position = ((made * groups.Taps.Length) + layer.Weights.Rows) * CostModel.SampleTap;
        return layer.Positions(input) * ((Pair(tier, layer.Weights, groups, made) / Lanes(tier)) + (position / lanes));
    }

    // Lanes of a pair of registers: as many as a register has bytes.
    private static int Lanes(LaneTier tier) => 8 * tier.Words;

    private static TapGroups Groups(ConvolutionLayer layer, Shape input, bool isBatch) => TapGroups.Of(
        input.Channels, layer.Kernel.Height, layer.Kernel.Width, isBatch ? layer.Stride.Width : layer.Stride.Height, isBatch, layer.Weights.Rows);

    private static long LookUps(WeightMatrix weights, TapGroups groups)
    {
        var live = new ulong[weights.HasMask ? weights.WordsPerRow : 0];
        List<int> added = [], removed = [];
        for (int row = 0; row < weights.Rows; row++)
        {
            for (int word = 0; word < live.Length; word++)
                live[word] = weights.Live(row, word);
            groups.Look(weights.Signs(row), live, added, removed);
        }
        return added.Count + removed.Count;
    }

    private static double Pair(LaneTier tier, WeightMatrix weights, TapGroups groups, double made)
    {
        (double entry, double lookUp) = tier.Words switch
        {
            8 => (CostModel.TapEntry512, CostModel.TapLookUp512),
            4 => (CostModel.TapEntry256, CostModel.TapLookUp256),
            _ => (CostModel.TapEntry128, CostModel.TapLookUp128),
        };
        return CostModel.TapPair + (made * groups.Entries * entry) + (weights.Rows * CostModel.TapChannel) + (LookUps(weights, groups) * lookUp);
    }
}
