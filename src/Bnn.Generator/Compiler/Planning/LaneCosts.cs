using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>What layers cost over vector lanes: the planes that their adder trees add, and the cycles that this takes.</summary>
internal static class LaneCosts
{
    /// <summary>Planes that all channels of a layer add for one register, the sum that they share included; those of one group, times its groups.</summary>
    /// <remarks>The rule of the kernels: a channel adds its live inputs, or the pruned ones and those of the rarer sign, whichever are fewer.</remarks>
    /// <param name="layer">A layer with weights.</param>
    /// <param name="isEightBit">Whether each input is eight planes.</param>
    public static long Additions(WeightedLayer layer, bool isEightBit)
    {
        WeightMatrix weights = layer.Weights;
        int groups = layer is ConvolutionLayer convolution ? convolution.Groups : 1, rows = weights.Rows / groups;
        long total = 0;
        for (int g = 0; g < groups; g++)
        {
            // The shared sum must save more planes than it costs.
            (int Live, int Fewest)[] channels = [.. Enumerable.Range(g * rows, rows).Select(row => Row(weights, row))];
            bool isShared = channels.Sum(channel => (long)channel.Live - channel.Fewest) > weights.Columns && (layer is not ScoreLayer || !weights.HasMask);
            bool isRead = false;
            for (int row = 0; row < rows; row++)
            {
                if (IsConstant(layer, (g * rows) + row, isEightBit))
                    continue;
                total += isShared ? channels[row].Fewest : channels[row].Live;
                isRead |= isShared && (layer is ScoreLayer || channels[row].Fewest < channels[row].Live);
            }
            total += isRead ? weights.Columns : 0;
        }
        return total * (isEightBit ? 8 : 1);
    }

    /// <summary>Cycles of a convolution of one image.</summary>
    public static double Convolution(LaneTier tier, ConvolutionLayer layer, Shape input, bool isEightBit)
    {
        if (TapSumCosts.Fits(layer, isEightBit))
            return TapSumCosts.Convolution(tier, layer, input);
        Shape output = layer.Output(input);
        long additions = Additions(layer, isEightBit), taps = (long)layer.Weights.Columns * layer.Groups * (isEightBit ? 8 : 1);
        int pitch = Pitch(Math.Max(output.Width, (input.Width + layer.Stride.Width - 1) / layer.Stride.Width));
        double picked = Picked(layer, input, isEightBit);
        // Channels share a register where all positions are one word.
        if (Words(output.Height, pitch) == 1 && !isEightBit)
            return picked + (additions * tier.WordPlane) + (output.Channels * tier.WordChannel) + (taps * CostModel.WordTap);
        double channel = CostModel.LaneChannel + (isEightBit ? 8 * CostModel.LaneBit : 0);
        return picked + tier.Registers(Words(output.Height, pitch),
            words => (additions * tier.Plane(words)) + (output.Channels * channel) + (taps * CostModel.LaneTap));
    }

    // With a stride rows and columns are picked first, once for each remainder that a tap has.
    private static double Picked(ConvolutionLayer layer, Shape input, bool isEightBit)
    {
        Extent stride = layer.Stride, kernel = layer.Kernel;
        return stride == new Extent(1, 1) ? 0 : (double)input.Channels * (isEightBit ? 8 : 1) * Math.Min(stride.Height, kernel.Height)
            * Math.Min(stride.Width, kernel.Width) * Words(input.Height, Pitch(input.Width)) * CostModel.LanePickedWord;
    }

    /// <summary>Cycles of a pool of one image.</summary>
    /// <remarks>Processors with 256 bits are taken to have fast instructions that pick single bits, as all but AMD's before Zen 3.</remarks>
    public static double Pool(LaneTier tier, MaxPoolLayer layer, Shape input)
    {
        Shape output = layer.Output(input);
        int pitch = Pitch(input.Width);
        if (layer.Window != new Extent(2, 2) || layer.Stride != new Extent(2, 2) || layer.Padding != default)
            return output.Channels * output.Height * CostModel.LanePoolRow;
        double words = tier.Words >= 4 && pitch <= 32 ? CostModel.LanePoolBits : CostModel.LanePoolWords;
        return output.Channels * (CostModel.LanePoolChannel + ((Words(input.Height, pitch) + 3) / 4 * words));
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
        double plane = tier.Plane(Math.Min(tier.Words, lanes / 64)), taps = 0, additions, positions = 1;
        switch (layer)
        {
            case MaxPoolLayer pool:
                return (double)layer.Output(input).Count * pool.Window.Height * pool.Window.Width * CostModel.SamplePool / lanes;
            case ConvolutionLayer convolution when TapSumCosts.Fits(convolution, isEightBit):
                return TapSumCosts.Sample(tier, convolution, input, lanes);
            case ConvolutionLayer convolution:
                positions = convolution.Positions(input);
                additions = Additions(convolution, isEightBit);
                taps = (double)convolution.Weights.Columns * convolution.Groups * (isEightBit ? 8 : 1) * CostModel.SampleTap;
                break;
            case SumScoresLayer sums:
                positions = sums.Positions(input);
                additions = Additions(sums, isEightBit);
                break;
            case WeightedLayer weighted:
                additions = Additions(weighted, isEightBit);
                break;
            default:
                return 0;
        }
        double channels = ((WeightedLayer)layer).Weights.Rows * CostModel.LaneChannel;
        return positions * ((additions * plane) + channels + taps) / lanes;
    }

    /// <summary>Lanes from one row of an image to the next.</summary>
    public static int Pitch(int width) => width <= 8 ? 8 : width <= 16 ? 16 : width <= 32 ? 32 : 64;

    /// <summary>Words that the rows of a plane take.</summary>
    public static int Words(int height, int pitch) => (height + (64 / pitch) - 1) / (64 / pitch);

    // Live inputs of a channel, and the fewest planes that it can add with a shared sum.
    private static (int Live, int Fewest) Row(WeightMatrix weights, int row)
    {
        int live = weights.LiveCount(row), ones = 0;
        foreach (ulong word in weights.Signs(row))
            ones += Bits.PopCount(word);
        return (live, Math.Min(live, weights.Columns - live + Math.Min(ones, live - ones)));
    }

    private static bool IsConstant(WeightedLayer layer, int row, bool isEightBit) =>
        layer.Limits() is { } limits && (limits[row] < 0 || limits[row] >= layer.MaxCount(row, isEightBit));
}
