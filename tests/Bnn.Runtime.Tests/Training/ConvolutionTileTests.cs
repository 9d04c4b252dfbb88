using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed unsafe class ConvolutionTileTests
{
    [Theory]
    [InlineData(1, 1, 32)]
    [InlineData(3, 7, 20)]
    [InlineData(2, 8, 16)]
    [InlineData(4, 5, 9)]
    public void Weight_tiles_of_all_widths_give_the_bits_of_one_chain_of_fused_multiply_adds(int rows, int width, int channels)
    {
        int pitch = width + 3, values = (rows * pitch) + 40;
        FloatBuffer x = Random(values, 1), dy = Random(rows * width * 32, 2);
        long[] taps = [.. Enumerable.Range(0, 12).Select(i => (long)(i * 7 % 31))];
        float[] expected = Random(ConvolutionWeightTile.Items, 3).Span.ToArray();
        for (int k = 0; k < 12; k++)
        {
            for (int c = 0; c < 32; c++)
            {
                ref float item = ref expected[(k * 32) + c];
                for (int q = 0; q < rows * width; q++)
                    item = MathF.FusedMultiplyAdd(x.Span[(int)taps[k] + (q / width * pitch) + (q % width)], dy.Span[(q * 32) + c], item);
            }
        }
        FloatBuffer either = Random(ConvolutionWeightTile.Items, 3), whole = Random(ConvolutionWeightTile.Items, 3);
        FloatBuffer half = Random(ConvolutionWeightTile.Items, 3), quarter = Random(ConvolutionWeightTile.Items, 3);
        fixed (long* at = taps)
        {
            ConvolutionWeightTile.Run(rows, width, dy.Pointer, x.Pointer, pitch, at, either.Pointer, channels);
            ConvolutionWeightTile512.Whole(rows, width, dy.Pointer, x.Pointer, pitch, at, whole.Pointer);
            ConvolutionWeightTile512.Half(rows, width, dy.Pointer, x.Pointer, pitch, at, half.Pointer);
            ConvolutionWeightTile.Quarter(rows, width, dy.Pointer + 16, x.Pointer, pitch, at + 6, quarter.Pointer + (6 * 32) + 16);
        }
        Assert.Equal(expected, whole.Span.ToArray());
        for (int k = 0; k < 12; k++)
        {
            Assert.Equal(expected[(k * 32)..((k * 32) + channels)], either.Span.Slice(k * 32, channels).ToArray());
            Assert.Equal(expected[(k * 32)..((k * 32) + 16)], half.Span.Slice(k * 32, 16).ToArray());
            if (k >= 6)
                Assert.Equal(expected[((k * 32) + 16)..((k * 32) + 32)], quarter.Span.Slice((k * 32) + 16, 16).ToArray());
        }
    }

    [Theory, InlineData(12, 32), InlineData(12, 9), InlineData(5, 17), InlineData(1, 1)]
    public void Tiles_give_the_bits_of_one_chain_of_fused_multiply_adds(int rows, int columns)
    {
        const int K = 23, Stride = 40;
        FloatBuffer weights = Random(K * 12, 1), x = Random(100, 2), y = new(12 * Stride);
        int[] taps = [.. Enumerable.Range(0, K).Select(i => i * 5 % 61)];
        fixed (int* at = taps)
            ConvolutionTile.Run(K, weights.Pointer, x.Pointer, at, y.Pointer, Stride, rows, columns);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                float expected = 0;
                for (int k = 0; k < K; k++)
                    expected = MathF.FusedMultiplyAdd(weights.Span[(k * 12) + row], x.Span[taps[k] + column], expected);
                Assert.Equal(expected, y.Span[(row * Stride) + column]);
            }
        }
    }

    [Theory, InlineData(PooledWeightTile.Wide), InlineData(PooledWeightTile.Narrow)]
    public void Pooled_tiles_of_all_widths_give_the_bits_of_one_chain_of_fused_multiply_adds(int length)
    {
        const int Count = 21, Pixel = 5;
        FloatBuffer dy = Random(Count, 1), x = Random((Count * Pixel * 3) + 200, 2);
        int[] sources = [.. Enumerable.Range(0, Count).Select(i => (i * 3) + (i % 2))], runs = [0, 17, 100];
        FloatBuffer sums = Random(3 * length, 3), narrow = Random(3 * length, 3);
        float[] expected = sums.Span.ToArray();
        for (int i = 0; i < expected.Length; i++)
        {
            for (int p = 0; p < Count; p++)
                expected[i] = MathF.FusedMultiplyAdd(dy.Span[p], x.Span[(sources[p] * Pixel) + runs[i / length] + (i % length)], expected[i]);
        }
        fixed (int* from = sources, at = runs)
        {
            PooledWeightTile.Run(Count, dy.Pointer, from, Pixel, x.Pointer, at, length, sums.Pointer);
            for (int i = 0; i < length; i += PooledWeightTile.Narrow)
                PooledWeightTile.RunNarrow(Count, dy.Pointer, from, Pixel, x.Pointer + i, at, length, narrow.Pointer + i);
        }
        Assert.Equal(expected, sums.Span.ToArray());
        Assert.Equal(expected, narrow.Span.ToArray());
    }

    [Theory, InlineData(32, 16), InlineData(20, 5), InlineData(7, 33), InlineData(1, 1)]
    public void A_transposed_panel_holds_columns_and_zeros(int rows, int columns)
    {
        const int Stride = 50;
        FloatBuffer from = Random((32 * Stride) + 64, 1), to = Random((columns + 16) * 32, 2);
        Transposition.ToPanel(from.Pointer, Stride, rows, columns, to.Pointer);
        for (int column = 0; column < columns; column++)
        {
            for (int row = 0; row < 32; row++)
                Assert.Equal(row < rows ? from.Span[(row * Stride) + column] : 0, to.Span[(column * 32) + row]);
        }
    }

    private static FloatBuffer Random(int length, ulong seed)
    {
        var buffer = new FloatBuffer(length);
        for (int i = 0; i < length; i++)
            buffer.Span[i] = (float)CounterRandom.Normal(seed, 0, 0, (ulong)i);
        return buffer;
    }
}
