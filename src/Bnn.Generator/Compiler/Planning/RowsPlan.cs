using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>The weights of a layer as they meet packed bits.</summary>
/// <param name="Name">Begins the names of the members that belong to them: <c>Layer3</c>.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Rows">The packed weights; those of a grouped convolution group by group, as they are in the layer.</param>
/// <param name="Patch">How the bits are gathered at each position; null: they are the whole input.</param>
/// <param name="IsEightBit">Whether the input is eight planes that meet the same weights.</param>
/// <param name="Positions">Number of positions over which scores are summed; 1 for any other layer.</param>
internal sealed record RowsPlan(string Name, WeightedLayer Layer, PackedRows Rows, PatchPlan? Patch, bool IsEightBit, int Positions)
{
    /// <summary>Number of channels or classes.</summary>
    public int Channels => Rows.Count;

    /// <summary>Groups of channels, each with a patch of its own; 1 but for grouped convolutions.</summary>
    public int Groups => Layer is ConvolutionLayer convolution ? convolution.Groups : 1;

    /// <summary>Channels of a group.</summary>
    public int ChannelsOfGroup => Channels / Groups;

    /// <summary>Words of packed bits: of one plane if the input has eight.</summary>
    public int Words => Rows.Words;

    /// <summary>Bit planes of the input: 1 or 8.</summary>
    public int Planes => IsEightBit ? 8 : 1;

    /// <summary>Words with a live weight over all channels and planes: what one position costs.</summary>
    public long WordOperations => Rows.WordOperations * Planes;

    /// <summary>Whether the counts of an 8-bit layer come from one sum that all channels share.</summary>
    /// <remarks>Σ 2^b·pop(p ^ w) over the same live bits = S + 255·|w| − 2·Σ 2^b·pop(p &amp; w), S the sum of the live values; the values that are
    /// not live are cleared.</remarks>
    public bool SharesSum => IsEightBit && !Rows.HasElementMasks && Rows.WordOperations > 0;

    /// <summary>The number with which the count of a channel, without what <see cref="SharesSum"/> leaves out, is compared.</summary>
    public int Limit(int channel) => Layer.Limits()!.Value[channel] - LeftOut(channel);

    /// <summary>Score of a class = this − <see cref="Factor"/> · count, over all positions. Wraps as int does; the score itself fits.</summary>
    public int Constant(int channel)
    {
        var scores = (ScoreLayer)Layer;
        long constant = ((long)scores.Scale * Positions * (scores.MaxCount(channel, IsEightBit) - (2L * LeftOut(channel)))) + scores.Biases[channel];
        return unchecked((int)constant);
    }

    /// <summary>Twice the scale, as int wraps.</summary>
    public int Factor => unchecked(2 * ((ScoreLayer)Layer).Scale);

    // What must be taken from the limit of a channel because the shared sum leaves it out of the count.
    private int LeftOut(int channel) => SharesSum ? 255 * Rows.PositiveCount(channel) : 0;
}
