using Bnn.Model;
using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Reports;

/// <summary>A picture with a row of images for each class.</summary>
internal static class ContactSheet
{
    private const int Columns = 16, Gap = 2, LeastSide = 28;

    /// <summary>A PNG file; images are enlarged to at least 28 pixels and as bright as the brightest of them.</summary>
    /// <exception cref="UsageException">The samples are no images.</exception>
    public static byte[] Of(DataPart part)
    {
        LabeledImages samples = part.Samples;
        Shape shape = samples.Shape;
        if (shape is not { Channels: 1 or 3, Height: > 1, Width: > 1 })
            throw new UsageException($"samples of {shape} make no picture; for a table of pixels, add the shape, for example: ,shape=8x8");
        int scale = Math.Max(1, (LeastSide + Math.Min(shape.Height, shape.Width) - 1) / Math.Min(shape.Height, shape.Width));
        int cellWidth = (shape.Width * scale) + Gap, cellHeight = (shape.Height * scale) + Gap;
        int[][] rows = [.. part.Examples(Columns).Where(row => row.Length > 0)];
        int width = (cellWidth * rows.Max(row => row.Length)) + Gap, height = (cellHeight * rows.Length) + Gap;
        var pixels = new byte[3 * width * height];
        pixels.AsSpan().Fill(96);
        int brightest = Math.Max(1, (int)samples.Pixels.Max());
        for (int row = 0; row < rows.Length; row++)
        {
            for (int column = 0; column < rows[row].Length; column++)
            {
                ReadOnlySpan<byte> image = samples.Image(rows[row][column]);
                for (int y = 0; y < shape.Height * scale; y++)
                {
                    int at = 3 * ((((row * cellHeight) + Gap + y) * width) + (column * cellWidth) + Gap);
                    for (int x = 0; x < shape.Width * scale; x++)
                    {
                        int pixel = (y / scale * shape.Width) + (x / scale);
                        for (int c = 0; c < 3; c++)
                            pixels[at++] = (byte)(image[(c % shape.Channels * shape.Height * shape.Width) + pixel] * 255 / brightest);
                    }
                }
            }
        }
        return Png.Encode(width, height, pixels);
    }
}
