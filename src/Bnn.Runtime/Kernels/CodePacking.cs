using System.ComponentModel;

namespace Bnn.Kernels;

/// <summary>Turns the bytes of an image into codes, plane by plane with a border, for layers that look up what a value adds to their counts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CodePacking
{
    /// <summary>Packs an image.</summary>
    /// <param name="values"><c>[channels, height, width]</c> bytes.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="top">Rows of border above the image.</param>
    /// <param name="left">Columns of border before it.</param>
    /// <param name="bottom">Rows of border below it.</param>
    /// <param name="right">Columns of border behind it.</param>
    /// <param name="maps"><c>[channels, 256]</c>: the code of each byte; empty: the byte itself.</param>
    /// <param name="borders"><c>[channels]</c>: the code in the border.</param>
    /// <param name="codes">Receives <c>[channels, top + height + bottom, left + width + right]</c> codes.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <remarks>Cost: a lookup for each value; without maps a copy of each row.</remarks>
    public static void Pack(
        ReadOnlySpan<byte> values, int height, int width, int top, int left, int bottom, int right,
        ReadOnlySpan<byte> maps, ReadOnlySpan<byte> borders, Span<byte> codes)
    {
        int rowLength = left + width + right, planeLength = (top + height + bottom) * rowLength;
        if (values.Length != borders.Length * height * width || codes.Length < borders.Length * planeLength
            || (!maps.IsEmpty && maps.Length != 256 * borders.Length))
        {
            throw new ArgumentException(
                $"{values.Length} values of {borders.Length} channels and {maps.Length} codes of bytes do not pack into {codes.Length} codes.");
        }
        for (int channel = 0; channel < borders.Length; channel++)
        {
            Span<byte> plane = codes.Slice(channel * planeLength, planeLength);
            if (planeLength > height * width)
                plane.Fill(borders[channel]);
            for (int row = 0; row < height; row++)
            {
                ReadOnlySpan<byte> from = values.Slice(((channel * height) + row) * width, width);
                Span<byte> to = plane.Slice(((top + row) * rowLength) + left, width);
                if (maps.IsEmpty)
                    from.CopyTo(to);
                else
                    Map(from, maps.Slice(256 * channel, 256), to);
            }
        }
    }

    private static void Map(ReadOnlySpan<byte> values, ReadOnlySpan<byte> map, Span<byte> codes)
    {
        for (int i = 0; i < codes.Length; i++)
            codes[i] = map[values[i]];
    }
}
