using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>What layers of one sample cost on packed words, in cycles.</summary>
internal static class WordCosts
{
    /// <summary>Cycles of a layer that sees the whole of an input of one plane.</summary>
    public static double Of(WeightedLayer layer) => OfPosition(layer, 0) * CostModel.Word;

    /// <summary>Cycles of <paramref name="layer"/>.</summary>
    /// <param name="layer">Any layer.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="isEightBit">Whether each input is eight planes.</param>
    public static double Of(Layer layer, Shape input, bool isEightBit)
    {
        int planes = isEightBit ? 8 : 1;
        switch (layer)
        {
            case ConvolutionLayer convolution:
                {
                    int groups = GroupMerging.Cheapest(input, convolution);
                    double words = OfPosition(convolution, input.Channels / groups);
                    return convolution.Positions(input) * (CostModel.Position + (planes * (Gathering(convolution, input, groups) + (words * CostModel.Word))));
                }

            case MaxPoolLayer pool:
                {
                    Shape output = pool.Output(input);
                    double values = (double)output.Height * output.Width * pool.Window.Height * pool.Window.Width;
                    return values * WeightMatrix.WordsFor(output.Channels) * CostModel.PoolValue;
                }

            case WeightedLayer weighted:
                return weighted.Positions(input) * planes * Of(weighted);

            default:
                return Transposing(input);
        }
    }

    /// <summary>Cycles to turn an image from pixel-major to channel-major or back.</summary>
    public static double Transposing(Shape image) =>
        (double)WeightMatrix.WordsFor(image.Channels) * ((((long)image.Height * image.Width) + 63) / 64) * CostModel.TransposedBlock;

    /// <summary>Cycles to gather the patches of all groups of one plane at one position.</summary>
    /// <remarks>They come in rows of the kernel, or of its pixels where channels lie between.</remarks>
    public static double Gathering(ConvolutionLayer layer, Shape input, int groups) => CostModel.Piece * groups * layer.Kernel.Height
        * (1 + (input.Channels / groups * layer.Kernel.Width / 64.0)) * (groups > 1 ? layer.Kernel.Width : 1);

    // Words of one plane at one position; a convolution sees so many channels, which may be more than a group of its own has.
    private static double OfPosition(WeightedLayer layer, int channels) => (DenseLanes.HasElementMasks(layer.Weights) ? CostModel.MaskedWord : 1)
        * layer.Weights.Rows * WeightMatrix.WordsFor(
            layer is ConvolutionLayer convolution ? channels * convolution.Kernel.Height * convolution.Kernel.Width : layer.Weights.Columns);
}
