using System.ComponentModel;
using System.Runtime.InteropServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Puts a border of one bit or byte around a pixel-major image, so that the patches of a padded convolution lie inside it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Borders
{
    /// <summary>Copies a packed image into one with a border.</summary>
    /// <param name="image"><c>[rows, length]</c> bits and a readable word.</param>
    /// <param name="rows">Rows of the image.</param>
    /// <param name="length">Bits of a row.</param>
    /// <param name="above">Bits of border before the first row.</param>
    /// <param name="before">Bits of border before each row.</param>
    /// <param name="after">Bits of border behind each row.</param>
    /// <param name="below">Bits of border behind the last row.</param>
    /// <param name="bit">The bit in the border, 0 or 1.</param>
    /// <param name="bordered">Receives the image with its border; tail bits 0.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Add(ReadOnlySpan<ulong> image, int rows, int length, int above, int before, int after, int below, ulong bit, Span<ulong> bordered)
    {
        long total = above + ((long)rows * (before + length + after)) + below;
        if (image.Length <= WeightMatrix.WordsFor(checked(rows * length)) || 64L * bordered.Length < total)
        {
            throw new ArgumentException(
                $"{rows} rows of {length} bits do not lie in {image.Length} words, one of them behind, or {total} bits not in {bordered.Length} words.");
        }
        ref ulong words = ref MemoryMarshal.GetReference(image);
        var writer = new BitWriter(bordered);
        writer.Fill(bit, above);
        for (int row = 0; row < rows; row++)
        {
            writer.Fill(bit, before);
            writer.Copy(in words, row * length, length);
            writer.Fill(bit, after);
        }
        writer.Fill(bit, below);
        writer.Flush();
    }

    /// <summary>Copies an image of bytes into one with a border.</summary>
    /// <param name="image"><c>[rows, length]</c> bytes.</param>
    /// <param name="rows">Rows of the image.</param>
    /// <param name="length">Bytes of a row.</param>
    /// <param name="above">Bytes of border before the first row.</param>
    /// <param name="before">Bytes of border before each row.</param>
    /// <param name="after">Bytes of border behind each row.</param>
    /// <param name="below">Bytes of border behind the last row.</param>
    /// <param name="value">The byte in the border.</param>
    /// <param name="bordered">Receives the image with its border.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Add(ReadOnlySpan<byte> image, int rows, int length, int above, int before, int after, int below, byte value, Span<byte> bordered)
    {
        int stride = before + length + after;
        bordered = bordered[..checked(above + (rows * stride) + below)];
        bordered.Fill(value);
        for (int row = 0; row < rows; row++)
            image.Slice(row * length, length).CopyTo(bordered[(above + before + (row * stride))..]);
    }
}
