using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference;

/// <summary>Parts of layers in the form that kernels take.</summary>
internal static class LayerPacking
{
    /// <summary>Signs of all rows, <c>[rows, words]</c>; those of pruned weights are 0.</summary>
    public static ulong[] PackedSigns(this WeightMatrix weights)
    {
        var signs = new ulong[weights.Rows * weights.WordsPerRow];
        for (int row = 0; row < weights.Rows; row++)
            weights.Signs(row).CopyTo(signs.AsSpan(row * weights.WordsPerRow));
        return signs;
    }

    /// <summary>Masks of all rows, <c>[rows, words]</c>, 1 = live; nothing if everything lives.</summary>
    public static ulong[] PackedMasks(this WeightMatrix weights)
    {
        var masks = new ulong[weights.HasMask ? weights.Rows * weights.WordsPerRow : 0];
        for (int i = 0; i < masks.Length; i++)
            masks[i] = weights.Live(i / weights.WordsPerRow, i % weights.WordsPerRow);
        return masks;
    }

    /// <summary>Which channels are pooled by AND, packed; nothing if none can be.</summary>
    public static ulong[] PackedAnd(this MaxPoolLayer layer)
    {
        var and = new ulong[WeightMatrix.WordsFor(layer.AndChannels.Length)];
        for (int c = 0; c < layer.AndChannels.Length; c++)
            and[c >> 6] |= layer.AndChannels[c] ? 1UL << (c & 63) : 0;
        return and;
    }

    /// <summary>The window of a convolution over an image.</summary>
    public static SampleWindow WindowOn(this ConvolutionLayer layer, Shape input) => Window(layer, input, layer.Kernel, layer.Stride, layer.Padding);

    /// <summary>The window of a pool over an image.</summary>
    public static SampleWindow WindowOn(this MaxPoolLayer layer, Shape input) => Window(layer, input, layer.Window, layer.Stride, layer.Padding);

    private static SampleWindow Window(Layer layer, Shape input, Extent size, Extent stride, Padding padding)
    {
        Shape output = layer.Output(input);
        return new(input.Height, input.Width, size.Height, size.Width, stride.Height, stride.Width, padding.Top, padding.Left, output.Height, output.Width);
    }
}
