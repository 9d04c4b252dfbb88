using Bnn.Model;

namespace Bnn.Trainer.Reports.Page;

/// <summary>Weights of a layer as a picture: a row for each channel, a column for each input; white for +1, black for −1, blue for pruned weights.</summary>
internal static class MaskPicture
{
    private const int MostRows = 512, MostColumns = 1024;
    private static readonly byte[] s_pruned = [70, 110, 190];

    /// <summary>A PNG as a <c>data:</c> address, of the first rows and columns if there are many.</summary>
    public static string DataUri(WeightMatrix weights)
    {
        int rows = Math.Min(MostRows, weights.Rows), columns = Math.Min(MostColumns, weights.Columns);
        var pixels = new byte[3 * rows * columns];
        for (int i = 0; i < rows * columns; i++)
        {
            (int row, int column) = (i / columns, i % columns);
            Span<byte> pixel = pixels.AsSpan(3 * i, 3);
            if (!weights.IsLive(row, column))
                s_pruned.CopyTo(pixel);
            else
                pixel.Fill(weights.IsPositive(row, column) ? (byte)255 : (byte)0);
        }
        return "data:image/png;base64," + Convert.ToBase64String(Png.Encode(columns, rows, pixels));
    }
}
