using System.Globalization;
using System.Text;

namespace Bnn.Trainer.Tests;

/// <summary>Makes the content of PGM and PPM files, and folders of them that a small network learns in a second.</summary>
internal static class PnmFiles
{
    /// <summary>A binary grey image.</summary>
    public static byte[] Pgm(int width, int height, byte[] pixels) => [.. Encoding.ASCII.GetBytes($"P5\n{width} {height}\n255\n"), .. pixels];

    /// <summary>A text in single bytes, for example <c>P2 2 1 9 0 9</c>.</summary>
    public static byte[] Of(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Images of 8x8: a bright column left (class left), right (class right) or in the middle (class middle), with noise.</summary>
    public static void WriteFolder(string folder, int samples, int seed, params string[] classes)
    {
        var random = new Random(seed);
        foreach (string name in classes)
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            int bright = name switch { "left" => 1, "middle" => 4, _ => 6 };
            for (int i = 0; i < samples; i++)
            {
                var pixels = new byte[64];
                for (int p = 0; p < 64; p++)
                    pixels[p] = (byte)(p % 8 == bright ? random.Next(160, 256) : random.Next(0, 100));
                File.WriteAllBytes(Path.Combine(folder, name, i.ToString("D4", CultureInfo.InvariantCulture) + ".pgm"), Pgm(8, 8, pixels));
            }
        }
    }
}
