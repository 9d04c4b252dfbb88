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

    /// <summary>A random convolution: small kernels of all kinds, every sixth on bytes, some with groups, strides, masks.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="widest">Images are narrower; every fifth is up to 64 wide.</param>
    public static (Shape Input, ConvolutionLayer Layer, bool IsEightBit) Convolution(int seed, int widest)
    {
        var random = new Random(seed);
        bool isEightBit = seed % 6 == 5;
        int groups = seed % 4 == 3 ? random.Next(1, 4) : 1;
        var input = new Shape(groups * random.Next(1, 4), random.Next(1, 20), random.Next(1, seed % 5 == 0 ? 65 : widest));
        var kernel = new Extent(random.Next(1, 6), random.Next(1, 6));
        var stride = seed % 2 == 0 ? new Extent(1, 1) : new Extent(random.Next(1, 4), random.Next(1, 4));
        int Pad(int size, int extent) => Math.Max(extent - size, random.Next(extent));
        var padding = new Padding(Pad(input.Height, kernel.Height), Pad(input.Width, kernel.Width), random.Next(kernel.Height), random.Next(kernel.Width));
        return (input, Layer(seed, input, kernel, stride, padding, groups, isEightBit, random), isEightBit);
    }

    public static ConvolutionLayer Layer(int seed, Shape input, Extent kernel, Extent stride, Padding padding, int groups, bool isEightBit, Random random)
    {
        int taps = kernel.Height * kernel.Width;
        WeightMatrix weights = RandomNetworks.Weights(groups * random.Next(1, 4), input.Channels / groups * taps, random, masked: seed % 3 == 0);
        int unit = isEightBit ? 255 : 1;
        IEnumerable<int> limits = Enumerable.Range(0, weights.Rows).Select(c => Math.Max(-1, (weights.LiveCount(c) * unit / 2) + random.Next(-2, 3)));
        return new ConvolutionLayer("c", weights, limits.ToEquatableArray(), kernel, stride, padding, random.Next(2) == 1, groups);
    }

    /// <summary>The count of a channel at a position by plain loops.</summary>
    /// <param name="layer">Weights, kernel, stride, padding, groups.</param>
    /// <param name="input">Shape of the image.</param>
    /// <param name="isEightBit">Whether plane b · channels + c is bit b of channel c.</param>
    /// <param name="pixel">Bit of pixel (plane · height + row) · width + column.</param>
    /// <param name="channel">Output channel.</param>
    /// <param name="y">Output row.</param>
    /// <param name="x">Output column.</param>
    public static int Count(ConvolutionLayer layer, Shape input, bool isEightBit, Func<int, bool> pixel, int channel, int y, int x)
    {
        WeightMatrix weights = layer.Weights;
        int count = 0, taps = layer.Kernel.Height * layer.Kernel.Width, groupChannels = input.Channels / layer.Groups;
        for (int i = 0; i < weights.Columns; i++)
        {
            if (!weights.IsLive(channel, i))
                continue;
            int from = (channel / (weights.Rows / layer.Groups) * groupChannels) + (i / taps);
            int row = (y * layer.Stride.Height) - layer.Padding.Top + (i % taps / layer.Kernel.Width);
            int column = (x * layer.Stride.Width) - layer.Padding.Left + (i % taps % layer.Kernel.Width);
            bool isInside = row >= 0 && row < input.Height && column >= 0 && column < input.Width;
            for (int b = 0; b < (isEightBit ? 8 : 1); b++)
            {
                bool bit = isInside ? pixel((((((b * input.Channels) + from) * input.Height) + row) * input.Width) + column) : layer.PaddingBit;
                count += bit != weights.IsPositive(channel, i) ? 1 << b : 0;
            }
        }
        return count;
    }

    /// <summary>The pixels of a channel under a window of a pool, those inside the image.</summary>
    public static int[] Window(MaxPoolLayer layer, Shape input, int channel, int y, int x) =>
    [
        .. from row in Enumerable.Range((y * layer.Stride.Height) - layer.Padding.Top, layer.Window.Height)
           from column in Enumerable.Range((x * layer.Stride.Width) - layer.Padding.Left, layer.Window.Width)
           where row >= 0 && row < input.Height && column >= 0 && column < input.Width
           select (((channel * input.Height) + row) * input.Width) + column
    ];
}
