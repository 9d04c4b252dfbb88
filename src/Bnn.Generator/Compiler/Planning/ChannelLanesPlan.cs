using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>A value of the input under the kernel.</summary>
/// <param name="Channel">Channel of the input.</param>
/// <param name="Row">Row of the kernel.</param>
/// <param name="Column">Column of the kernel.</param>
/// <param name="Offset">Where its code lies, counted from the first code under the kernel.</param>
internal readonly record struct Tap(int Channel, int Row, int Column, int Offset);

/// <summary>The plan of a first convolution whose channels lie along the lanes of vectors.</summary>
/// <param name="Index">Index of the layer.</param>
/// <param name="Layer">The convolution.</param>
/// <param name="Input">The image that it reads.</param>
/// <param name="Output">Where its bits go.</param>
/// <param name="Reason">Why.</param>
/// <param name="Codes">The input as codes.</param>
/// <param name="Taps">Values under the kernel that any channel reads.</param>
/// <remarks>
/// Law: a count is a sum over the values under the kernel, and what a value adds depends on the value and the channel alone. So for each value
/// all channels add their part at once: a row of a table that has one for each code, or the value times a row of weights (8-bit input).
/// </remarks>
internal sealed record ChannelLanesPlan(
    int Index, Layer Layer, ImageLayout Input, ImageLayout Output, string Reason, CodeLayout Codes, IReadOnlyList<Tap> Taps)
    : LayerPlan(Index, Layer, Input, Output, Lowering.ChannelLanes, Reason)
{
    /// <summary>Lanes of a vector of 256 bits: counts are bytes, or for an 8-bit input short integers.</summary>
    public int Lanes => IsEightBit ? 16 : 32;

    /// <summary>Whether values are multiplied, not looked up.</summary>
    public bool IsEightBit => Codes.Maps is null;

    /// <summary>Channels with lanes that stand empty; whole pairs of vectors for an 8-bit input.</summary>
    public int PaddedChannels => (Convolution.Weights.Rows + 31) / 32 * 32;

    /// <summary>Vectors that hold the counts of all channels.</summary>
    public int Vectors => PaddedChannels / Lanes;

    /// <summary>Vectors added for one sample.</summary>
    public long VectorOperations => Taps.Count * Vectors * Convolution.Positions(Input.Shape);

    /// <summary>The layer.</summary>
    public ConvolutionLayer Convolution => (ConvolutionLayer)Layer;

    /// <summary>Cycles for one sample: about one for each instruction.</summary>
    public double Cycles => Convolution.Positions(Input.Shape) * (Instructions + (2 * CostModel.Position));

    private double Instructions => Taps.Count * (CostModel.Tap + (Vectors * (IsEightBit ? 2.0 : 1.0)));

    /// <summary>Items of the table: <c>[taps, codes, padded channels]</c>.</summary>
    public int TableItems => Taps.Count * Codes.Codes * PaddedChannels;

    /// <inheritdoc/>
    public override long TableWords => TableItems / 8;

    /// <inheritdoc/>
    public override string Shape
    {
        get
        {
            long weights = Convolution.Weights.LiveCount();
            return FormattableString.Invariant(
                $"{Input.Shape} -> {Output.Shape} channels, kernel {Convolution.Kernel}, {VectorOperations} vector operations, {weights} live weights");
        }
    }

    /// <summary>What the value of a tap adds to the count of a channel if it has the given code; for an 8-bit input, what its weight multiplies the
    /// value with.</summary>
    /// <remarks>8-bit: Σ 2^b·(bit b ≠ w) = 255·(w = 1) − w·v, without the constant, which goes into the limit.</remarks>
    public int Item(int tap, int code, int channel)
    {
        (int c, int row, int column, _) = Taps[tap];
        Extent kernel = Convolution.Kernel;
        WeightMatrix weights = Convolution.Weights;
        if (IsEightBit)
            return -weights.At(channel, (((c * kernel.Height) + row) * kernel.Width) + column);
        int first = Codes.Bits.Take(c).Sum(codes => codes[0].Length), count = 0;
        for (int plane = 0; code < Codes.Bits[c].Length && plane < Codes.Bits[c][code].Length; plane++)
        {
            int weight = weights.At(channel, ((((first + plane) * kernel.Height) + row) * kernel.Width) + column);
            count += weight != 0 && weight > 0 != Codes.Bits[c][code][plane] ? 1 : 0;
        }
        return count;
    }

    /// <summary>A channel gives 1 iff its sum of items is less than this.</summary>
    public int Bound(int channel)
    {
        WeightMatrix weights = Convolution.Weights;
        int positive = 0;
        foreach (ulong word in IsEightBit ? weights.Signs(channel) : default)
            positive += Bits.PopCount(word);
        return Convolution.Limits[channel] + 1 - (255 * positive);
    }

    /// <summary>The plan, or null if the first layer of <paramref name="network"/> does not fit or costs more so.</summary>
    public static ChannelLanesPlan? Of(Network network, CompileSettings settings, ImageLayout output)
    {
        if (network.Layers[0] is not ConvolutionLayer { Groups: 1 } layer || settings.Goal == Goal.Size
            || settings.Lowering is Lowering.Unrolled or Lowering.PopCountTable || layer.Weights.LiveCount() == 0)
            return null;
        int mostCount = Enumerable.Range(0, layer.Weights.Rows).Max(channel => layer.Weights.LiveCount(channel));
        if (layer.Weights.Rows > CostModel.LaneChannels || mostCount > (network.Encoding.IsEightBit ? CostModel.ShortCounts : CostModel.ByteCounts))
            return null;
        if (!ImageLayout.IsInProportion(network.Input, layer.Padding))
            return null;
        CodeLayout codes = CodeLayout.Of(network, layer);
        var image = new ImageLayout(network.Shapes()[0], default, false);
        var plan = new ChannelLanesPlan(0, layer, image, output, "", codes, TapsOf(network, layer, codes));
        if (plan.TableItems > CostModel.LaneItems)
            return null;
        double lanes = plan.Instructions;
        double words = layer.Weights.Rows * (WeightMatrix.WordsFor(layer.Weights.Columns) * (plan.IsEightBit ? 8 : 1) + 0.5) * CostModel.WordInstructions;
        string reason = FormattableString.Invariant($"{lanes:F0} vector instructions a position are less than {words:F0} with words");
        return settings.Lowering == Lowering.ChannelLanes ? plan with { Reason = "asked for" } : lanes < words ? plan with { Reason = reason } : null;
    }

    private static List<Tap> TapsOf(Network network, ConvolutionLayer layer, CodeLayout codes)
    {
        bool[] isRead = layer.Weights.ReadColumns();
        int pixels = layer.Kernel.Height * layer.Kernel.Width;
        var taps = new List<Tap>();
        int plane = 0;
        for (int channel = 0; channel < network.Input.Channels; channel++)
        {
            int planes = codes.Maps is null ? 1 : codes.Bits[channel][0].Length;
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                int row = pixel / layer.Kernel.Width, column = pixel % layer.Kernel.Width;
                if (Enumerable.Range(plane, planes).Any(p => isRead[(p * pixels) + pixel]))
                    taps.Add(new(channel, row, column, (channel * codes.Plane.Length) + (row * codes.Plane.RowLength) + column));
            }
            plane += planes;
        }
        return taps;
    }
}
