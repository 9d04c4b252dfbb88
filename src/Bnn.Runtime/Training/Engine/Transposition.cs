using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using W = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary>Turns rows into columns, in blocks of 16x16 or 4x4 floats.</summary>
internal static unsafe class Transposition
{
    /// <summary>Largest block.</summary>
    public const int Block = 16;

    /// <summary>to[j][r] = from[r][j]. Whole vectors are moved: see what must be there.</summary>
    /// <param name="from"><c>[rows][columns]</c>; up to 15 floats behind a row are read.</param>
    /// <param name="fromStride">Floats from row to row.</param>
    /// <param name="rows">In [1, 32].</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="to">Receives <c>[columns][32]</c>, 0 from <paramref name="rows"/> on; up to 15 rows behind it may be overwritten.</param>
    public static void ToPanel(float* from, long fromStride, int rows, int columns, float* to)
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            for (int column = 0; column < columns; column += Block)
            {
                for (int row = 0; row < Gemm.Columns; row += Block)
                    Wide(from + (row * fromStride) + column, fromStride, rows - row, to + (column * Gemm.Columns) + row, Gemm.Columns);
            }
            return;
        }
        for (int column = 0; column < columns; column++)
            new Span<float>(to + (column * Gemm.Columns) + rows, Gemm.Columns - rows).Clear();
        int r = 0;
        for (; r + 4 <= rows; r += 4)
        {
            int column = 0;
            for (; column + 4 <= columns; column += 4)
                Gemm.Transpose4(from + (r * fromStride) + column, fromStride, to + (column * Gemm.Columns) + r, Gemm.Columns);
            for (; column < columns; column++)
            {
                for (int i = r; i < r + 4; i++)
                    to[(column * Gemm.Columns) + i] = from[(i * fromStride) + column];
            }
        }
        for (; r < rows; r++)
        {
            for (int column = 0; column < columns; column++)
                to[(column * Gemm.Columns) + r] = from[(r * fromStride) + column];
        }
    }

    /// <summary>to[j][r] = from[r][j] for 16 columns and rows, those from <paramref name="rows"/> on taken as 0.</summary>
    public static void Square(float* from, long fromStride, int rows, float* to, long toStride)
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            Wide(from, fromStride, rows, to, toStride);
            return;
        }
        int row = 0;
        for (; row + 4 <= Math.Min(rows, Block); row += 4)
        {
            for (int column = 0; column < Block; column += 4)
                Gemm.Transpose4(from + (row * fromStride) + column, fromStride, to + (column * toStride) + row, toStride);
        }
        for (; row < Block; row++)
        {
            for (int column = 0; column < Block; column++)
                to[(column * toStride) + row] = row < rows ? from[(row * fromStride) + column] : 0;
        }
    }

    // 16 rows, those from `rows` on taken as 0: pairs of floats, pairs of pairs, then whole quarters change places.
    private static void Wide(float* from, long stride, int rows, float* to, long toStride)
    {
        W zero = W.Zero;
        W a0 = rows > 0 ? Vector512.Load(from + (0 * stride)) : zero;
        W a1 = rows > 1 ? Vector512.Load(from + (1 * stride)) : zero;
        W a2 = rows > 2 ? Vector512.Load(from + (2 * stride)) : zero;
        W a3 = rows > 3 ? Vector512.Load(from + (3 * stride)) : zero;
        W a4 = rows > 4 ? Vector512.Load(from + (4 * stride)) : zero;
        W a5 = rows > 5 ? Vector512.Load(from + (5 * stride)) : zero;
        W a6 = rows > 6 ? Vector512.Load(from + (6 * stride)) : zero;
        W a7 = rows > 7 ? Vector512.Load(from + (7 * stride)) : zero;
        W a8 = rows > 8 ? Vector512.Load(from + (8 * stride)) : zero;
        W a9 = rows > 9 ? Vector512.Load(from + (9 * stride)) : zero;
        W aa = rows > 10 ? Vector512.Load(from + (10 * stride)) : zero;
        W ab = rows > 11 ? Vector512.Load(from + (11 * stride)) : zero;
        W ac = rows > 12 ? Vector512.Load(from + (12 * stride)) : zero;
        W ad = rows > 13 ? Vector512.Load(from + (13 * stride)) : zero;
        W ae = rows > 14 ? Vector512.Load(from + (14 * stride)) : zero;
        W af = rows > 15 ? Vector512.Load(from + (15 * stride)) : zero;

        (a0, a1) = (Avx512F.UnpackLow(a0, a1), Avx512F.UnpackHigh(a0, a1));
        (a2, a3) = (Avx512F.UnpackLow(a2, a3), Avx512F.UnpackHigh(a2, a3));
        (a4, a5) = (Avx512F.UnpackLow(a4, a5), Avx512F.UnpackHigh(a4, a5));
        (a6, a7) = (Avx512F.UnpackLow(a6, a7), Avx512F.UnpackHigh(a6, a7));
        (a8, a9) = (Avx512F.UnpackLow(a8, a9), Avx512F.UnpackHigh(a8, a9));
        (aa, ab) = (Avx512F.UnpackLow(aa, ab), Avx512F.UnpackHigh(aa, ab));
        (ac, ad) = (Avx512F.UnpackLow(ac, ad), Avx512F.UnpackHigh(ac, ad));
        (ae, af) = (Avx512F.UnpackLow(ae, af), Avx512F.UnpackHigh(ae, af));
        (a0, a2) = Doubles(a0, a2);
        (a1, a3) = Doubles(a1, a3);
        (a4, a6) = Doubles(a4, a6);
        (a5, a7) = Doubles(a5, a7);
        (a8, aa) = Doubles(a8, aa);
        (a9, ab) = Doubles(a9, ab);
        (ac, ae) = Doubles(ac, ae);
        (ad, af) = Doubles(ad, af);
        Quarters(a0, a4, a8, ac, to + (0 * toStride), toStride);
        Quarters(a2, a6, aa, ae, to + (1 * toStride), toStride);
        Quarters(a1, a5, a9, ad, to + (2 * toStride), toStride);
        Quarters(a3, a7, ab, af, to + (3 * toStride), toStride);
    }

    private static (W Low, W High) Doubles(W a, W b) =>
        (Avx512F.UnpackLow(a.AsDouble(), b.AsDouble()).AsSingle(), Avx512F.UnpackHigh(a.AsDouble(), b.AsDouble()).AsSingle());

    // Row 4 · i of the result is quarter i of all four.
    private static void Quarters(W a, W b, W c, W d, float* to, long stride)
    {
        W even = Avx512F.Shuffle4x128(a, b, 0x88), odd = Avx512F.Shuffle4x128(a, b, 0xDD);
        W otherEven = Avx512F.Shuffle4x128(c, d, 0x88), otherOdd = Avx512F.Shuffle4x128(c, d, 0xDD);
        Avx512F.Shuffle4x128(even, otherEven, 0x88).Store(to);
        Avx512F.Shuffle4x128(odd, otherOdd, 0x88).Store(to + (4 * stride));
        Avx512F.Shuffle4x128(even, otherEven, 0xDD).Store(to + (8 * stride));
        Avx512F.Shuffle4x128(odd, otherOdd, 0xDD).Store(to + (12 * stride));
    }
}
