using System.Runtime.Intrinsics;

namespace Bnn.Training;

/// <summary>Multiplies packed panels of floats tile by tile: the inner loop of training.</summary>
/// <remarks>
/// A left panel holds 12 rows, <c>[K][12]</c>; a right panel 32 columns, <c>[K][32]</c>; both are filled up with zeros. Each element of the
/// product is one chain of fused multiply-adds over k, rising, that goes on from the element's old value. So blocking along k, the vector
/// width and the order of tiles change no bit, and sums of integers below 2^24 are exact.
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>Rows of a left panel.</summary>
    public const int Rows = 12;

    /// <summary>Columns of a right panel.</summary>
    public const int Columns = 32;

    /// <summary>Steps of k whose right panel (24 KB) and left panel (9 KB) stay in a first-level cache together.</summary>
    public const int BlockK = 192;

    /// <summary>Panels of <see cref="Rows"/> that hold <paramref name="rows"/> rows.</summary>
    public static int LeftPanels(int rows) => (rows + Rows - 1) / Rows;

    /// <summary>Panels of <see cref="Columns"/> that hold <paramref name="columns"/> columns.</summary>
    public static int RightPanels(int columns) => (columns + Columns - 1) / Columns;

    /// <summary>C[12, 32] += A[12, K]·B[K, 32], on the widest vectors of this processor.</summary>
    /// <param name="k">K, at least 0.</param>
    /// <param name="left"><c>[K][12]</c></param>
    /// <param name="right"><c>[K][32]</c></param>
    /// <param name="product">First element of <c>[12][32]</c>, rows <paramref name="stride"/> floats apart.</param>
    /// <param name="stride">At least 32.</param>
    public static void Tile(int k, float* left, float* right, float* product, int stride)
    {
        if (Vector512.IsHardwareAccelerated)
            GemmTile512.Run(k, left, right, product, stride);
        else
            GemmTile256.Run(k, left, right, product, stride);
    }

    /// <summary>Turns <paramref name="rows"/> ≤ 12 rows into a left panel: panel[k][r] = source[r][k]; missing rows become 0.</summary>
    public static void PackRows(float* source, int stride, int rows, int k, float* panel)
    {
        if (rows < Rows)
            new Span<float>(panel, k * Rows).Clear();
        int i = 0;
        for (; i + 4 <= k && rows == Rows; i += 4)
        {
            for (int r = 0; r < Rows; r += 4)
                Transpose4(source + ((long)r * stride) + i, stride, panel + (i * Rows) + r, Rows);
        }
        for (; i < k; i++)
        {
            for (int r = 0; r < rows; r++)
                panel[(i * Rows) + r] = source[((long)r * stride) + i];
        }
    }

    /// <summary>Takes <paramref name="columns"/> ≤ 12 neighbouring columns as a left panel: panel[k][r] = source[k][r]; missing columns become 0.</summary>
    public static void PackColumns(float* source, int stride, int columns, int k, float* panel)
    {
        for (int i = 0; i < k; i++, source += stride, panel += Rows)
        {
            if (columns == Rows)
            {
                Vector256.Load(source).Store(panel);
                Vector128.Load(source + 8).Store(panel + 8);
                continue;
            }
            for (int r = 0; r < Rows; r++)
                panel[r] = r < columns ? source[r] : 0;
        }
    }

    /// <summary>to[j][r] = from[r][j] for j, r in [0, 4).</summary>
    public static void Transpose4(float* from, long stride, float* to, long toStride)
    {
        (Vector128<float> acLow, Vector128<float> acHigh) = Interleave(Vector128.Load(from), Vector128.Load(from + (2 * stride)));
        (Vector128<float> bdLow, Vector128<float> bdHigh) = Interleave(Vector128.Load(from + stride), Vector128.Load(from + (3 * stride)));
        (Vector128<float> row0, Vector128<float> row1) = Interleave(acLow, bdLow);
        (Vector128<float> row2, Vector128<float> row3) = Interleave(acHigh, bdHigh);
        row0.Store(to);
        row1.Store(to + toStride);
        row2.Store(to + (2 * toStride));
        row3.Store(to + (3 * toStride));
    }

    // (a0 b0 a1 b1), (a2 b2 a3 b3)
    private static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b)
    {
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
            return (System.Runtime.Intrinsics.X86.Sse.UnpackLow(a, b), System.Runtime.Intrinsics.X86.Sse.UnpackHigh(a, b));
        if (System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported)
            return (System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.ZipLow(a, b), System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.ZipHigh(a, b));
        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }
}
