using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>The 12x32 tile on 256-bit vectors, as four tiles of 6x16: 12 accumulators leave four of 16 registers for the factors.</summary>
/// <remarks>Where there are 128-bit vectors only, each operation is two of them; without fused multiply-add it is slow, but gives the same bits.</remarks>
internal static unsafe class GemmTile256
{
    /// <summary>See <see cref="Gemm.Tile"/>.</summary>
    public static void Run(int k, float* a, float* b, float* c, int stride)
    {
        for (int column = 0; column < 32; column += 16)
        {
            Quarter(k, a, b + column, c + column, stride);
            Quarter(k, a + 6, b + column, c + (6 * stride) + column, stride);
        }
    }

    private static void Quarter(int k, float* a, float* b, float* c, int stride)
    {
        V c00 = Vector256.Load(c + (0 * stride)), c01 = Vector256.Load(c + (0 * stride) + 8);
        V c10 = Vector256.Load(c + (1 * stride)), c11 = Vector256.Load(c + (1 * stride) + 8);
        V c20 = Vector256.Load(c + (2 * stride)), c21 = Vector256.Load(c + (2 * stride) + 8);
        V c30 = Vector256.Load(c + (3 * stride)), c31 = Vector256.Load(c + (3 * stride) + 8);
        V c40 = Vector256.Load(c + (4 * stride)), c41 = Vector256.Load(c + (4 * stride) + 8);
        V c50 = Vector256.Load(c + (5 * stride)), c51 = Vector256.Load(c + (5 * stride) + 8);
        for (; k > 0; k--, a += 12, b += 32)
        {
            V b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8), x;
            x = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(a[1]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(a[2]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(a[3]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            x = Vector256.Create(a[4]);
            c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector256.FusedMultiplyAdd(x, b1, c41);
            x = Vector256.Create(a[5]);
            c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector256.FusedMultiplyAdd(x, b1, c51);
        }
        c00.Store(c + (0 * stride));
        c01.Store(c + (0 * stride) + 8);
        c10.Store(c + (1 * stride));
        c11.Store(c + (1 * stride) + 8);
        c20.Store(c + (2 * stride));
        c21.Store(c + (2 * stride) + 8);
        c30.Store(c + (3 * stride));
        c31.Store(c + (3 * stride) + 8);
        c40.Store(c + (4 * stride));
        c41.Store(c + (4 * stride) + 8);
        c50.Store(c + (5 * stride));
        c51.Store(c + (5 * stride) + 8);
    }
}
