using Bnn.Inference.Steps;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Vector;

/// <summary>What layers cost with vector lanes; unit: a count of a word (xor, popcount, add) of the plain mode.</summary>
/// <remarks>
/// Measured on Zen 1 (docs/decisions/0008-lanes.md): adding a plane takes 3.0, 2.2 and 3.7 cycles with 64, 128 and 256 lanes, a count of a word 1.7. With
/// wider hardware all of them fall. Against measured times of whole networks the break-even between a batch and single samples came out within about a fifth.
/// </remarks>
internal static class LaneCost
{
    // Tenths of a count of a word.
    private const int Unit = 10, Add64 = 18, Add128 = 13, AddWide = 22, AddWord = 7, Tap = 20, Fire = 70, Row = 20, Pack = 1;

    /// <summary>Packing and calls for one sample, at the least.</summary>
    public const int Sample = 250;

    /// <summary>A convolution of one image with packed words.</summary>
    public static long Plain(ConvolutionLayer layer, Shape input, bool isEightBit) =>
        StepPlan.PositionCost(layer, input) * layer.Positions(input) * (isEightBit ? 8 : 1);

    /// <summary>A convolution of one image with its pixels in the lanes.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="input">Shape of its image, at most <see cref="PixelLayout.MostWidth"/> wide.</param>
    /// <param name="isEightBit">Whether each value is a byte.</param>
    /// <param name="lanes">Pixels in a register.</param>
    public static long Pixels(ConvolutionLayer layer, Shape input, bool isEightBit, int lanes)
    {
        Shape output = layer.Output(input);
        int words = new PixelLayout(output.Height, output.Width).Words, ofRegister = lanes / 64;
        // Channels share a register: a plane costs half of what it does in one of its own.
        if (words == 1 && ofRegister > 1 && !isEightBit)
            return Register(layer, isEightBit, AddWord);
        // The last pixels are done with narrower registers if those hold them.
        int last = words % ofRegister;
        int lastLanes = last == 0 ? 0 : last <= Lanes128.Words ? Math.Min(lanes, 128) : lanes;
        return (words / ofRegister * Register(layer, isEightBit, Add(lanes))) + (lastLanes == 0 ? 0 : Register(layer, isEightBit, Add(lastLanes)));
    }

    /// <summary>To bring an image from packed bits into lanes, or back.</summary>
    public static long Convert(Shape image, bool isEightBit) => (long)Row * image.Channels * image.Height * (isEightBit ? 8 : 1) / Unit;

    /// <summary>A whole network for one register of samples, however many of its lanes hold one.</summary>
    public static long Samples(Network network, int lanes)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        long cost = shapes[0].LongCount * (network.Encoding.IsEightBit ? 8 : 1) * lanes * Pack / Unit;
        for (int i = 0; i < network.Layers.Length; i++)
        {
            if (network.Layers[i] is WeightedLayer layer)
                cost += Register(layer, network.IsEightBit(i), Add(lanes)) * layer.Positions(shapes[i]);
        }
        return cost;
    }

    private static int Add(int lanes) => lanes switch { 64 => Add64, 128 => Add128, _ => AddWide };

    // One register at one position. A channel adds its live weights, or in another form about half of all; the sum of all inputs is shared.
    private static long Register(WeightedLayer layer, bool isEightBit, int add)
    {
        long inputs = (long)layer.Weights.Columns * (layer is ConvolutionLayer convolution ? convolution.Groups : 1), additions = inputs;
        for (int c = 0; c < layer.Weights.Rows; c++)
            additions += Math.Min(layer.Weights.LiveCount(c), layer.Weights.Columns / 2);
        return ((((additions * add) + (Tap * inputs)) * (isEightBit ? 8 : 1)) + ((long)Fire * layer.Weights.Rows)) / Unit;
    }
}
