using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>What a first convolution on bytes costs whose sums are looked up (<c>Bnn.Kernels.TapSums</c>).</summary>
/// <remarks>
/// Measured on a core of a Zen 3 server with 256 and, AVX2 switched off, 128 bits: 3x3 and 5x5 on 3x32x32 for 16 to 96 channels, within 5 %; with 512 bits by the loads and stores of Zen 4
/// (docs/decisions/0014-sums-of-bytes.md).
/// </remarks>
internal static class TapSumCosts
{
    private const int MostInputs = 128, GroupInputs = 4;

    /// <summary>Whether a layer is done so; the rule of the kernel.</summary>
    /// <param name="layer">Any layer.</param>
    /// <param name="isEightBit">Whether its inputs are bytes.</param>
    public static bool Fits(Layer layer, bool isEightBit) => isEightBit && layer is ConvolutionLayer { Groups: 1, Weights: { Columns: <= MostInputs } weights }
        && (!weights.HasMask || Enumerable.Range(0, weights.Rows).All(row => weights.LiveCount(row) <= MostInputs / 2));

    /// <summary>Sums that all channels look up for one pair of registers.</summary>
    public static long LookUps(WeightMatrix weights)
    {
        long groups = Groups(weights);
        if (!weights.HasMask)
            return groups * weights.Rows;
        long lookUps = 0;
        for (int row = 0; row < weights.Rows; row++)
        {
            for (int first = 0; first < weights.Columns; first += GroupInputs)
            {
                bool adds = false, subtracts = false;
                for (int i = first; i < Math.Min(first + GroupInputs, weights.Columns); i++)
                {
                    adds |= weights.IsLive(row, i) && weights.IsPositive(row, i);
                    subtracts |= weights.IsLive(row, i) && !weights.IsPositive(row, i);
                }
                lookUps += (adds ? 1 : 0) + (subtracts ? 1 : 0);
            }
        }
        return lookUps;
    }

    /// <summary>Cycles for one image.</summary>
    public static double Convolution(LaneTier tier, ConvolutionLayer layer, Shape input)
    {
        Shape output = layer.Output(input);
        int pitch = LaneCosts.Pitch(output.Width), words = LaneCosts.Words(output.Height, pitch);
        double rows = output.Height + ((layer.Kernel.Height - 1) / layer.Stride.Height);
        double bytes = (double)input.Channels * layer.Kernel.Width * Math.Min(layer.Stride.Height, layer.Kernel.Height) * rows * pitch;
        return (64.0 * words / Lanes(tier) * Pair(tier, layer)) + (bytes * CostModel.TapByte);
    }

    /// <summary>Cycles for one sample of a batch.</summary>
    /// <param name="tier">The vectors.</param>
    /// <param name="layer">The convolution.</param>
    /// <param name="input">Shape of its image.</param>
    /// <param name="lanes">Lanes of a register, all with a sample.</param>
    public static double Sample(LaneTier tier, ConvolutionLayer layer, Shape input, int lanes)
    {
        double position = (layer.Weights.Columns + layer.Weights.Rows) * CostModel.SampleTap;
        return layer.Positions(input) * ((Pair(tier, layer) / Lanes(tier)) + (position / lanes));
    }

    // Lanes of a pair of registers: as many as a register has bytes.
    private static int Lanes(LaneTier tier) => 8 * tier.Words;

    private static long Groups(WeightMatrix weights) => (weights.Columns + GroupInputs - 1) / GroupInputs;

    private static double Pair(LaneTier tier, ConvolutionLayer layer)
    {
        (double group, double lookUp) = tier.Words switch
        {
            8 => (CostModel.TapGroup512, CostModel.TapLookUp512),
            4 => (CostModel.TapGroup256, CostModel.TapLookUp256),
            _ => (CostModel.TapGroup128, CostModel.TapLookUp128),
        };
        return (Groups(layer.Weights) * group) + (layer.Weights.Rows * CostModel.TapChannel) + (LookUps(layer.Weights) * lookUp);
    }
}
