using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Where the values between two layers lie: pixel by pixel, the channels of a pixel side by side, without gaps
/// (docs/decisions/0006-images-pixel-major.md).</summary>
/// <param name="Shape">What the layer before gives.</param>
/// <param name="Border">Padding that is kept around the image, so that every patch lies inside it; none if its reader does not pad.</param>
/// <param name="BorderBit">The bit in the border; on an 8-bit input the value 0 or 255.</param>
/// <remarks>A vector is an image of one pixel. Offsets count values: bits, or bytes of an 8-bit input.</remarks>
internal sealed record ImageLayout(Shape Shape, Padding Border, bool BorderBit)
{
    /// <summary>Whether the bits lie plane by plane instead, as lanes leave them for a layer that sees the whole image.</summary>
    public bool IsChannelMajor { get; init; }

    /// <summary>Whether the bits lie as the columns of a dense layer that sees them are in the file.</summary>
    public bool IsInFileOrder => IsChannelMajor || Shape.Channels == 1 || Shape is { Height: 1, Width: 1 };

    /// <summary>Columns of a dense layer that sees the whole image, in the order of the bits; null: as they are.</summary>
    public int[]? Columns() => IsChannelMajor ? null : Shape.PixelMajor();

    /// <summary>Rows with the border.</summary>
    public int Height => Border.Top + Shape.Height + Border.Bottom;

    /// <summary>Columns with the border.</summary>
    public int Width => Border.Left + Shape.Width + Border.Right;

    /// <summary>Values of a row with the border.</summary>
    public int RowLength => Width * Shape.Channels;

    /// <summary>Values with the border.</summary>
    public int Length => Height * RowLength;

    /// <summary>Whether there is a border.</summary>
    public bool HasBorder => Border != default;

    /// <summary>Words of the packed bits.</summary>
    public int Words => WeightMatrix.WordsFor(Length);

    /// <summary>The layout of values of <paramref name="shape"/> that go to <paramref name="reader"/>.</summary>
    /// <remarks>
    /// A convolution whose patches are written out gets its padding as a border, unless that would be out of proportion; for all others a kernel of
    /// the runtime gathers the patches, and pads.
    /// </remarks>
    public static ImageLayout For(Shape shape, Layer? reader) =>
        reader is ConvolutionLayer { Padding: var padding } layer && padding != default
            && PatchPlan.IsWrittenOut(shape, layer.Kernel, GroupMerging.Cheapest(shape, layer)) && IsInProportion(shape, padding)
            ? new(shape, padding, layer.PaddingBit)
            : new(shape, default, false);

    /// <summary>Whether an image with a border is small enough, or not much larger than without.</summary>
    public static bool IsInProportion(Shape shape, Padding padding)
    {
        long padded = shape.Channels * (padding.Top + (long)shape.Height + padding.Bottom) * (padding.Left + (long)shape.Width + padding.Right);
        return padded <= CostModel.PaddedValues || padded <= 2 * shape.LongCount;
    }
}
