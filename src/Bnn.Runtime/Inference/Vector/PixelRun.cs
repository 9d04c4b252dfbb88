using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Vector;

/// <summary>Convolutions and pools that follow one another, and are cheaper with a pixel of the image in each lane.</summary>
/// <param name="Network">The network.</param>
/// <param name="First">The first layer, a convolution.</param>
/// <param name="End">Behind the last one.</param>
/// <param name="Input">Shape of the image.</param>
/// <param name="Output">Shape of what they give.</param>
/// <param name="Lanes">Pixels in a register.</param>
/// <param name="Cost">Counts of a word that take as long.</param>
internal sealed record PixelRun(Network Network, int First, int End, Shape Input, Shape Output, int Lanes, long Cost)
{
    /// <summary>Whether the layer behind them sums scores over the image, which is then part of the run.</summary>
    public bool GivesScores => Network.Layers[End] is SumScoresLayer;

    /// <summary>The run that begins at a layer.</summary>
    /// <param name="network">A sound network.</param>
    /// <param name="first">Index of the layer.</param>
    /// <param name="input">Shape of what it takes.</param>
    /// <param name="lanes">Pixels in a register; 0: there are no runs.</param>
    /// <returns>Null if the layer is no convolution, lanes cannot do it, or packed words are cheaper.</returns>
    public static PixelRun? Find(Network network, int first, Shape input, int lanes)
    {
        if (lanes == 0 || network.Layers[first] is not ConvolutionLayer)
            return null;
        long plain = 0, cost = LaneCost.Convert(input, network.IsEightBit(first));
        Shape shape = input;
        int end = first;
        for (; end < network.Layers.Length - 1 && Takes(network.Layers[end], shape); end++)
        {
            if (network.Layers[end] is ConvolutionLayer layer)
            {
                long packed = LaneCost.Plain(layer, shape, network.IsEightBit(end)), inLanes = LaneCost.Pixels(layer, shape, network.IsEightBit(end), lanes);
                if (inLanes > packed)
                    break;
                (plain, cost) = (plain + packed, cost + inLanes);
            }
            shape = network.Layers[end].Output(shape);
        }
        if (network.Layers[end] is not SumScoresLayer)
            cost += LaneCost.Convert(shape, isEightBit: false);
        return end > first && cost <= plain ? new(network, first, end, input, shape, lanes, cost) : null;
    }

    /// <summary>Derives shifts and index lists.</summary>
    /// <param name="isPixelMajor">Whether the image comes pixel by pixel; else plane by plane.</param>
    public PixelNetwork Build(bool isPixelMajor)
    {
        var builder = new PixelNetworkBuilder(Input.Channels, Input.Height, Input.Width, Network.IsEightBit(First), isPixelMajor);
        Shape shape = Input;
        for (int i = First; i < End; i++)
        {
            Layer layer = Network.Layers[i];
            if (layer is ConvolutionLayer convolution)
            {
                builder.Convolution(convolution.WindowOn(shape), convolution.PaddingBit, convolution.Groups,
                    convolution.Weights.PackedSigns(), convolution.Weights.PackedMasks(), [.. convolution.Limits]);
            }
            else if (layer is MaxPoolLayer pool)
                builder.Pool(pool.WindowOn(shape), pool.PackedAnd());
            shape = layer.Output(shape);
        }
        return GivesScores && Network.Scores is { } sums
            ? builder.SumScores(sums.Weights.PackedSigns(), sums.Weights.PackedMasks(), [.. sums.Biases], sums.Scale)
            : builder.Build(isPixelMajor: true);
    }

    // Planes of rows of at most a word; kernels, strides and paddings of that size too.
    private static bool Takes(Layer layer, Shape input)
    {
        const int most = PixelLayout.MostWidth;
        Shape output = layer.Output(input);
        return layer switch
        {
            ConvolutionLayer l => input.Width <= most && output.Width <= most && IsSmall(l.Kernel) && IsSmall(l.Stride)
                && l.Padding.Top <= most && l.Padding.Left <= most,
            MaxPoolLayer l => input.Width <= most && ((output.Width - 1) * (long)l.Stride.Width) < most && output.Width <= most,
            _ => false,
        };

        static bool IsSmall(Extent extent) => extent.Height <= most && extent.Width <= most;
    }
}
