using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Some bits of a patch that lie side by side in the image.</summary>
/// <param name="Word">Word of the patch that takes them.</param>
/// <param name="Shift">Bit of that word where they begin.</param>
/// <param name="Offset">Where they begin in the image, counted from the first bit of the window.</param>
/// <param name="Length">Number of bits, in [1, 64].</param>
internal readonly record struct PatchPart(int Word, int Shift, int Offset, int Length);

/// <summary>How the bits under a kernel come into the words that meet the weights: each word is put together from a few reads of the image.</summary>
/// <param name="Parts">In the order of the words. Empty: a kernel of the runtime gathers them.</param>
/// <param name="Columns">For each bit of the patch the column of the weights; pixels under the kernel that no row reads are left out.</param>
/// <param name="IsOnBytes">Whether every part begins on a byte of the image, at every position.</param>
/// <remarks>Order of the bits: (kernel row · kernel columns + kernel column) · channels of the group + channel.</remarks>
internal sealed record PatchPlan(IReadOnlyList<PatchPart> Parts, int[] Columns, bool IsOnBytes)
{
    /// <summary>Words of a patch.</summary>
    public int Words => WeightMatrix.WordsFor(Columns.Length);

    /// <summary>Whether a kernel of the runtime gathers the patch.</summary>
    public bool IsGatheredByKernel => Parts.Count == 0;

    /// <summary>Plans the patches of a layer. That of group g begins g · channels of a group further.</summary>
    /// <param name="image">The layout that is read.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="padding">Padding of the layer; a kernel of the runtime adds it, unless the image has it as its border.</param>
    /// <param name="groups">Groups of the layer.</param>
    /// <param name="weights">The weights of all groups.</param>
    public static PatchPlan Of(ImageLayout image, Extent kernel, Padding padding, int groups, WeightMatrix weights)
    {
        int channels = image.Shape.Channels / groups;
        var window = new Shape(channels, kernel.Height, kernel.Width);
        if (image.Border != padding || !IsWrittenOut(image.Shape, kernel, groups))
            return new([], window.PixelMajor(), IsOnBytes: false);
        bool[] isRead = weights.ReadColumns();
        // Leaving out single pixels may take more pieces than they are worth.
        PatchPlan plan = Of(image, window, groups, (row, column) =>
            Enumerable.Range(0, channels).Any(channel => isRead[(((channel * window.Height) + row) * window.Width) + column]));
        return plan.Parts.Count is > 0 and <= CostModel.PatchParts ? plan : Of(image, window, groups, (_, _) => true);
    }

    /// <summary>Whether a patch is put together in the code, and not by a kernel of the runtime.</summary>
    /// <param name="input">The image that is read.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="groups">Groups of the layer.</param>
    public static bool IsWrittenOut(Shape input, Extent kernel, int groups)
    {
        long runs = groups == 1 ? kernel.Height : (long)kernel.Height * kernel.Width;
        long bits = (long)input.Channels / groups * kernel.Height * kernel.Width / runs;
        // A run of bits that begins and ends inside words takes a piece more than it fills words.
        return runs * ((bits / 64) + 2) <= CostModel.PatchParts;
    }

    private static PatchPlan Of(ImageLayout image, Shape window, int groups, Func<int, int, bool> isPixelRead)
    {
        var columns = new List<int>();
        var parts = new List<PatchPart>();
        for (int row = 0; row < window.Height; row++)
        {
            for (int column = 0; column < window.Width; column++)
            {
                if (!isPixelRead(row, column))
                    continue;
                // Without groups neighbouring pixels are one run of bits.
                int pixels = 1;
                while (groups == 1 && column + pixels < window.Width && isPixelRead(row, column + pixels))
                    pixels++;
                Add(parts, columns.Count, (row * image.RowLength) + (column * image.Shape.Channels), pixels * window.Channels);
                for (int i = 0; i < pixels * window.Channels; i++)
                    columns.Add((i % window.Channels * window.Height * window.Width) + (row * window.Width) + column + (i / window.Channels));
                column += pixels - 1;
            }
        }
        return new(parts, columns.ToArray(), IsOnBytes: image.Shape.Channels % 8 == 0 && window.Channels % 8 == 0);
    }

    private static void Add(List<PatchPart> to, int bit, int offset, int length)
    {
        while (length > 0)
        {
            int part = Math.Min(length, 64 - (bit & 63));
            to.Add(new(bit >> 6, bit & 63, offset, part));
            (bit, offset, length) = (bit + part, offset + part, length - part);
        }
    }
}
