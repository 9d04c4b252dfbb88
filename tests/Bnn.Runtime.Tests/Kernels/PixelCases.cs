using System.Runtime.InteropServices;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Images in the plainest form, and as planes.</summary>
internal static class PixelCases
{
    public static bool[] Image(Shape shape, Random random)
    {
        double ones = random.NextDouble();
        return [.. Enumerable.Range(0, shape.Count).Select(_ => random.NextDouble() < ones)];
    }

    public static ulong[] Packed(bool[] bits)
    {
        var words = new ulong[WeightMatrix.WordsFor(bits.Length)];
        for (int i = 0; i < bits.Length; i++)
            words[i >> 6] |= bits[i] ? 1UL << (i & 63) : 0;
        return words;
    }

    /// <summary>The planes of an image; the lanes without a pixel hold noise, as they may.</summary>
    public static ulong[] Planes(bool[] image, Shape shape, PixelLayout layout, int stride, Random random)
    {
        var planes = new ulong[shape.Channels * stride];
        random.NextBytes(MemoryMarshal.AsBytes(planes.AsSpan()));
        for (int i = 0; i < image.Length; i++)
        {
            int channel = i / (shape.Height * shape.Width), row = i / shape.Width % shape.Height, column = i % shape.Width;
            ref ulong word = ref planes[(channel * stride) + (row / layout.RowsOfWord)];
            int bit = (row % layout.RowsOfWord * layout.Pitch) + column;
            word = (word & ~(1UL << bit)) | (image[i] ? 1UL << bit : 0);
        }
        return planes;
    }

    public static bool Pixel(ulong[] planes, PixelLayout layout, int stride, int channel, int row, int column) =>
        LaneCases.Bit(planes.AsSpan(channel * stride), (row * layout.Pitch) + column);
}
