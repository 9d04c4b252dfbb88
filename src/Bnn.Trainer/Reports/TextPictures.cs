using System.Text;
using Bnn.Model;
using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Reports;

/// <summary>One image of each class in characters, dark to bright; a character is twice as high as it is wide.</summary>
internal static class TextPictures
{
    private const string Ramp = " .:-=+*#%@";
    private const int MostWidth = 24, LineWidth = 104, MostPictures = 8;

    /// <summary>Pictures side by side, each under the name of its class.</summary>
    public static string Of(DataPart part)
    {
        var text = new StringBuilder();
        LabeledImages samples = part.Samples;
        int width = Math.Min(MostWidth, samples.Shape.Width * 2);
        int height = Math.Max(1, (int)Math.Round(width * samples.Shape.Height / (2.0 * samples.Shape.Width)));
        int brightest = Math.Max(1, (int)samples.Pixels.Max());
        int[] shown = [.. part.Examples(1).SelectMany(examples => examples).Take(MostPictures)];
        foreach (int[] line in shown.Chunk(Math.Max(1, LineWidth / (width + 2))))
        {
            Add(i => Cell(Text.Safe(samples.ClassNames[samples.Labels[i]]), width));
            for (int row = 0; row < height; row++)
                Add(i => Row(samples.Image(i), samples.Shape, row, height, width, brightest));
            text.Append('\n');

            void Add(Func<int, string> cell) => text.Append(("  " + string.Join("  ", line.Select(cell))).TrimEnd()).Append('\n');
        }
        return text.ToString();
    }

    private static string Cell(string name, int width) => name.Length > width ? name[..width] : name.PadRight(width);

    // The mean of the pixels that a character covers, all channels alike.
    private static string Row(ReadOnlySpan<byte> image, Shape shape, int row, int rows, int columns, int brightest)
    {
        var text = new StringBuilder();
        for (int column = 0; column < columns; column++)
        {
            (int top, int bottom) = Covered(row, rows, shape.Height);
            (int left, int right) = Covered(column, columns, shape.Width);
            long sum = 0;
            for (int channel = 0; channel < shape.Channels; channel++)
            {
                for (int y = top; y < bottom; y++)
                {
                    foreach (byte value in image.Slice((((channel * shape.Height) + y) * shape.Width) + left, right - left))
                        sum += value;
                }
            }
            long most = (long)brightest * shape.Channels * (bottom - top) * (right - left);
            text.Append(Ramp[(int)(sum * (Ramp.Length - 1) / most)]);
        }
        return text.ToString();
    }

    private static (int First, int End) Covered(int index, int of, int size)
    {
        int first = index * size / of;
        return (first, Math.Max(first + 1, (index + 1) * size / of));
    }
}
