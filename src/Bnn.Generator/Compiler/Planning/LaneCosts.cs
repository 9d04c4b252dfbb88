using Bnn.Generator.Compiler.Passes;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>What layers cost over vector lanes: the planes that their adder trees add, and the cycles that this takes.</summary>
internal static class LaneCosts
{
    /// <summary>Planes that all channels of a layer add for one register, the sum that they share included; those of one group, times its groups.</summary>
    /// <param name="layer">A layer with weights.</param>
    /// <param name="isEightBit">Whether each input is eight planes.</param>
    public static long Additions(WeightedLayer layer, bool isEightBit) => Additions(Forms(layer, isEightBit));

    /// <summary>Cycles of a convolution of one image.</summary>
    public static double Convolution(LaneTier tier, ConvolutionLayer layer, Shape input, bool isEightBit)
    {
        if (TapSumCosts.Fits(layer, isEightBit))
            return TapSumCosts.Convolution(tier, layer, input);
        Shape output = layer.Output(input);
        AdderForms[] forms = Forms(layer, isEightBit);
        long additions = Additions(forms), taps = (long)layer.Weights.Columns * layer.Groups * (isEightBit ? 8 : 1);
        int pitch = Pitch(Math.Max(output.Width, (input.Width + layer.Stride.Width - 1) / layer.Stride.Width));
        double picked = Picked(layer, input, isEightBit);
        // Channels share a register where all positions are one word.
        if (Words(output.Height, pitch) == 1 && !isEightBit)
            return picked + (additions * tier.WordPlane) + (output.Channels * tier.WordChannel) + (taps * tier.WordTap);
        bool isOfThree = layer.Kernel == new Extent(3, 3) && layer.Stride == new Extent(1, 1) && layer.Padding.Left == 1;
        double channels = Channels(forms) + (isEightBit ? output.Channels * 8 * CostModel.LaneBit : 0);
        return picked + tier.Registers(Words(output.Height, pitch),
            words => (additions * tier.Plane(words)) + channels + (taps * (isOfThree ? CostModel.LaneTapOfThree : CostModel.LaneTap)));
    }

    // With a stride rows and columns are picked first, once for each remainder that a tap has.
    private static double Picked(ConvolutionLayer layer, Shape input, bool isEightBit)
    {
        Extent stride = layer.Stride, kernel = layer.Kernel;
        return stride == new Extent(1, 1) ? 0 : (double)input.Channels * (isEightBit ? 8 : 1) * Math.Min(stride.Height, kernel.Height)
            * Math.Min(stride.Width, kernel.Width) * Words(input.Height, Pitch(input.Width)) * CostModel.LanePickedWord;
    }

    /// <summary>Cycles of a pool of one image.</summary>
    public static double Pool(LaneTier tier, MaxPoolLayer layer, Shape input)
    {
        Shape output = layer.Output(input);
        int pitch = Pitch(input.Width), words = Words(input.Height, pitch);
        if (layer.Window != new Extent(2, 2) || layer.Stride != new Extent(2, 2) || layer.Padding != default)
            return output.Channels * output.Height * CostModel.LanePoolRow;
        bool isWide = tier.Words >= 4 && (pitch > 8 || words == 1);
        return output.Channels * (!isWide ? CostModel.LanePoolChannel + ((words + 3) / 4 * CostModel.LanePoolWords)
            : pitch == 8 ? CostModel.LanePoolOfEight
            : words <= 4 ? CostModel.LanePoolOfFour
            : (words + 15) / 16 * CostModel.LanePoolBlock);
    }

    /// <summary>Cycles to spread a stream of bits over planes, or to gather it.</summary>
    public static double Stream(Shape shape) => (double)shape.Channels * shape.Height * CostModel.LaneRow;

    /// <summary>Cycles of <paramref name="layer"/> for one sample of a batch.</summary>
    /// <param name="tier">The vectors.</param>
    /// <param name="layer">Any layer.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="isEightBit">Whether each input is eight planes.</param>
    /// <param name="lanes">Lanes of a register.</param>
    public static double Sample(LaneTier tier, Layer layer, Shape input, bool isEightBit, int lanes)
    {
        double taps = 0, positions = 1;
        switch (layer)
        {
            case MaxPoolLayer pool:
                return (double)layer.Output(input).Count * pool.Window.Height * pool.Window.Width * CostModel.SamplePool / lanes;
            case ConvolutionLayer convolution when TapSumCosts.Fits(convolution, isEightBit):
                return TapSumCosts.Sample(tier, convolution, input, lanes);
            case ConvolutionLayer convolution:
                positions = convolution.Positions(input);
                taps = (double)convolution.Weights.Columns * convolution.Groups * (isEightBit ? 8 : 1) * CostModel.SampleTap;
                break;
            case SumScoresLayer sums:
                positions = sums.Positions(input);
                break;
            case WeightedLayer:
                break;
            default:
                return 0;
        }
        AdderForms[] forms = Forms((WeightedLayer)layer, isEightBit);
        return positions * ((Additions(forms) * tier.Plane(Math.Min(tier.Words, lanes / 64))) + Channels(forms) + taps) / lanes;
    }

    /// <summary>Lanes from one row of an image to the next.</summary>
    public static int Pitch(int width) => width <= 8 ? 8 : width <= 16 ? 16 : width <= 32 ? 32 : 64;

    /// <summary>Words that the rows of a plane take.</summary>
    public static int Words(int height, int pitch) => (height + (64 / pitch) - 1) / (64 / pitch);

    /// <summary>How the kernels add up the channels of each group of a layer.</summary>
    /// <param name="layer">A layer with weights.</param>
    /// <param name="isEightBit">Whether each input is eight planes.</param>
    public static AdderForms[] Forms(WeightedLayer layer, bool isEightBit)
    {
        WeightMatrix weights = layer.Weights;
        int groups = layer is ConvolutionLayer convolution ? convolution.Groups : 1, rows = weights.Rows / groups;
        var forms = new AdderForms[groups];
        for (int g = 0; g < groups; g++)
        {
            int[] ones = new int[rows], zeros = new int[rows];
            for (int row = 0; row < rows; row++)
            {
                foreach (ulong word in weights.Signs((g * rows) + row))
                    ones[row] += Bits.PopCount(word);
                zeros[row] = weights.LiveCount((g * rows) + row) - ones[row];
            }
            forms[g] = layer.Limits() is { } limits
                ? AdderForms.ForLimits(weights.Columns, ones, zeros, limits.AsSpan().Slice(g * rows, rows), isEightBit)
                : AdderForms.ForCounts(weights.Columns, ones, zeros, weights.HasMask, isEightBit);
        }
        return forms;
    }

    private static long Additions(AdderForms[] forms) => forms.Sum(group => (long)group.Entries * group.Bits);

    // Cycles of all channels besides their planes.
    private static double Channels(AdderForms[] forms) => forms.Sum(group => group.Rows.Sum(row =>
        !row.IsShort ? CostModel.LaneChannel : CostModel.ShortLaneChannel + (row.IsCompared ? CostModel.ShortLaneComparison : 0)));
}
