using System.Globalization;

namespace Bnn.Trainer.Tests;

/// <summary>Tables in the form of optdigits that a small network learns in a second: a class is a bright row or column, with noise.</summary>
internal static class SyntheticDigits
{
    public static string Table(int samples, int seed)
    {
        var random = new Random(seed);
        var lines = new List<string>();
        for (int i = 0; i < samples; i++)
        {
            int label = i % 10;
            var values = new int[65];
            for (int p = 0; p < 64; p++)
            {
                bool isBright = label < 5 ? p / 8 == label + 1 : p % 8 == label - 4;
                values[p] = isBright ? random.Next(9, 17) : random.Next(0, 7);
            }
            values[64] = label;
            lines.Add(string.Join(",", values.Select(value => value.ToString(CultureInfo.InvariantCulture))));
        }
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>A data folder with a training and a test set.</summary>
    public static void WriteTo(TempFolder folder)
    {
        folder.Write("data/uci/optdigits.tra", Table(600, seed: 1));
        folder.Write("data/uci/optdigits.tes", Table(200, seed: 2));
    }
}
