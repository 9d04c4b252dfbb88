using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>What the texts of both lowerings have in common: names, folded limits and score constants.</summary>
internal static class LayerText
{
    /// <summary>The local that holds the packed input of layer <paramref name="index"/>.</summary>
    public static string Bits(int index) => "bits" + Literal.Of(index);

    /// <summary>Whether the counts of an 8-bit layer come from one sum that all channels share.</summary>
    /// <remarks>Σ 2^b·pop(p ^ w) over the same live bits = S + 255·|w| − 2·Σ 2^b·pop(p &amp; w), S the sum of the live values; the values that are not live are cleared.</remarks>
    public static bool SharesSum(this LayerPlan layer) => layer.IsEightBit && !layer.Rows.HasElementMasks && layer.Rows.WordOperations > 0;

    /// <summary>What must be taken from the limit of a channel because the shared sum leaves it out of the count.</summary>
    public static int LeftOut(this LayerPlan layer, int channel) => layer.SharesSum() ? 255 * layer.Rows.PositiveCount(channel) : 0;

    /// <summary>The number with which the count (without <see cref="LeftOut"/>) of a channel is compared.</summary>
    public static int Limit(this LayerPlan layer, int channel) => ((DenseLayer)layer.Layer).Limits[channel] - layer.LeftOut(channel);

    /// <summary>Score of a class = this − <see cref="Factor"/> · count. Wraps as int does; the score itself fits.</summary>
    public static int Constant(this LayerPlan layer, int channel)
    {
        var scores = (ScoresLayer)layer.Layer;
        long constant = ((long)scores.Scale * (scores.MaxCount(channel, layer.IsEightBit) - (2L * layer.LeftOut(channel)))) + scores.Biases[channel];
        return unchecked((int)constant);
    }

    /// <summary>Twice the scale, as int wraps.</summary>
    public static int Factor(this LayerPlan layer) => unchecked(2 * ((ScoresLayer)layer.Layer).Scale);
}
