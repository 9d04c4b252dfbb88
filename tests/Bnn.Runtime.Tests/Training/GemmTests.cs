using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed unsafe class GemmTests
{
    [Theory, InlineData(1), InlineData(7), InlineData(96), InlineData(500)]
    public void Tiles_of_both_widths_give_the_bits_of_one_chain_of_fused_multiply_adds(int k)
    {
        FloatBuffer left = Random(12 * k, 1), right = Random(32 * k, 2);
        const int Stride = 40;
        float[] expected = Random(12 * Stride, 3).Span.ToArray();
        for (int row = 0; row < 12; row++)
        {
            for (int column = 0; column < 32; column++)
            {
                ref float item = ref expected[(row * Stride) + column];
                for (int i = 0; i < k; i++)
                    item = MathF.FusedMultiplyAdd(left.Span[(i * 12) + row], right.Span[(i * 32) + column], item);
            }
        }
        FloatBuffer wide = Random(12 * Stride, 3), narrow = Random(12 * Stride, 3), either = Random(12 * Stride, 3);
        GemmTile512.Run(k, left.Pointer, right.Pointer, wide.Pointer, Stride);
        GemmTile256.Run(k, left.Pointer, right.Pointer, narrow.Pointer, Stride);
        Gemm.Tile(k, left.Pointer, right.Pointer, either.Pointer, Stride);
        Assert.Equal(expected, wide.Span.ToArray());
        Assert.Equal(expected, narrow.Span.ToArray());
        Assert.Equal(expected, either.Span.ToArray());
    }

    [Fact]
    public void Blocking_along_k_changes_no_bit()
    {
        FloatBuffer left = Random(12 * 100, 1), right = Random(32 * 100, 2), whole = new(12 * 32), parts = new(12 * 32);
        Gemm.Tile(100, left.Pointer, right.Pointer, whole.Pointer, 32);
        Gemm.Tile(37, left.Pointer, right.Pointer, parts.Pointer, 32);
        Gemm.Tile(63, left.Pointer + (37 * 12), right.Pointer + (37 * 32), parts.Pointer, 32);
        Assert.Equal(whole.Span.ToArray(), parts.Span.ToArray());
    }

    [Theory, InlineData(12, 9), InlineData(12, 3), InlineData(5, 9), InlineData(1, 4)]
    public void Left_panels_hold_rows_or_columns_and_zeros(int count, int k)
    {
        FloatBuffer source = Random(20 * 20, 4), rows = Random(12 * k, 5), columns = Random(12 * k, 6);
        Gemm.PackRows(source.Pointer, 20, count, k, rows.Pointer);
        Gemm.PackColumns(source.Pointer, 20, count, k, columns.Pointer);
        for (int i = 0; i < k; i++)
        {
            for (int r = 0; r < 12; r++)
            {
                Assert.Equal(r < count ? source.Span[(r * 20) + i] : 0, rows.Span[(i * 12) + r]);
                Assert.Equal(r < count ? source.Span[(i * 20) + r] : 0, columns.Span[(i * 12) + r]);
            }
        }
    }

    [Fact]
    public void Buffers_begin_at_a_cache_line()
    {
        for (int length = 1; length < 100; length += 7)
            Assert.Equal(0u, (nuint)new FloatBuffer(length).Pointer % 64);
    }

    private static FloatBuffer Random(int length, ulong seed)
    {
        var buffer = new FloatBuffer(length);
        for (int i = 0; i < length; i++)
            buffer.Span[i] = (float)CounterRandom.Normal(seed, 0, 0, (ulong)i);
        return buffer;
    }
}
