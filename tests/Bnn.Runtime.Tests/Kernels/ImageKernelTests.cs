using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Kernels on pixel-major images against the same picked bit by bit, and against the reference.</summary>
public class ImageKernelTests
{
    private static readonly int[] s_sizes = [1, 2, 3, 8, 31, 63, 64, 65, 128, 130];

    [Fact]
    public void A_transposed_matrix_has_rows_for_columns()
    {
        var random = new Random(3);
        foreach (int rows in s_sizes)
        {
            foreach (int columns in s_sizes)
            {
                ulong[] source = Words(BitStream.WordsFor(rows * columns), random);
                ulong[] result = [.. Enumerable.Repeat(ulong.MaxValue, WeightMatrix.WordsFor(rows * columns))];
                BitMatrix.Transpose(source, rows, columns, result);
                for (int i = 0; i < 64 * result.Length; i++)
                    Assert.Equal(i < rows * columns && Bit(source, (i % rows * columns) + (i / rows)), Bit(result, i));
            }
        }
    }

    [Fact]
    public void A_patch_holds_the_bits_under_the_kernel_and_padding_around_the_image()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            int groups = random.Next(1, 4), perGroup = s_sizes[random.Next(s_sizes.Length)], channels = groups * perGroup;
            int height = random.Next(1, 6), width = random.Next(1, 6), rows = random.Next(1, 5), columns = random.Next(1, 5);
            int down = random.Next(1, 3), right = random.Next(1, 3), top = random.Next(7), left = random.Next(7);
            var shape = new PatchShape(channels, height, width, rows, columns, down, right, top, left, seed % 2 == 0, groups);
            ulong[] image = Words(shape.ImageWords, random);
            var patch = new ulong[shape.Words];
            for (int position = 0; position < 20; position++)
            {
                int row = random.Next(8), column = random.Next(8), group = random.Next(groups);
                shape.Gather(image, row, column, group, patch);
                for (int i = 0; i < 64 * patch.Length; i++)
                {
                    int y = (row * down) - top + (i / perGroup / columns), x = (column * right) - left + (i / perGroup % columns);
                    bool expected = i < perGroup * rows * columns && (y < 0 || y >= height || x < 0 || x >= width
                        ? seed % 2 == 0 : Bit(image, (((y * width) + x) * channels) + (group * perGroup) + (i % perGroup)));
                    Assert.Equal(expected, Bit(patch, i));
                }
            }
        }
    }

    [Fact]
    public void Pooled_images_are_those_of_the_reference()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var input = new Shape(s_sizes[random.Next(s_sizes.Length)], random.Next(3, 8), random.Next(3, 8));
            Extent window = new(random.Next(1, 4), random.Next(1, 4)), stride = new(random.Next(1, 4), random.Next(1, 4));
            var padding = new Padding(random.Next(window.Height), random.Next(window.Width), random.Next(window.Height), random.Next(window.Width));
            var layer = new MaxPoolLayer("p", window, stride, padding,
                seed % 2 == 0 ? default : Enumerable.Range(0, input.Channels).Select(_ => random.Next(2) == 0).ToEquatableArray());
            var scores = new SumScoresLayer("s", WeightMatrix.Create(1, input.Channels, (_, _) => 1), new([0]), 1);
            byte[] bytes = [.. Enumerable.Range(0, input.Count).Select(_ => (byte)random.Next(2))];
            bool[] expected = Reference.Run(new("n", input, new RawBitsEncoding(), new([layer, scores]), default, default), bytes).Bits[0];

            Shape output = layer.Output(input);
            int[] inputOrder = input.PixelMajor(), outputOrder = output.PixelMajor();
            var image = new ulong[BitStream.WordsFor(input.Count)];
            for (int i = 0; i < inputOrder.Length; i++)
                BitStream.Or(ref image[0], i, bytes[inputOrder[i]]);
            var and = new ulong[WeightMatrix.WordsFor(input.Channels)];
            for (int c = 0; c < layer.AndChannels.Length; c++)
                and[c >> 6] |= layer.AndChannels[c] ? 1UL << (c & 63) : 0;
            ulong[] result = [.. Enumerable.Repeat(ulong.MaxValue, WeightMatrix.WordsFor(output.Count))];
            new PoolShape(input.Channels, input.Height, input.Width, window.Height, window.Width, stride.Height, stride.Width,
                padding.Top, padding.Left, output.Height, output.Width).Pool(image, layer.AndChannels.Length == 0 ? default : and, result);
            for (int i = 0; i < 64 * result.Length; i++)
                Assert.Equal(i < output.Count && expected[outputOrder[i]], Bit(result, i));
        }
    }

    [Fact]
    public void Interleaved_values_stand_pixel_by_pixel()
    {
        var pixels = new byte[6];
        InputPacking.Interleave([1, 2, 3, 4, 5, 6], 3, pixels);
        Assert.Equal([1, 3, 5, 2, 4, 6], pixels);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        var patch = new PatchShape(4, 4, 4, 3, 3, 1, 1, 1, 1, paddingBit: false, groups: 2);
        Assert.Throws<ArgumentException>(() => patch.Gather(new ulong[1], 0, 0, 0, new ulong[1]));
        Assert.Throws<ArgumentException>(() => patch.Gather(new ulong[2], 0, 0, 0, default));
        Assert.Throws<ArgumentException>(() => patch.Gather(new ulong[2], 0, 0, 2, new ulong[1]));
        var pool = new PoolShape(65, 2, 2, 2, 2, 2, 2, 0, 0, 1, 1);
        Assert.Throws<ArgumentException>(() => pool.Pool(new ulong[5], default, new ulong[2]));
        Assert.Throws<ArgumentException>(() => pool.Pool(new ulong[6], default, new ulong[1]));
        Assert.Throws<ArgumentException>(() => pool.Pool(new ulong[6], new ulong[1], new ulong[2]));
        Assert.Throws<ArgumentException>(() => BitMatrix.Transpose(new ulong[1], 2, 2, new ulong[1]));
        Assert.Throws<ArgumentException>(() => BitMatrix.Transpose(new ulong[2], 2, 2, default));
        Assert.Throws<ArgumentException>(() => InputPacking.Interleave(new byte[5], 3, new byte[5]));
        Assert.Throws<ArgumentException>(() => InputPacking.Interleave(new byte[6], 3, new byte[5]));
    }

    private static ulong[] Words(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() ^ (ulong)random.NextInt64() << 1)];

    private static bool Bit(ulong[] words, int i) => (words[i >> 6] >> (i & 63) & 1) != 0;
}
