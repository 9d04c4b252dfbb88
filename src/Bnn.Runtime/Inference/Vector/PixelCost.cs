using Bnn.Inference.Steps;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Vector;

/// <summary>What a convolution of one image costs with pixels in the lanes, in counts of a word of the plain mode.</summary>
/// <remarks>
/// Measured on Zen 1 (docs/decisions/0008-lanes.md): adding a plane takes 3.0, 2.2 and 3.7 cycles with 64, 128 and 256 lanes, a count of a word in plain
/// mode 1.7. With wider hardware both fall.
/// </remarks>
internal static class PixelCost
{
    // Tenths of a count of a word.
    private const int Unit = 10, Add64 = 18, Add128 = 13, AddWide = 22, Tap = 20, Fire = 70, Row = 20;

    /// <summary>What is saved by lanes; negative if packed words are cheaper.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="input">Shape of its image.</param>
    /// <param name="isEightBit">Whether each value is a byte.</param>
    /// <param name="lanes">Pixels in a register.</param>
    public static long Gain(ConvolutionLayer layer, Shape input, bool isEightBit, int lanes)
    {
        Shape output = layer.Output(input);
        int bits = isEightBit ? 8 : 1;
        long plain = StepPlan.PositionCost(layer, input) * bits * output.Height * output.Width;
        // A channel adds its live weights, or in another form about half of all; the sum of all inputs is shared.
        long additions = (long)layer.Groups * layer.Weights.Columns;
        for (int c = 0; c < layer.Weights.Rows; c++)
            additions += Math.Min(layer.Weights.LiveCount(c), layer.Weights.Columns / 2);
        long besides = ((long)Tap * layer.Groups * layer.Weights.Columns * bits) + ((long)Fire * layer.Weights.Rows);
        int words = new PixelLayout(output.Height, output.Width).Words, ofRegister = lanes / 64;
        long counted = 0;
        for (int left = words; left > 0; left -= ofRegister)
        {
            int add = lanes == 64 ? Add64 : left <= Lanes128.Words ? Add128 : AddWide;
            counted += (additions * bits * add) + besides;
        }
        return plain - (counted / Unit);
    }

    /// <summary>What it costs to bring an image from packed bits into lanes, or back.</summary>
    public static long Convert(Shape image, bool isEightBit) => (long)Row * image.Channels * image.Height * (isEightBit ? 8 : 1) / Unit;
}
