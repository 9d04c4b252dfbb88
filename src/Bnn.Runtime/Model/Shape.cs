namespace Bnn.Model;

/// <summary>Size of the values between two layers: channels, rows and columns, each at least 1.</summary>
/// <param name="Channels">Number of channels (planes).</param>
/// <param name="Height">Rows of a channel.</param>
/// <param name="Width">Columns of a channel.</param>
/// <remarks>Values are stored channel-major, rows top first: index = (channel · Height + row) · Width + column.</remarks>
readonly partial record struct Shape(int Channels, int Height, int Width)
{
    /// <summary>A vector of <paramref name="length"/> values.</summary>
    public static Shape Vector(int length) => new(length, 1, 1);

    /// <summary>Number of values; long, because a product of three sizes from a file may pass int.</summary>
    public long LongCount => (long)Channels * Height * Width;

    /// <summary>Number of values of a shape within <see cref="ModelCaps.LayerValues"/>.</summary>
    public int Count => checked((int)LongCount);

    /// <summary>For each place of a pixel-major image, index (row · Width + column) · Channels + channel, the channel-major index of its value.</summary>
    /// <remarks>The kernel of a convolution is such an image too. See docs/decisions/0006-images-pixel-major.md.</remarks>
    public int[] PixelMajor()
    {
        var order = new int[Count];
        int pixels = Height * Width;
        for (int i = 0; i < order.Length; i++)
            order[i] = (i % Channels * pixels) + (i / Channels);
        return order;
    }

    /// <summary>The form used in model files, for example <c>1x28x28</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Channels}x{Height}x{Width}");
}
