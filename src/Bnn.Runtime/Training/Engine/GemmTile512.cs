using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary>The 12x32 tile on 512-bit vectors: 24 accumulators, two loads and twelve broadcasts for each k.</summary>
internal static unsafe class GemmTile512
{
    /// <summary>See <see cref="Gemm.Tile"/>.</summary>
    public static void Run(int k, float* a, float* b, float* c, int stride)
    {
        V c00 = Vector512.Load(c + (0 * stride)), c01 = Vector512.Load(c + (0 * stride) + 16);
        V c10 = Vector512.Load(c + (1 * stride)), c11 = Vector512.Load(c + (1 * stride) + 16);
        V c20 = Vector512.Load(c + (2 * stride)), c21 = Vector512.Load(c + (2 * stride) + 16);
        V c30 = Vector512.Load(c + (3 * stride)), c31 = Vector512.Load(c + (3 * stride) + 16);
        V c40 = Vector512.Load(c + (4 * stride)), c41 = Vector512.Load(c + (4 * stride) + 16);
        V c50 = Vector512.Load(c + (5 * stride)), c51 = Vector512.Load(c + (5 * stride) + 16);
        V c60 = Vector512.Load(c + (6 * stride)), c61 = Vector512.Load(c + (6 * stride) + 16);
        V c70 = Vector512.Load(c + (7 * stride)), c71 = Vector512.Load(c + (7 * stride) + 16);
        V c80 = Vector512.Load(c + (8 * stride)), c81 = Vector512.Load(c + (8 * stride) + 16);
        V c90 = Vector512.Load(c + (9 * stride)), c91 = Vector512.Load(c + (9 * stride) + 16);
        V ca0 = Vector512.Load(c + (10 * stride)), ca1 = Vector512.Load(c + (10 * stride) + 16);
        V cb0 = Vector512.Load(c + (11 * stride)), cb1 = Vector512.Load(c + (11 * stride) + 16);
        for (; k > 0; k--, a += 12, b += 32)
        {
            V b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16), x;
            x = Vector512.Create(a[0]);
            c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
            x = Vector512.Create(a[1]);
            c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
            x = Vector512.Create(a[2]);
            c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
            x = Vector512.Create(a[3]);
            c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
            x = Vector512.Create(a[4]);
            c40 = Vector512.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(x, b1, c41);
            x = Vector512.Create(a[5]);
            c50 = Vector512.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(x, b1, c51);
            x = Vector512.Create(a[6]);
            c60 = Vector512.FusedMultiplyAdd(x, b0, c60);
            c61 = Vector512.FusedMultiplyAdd(x, b1, c61);
            x = Vector512.Create(a[7]);
            c70 = Vector512.FusedMultiplyAdd(x, b0, c70);
            c71 = Vector512.FusedMultiplyAdd(x, b1, c71);
            x = Vector512.Create(a[8]);
            c80 = Vector512.FusedMultiplyAdd(x, b0, c80);
            c81 = Vector512.FusedMultiplyAdd(x, b1, c81);
            x = Vector512.Create(a[9]);
            c90 = Vector512.FusedMultiplyAdd(x, b0, c90);
            c91 = Vector512.FusedMultiplyAdd(x, b1, c91);
            x = Vector512.Create(a[10]);
            ca0 = Vector512.FusedMultiplyAdd(x, b0, ca0);
            ca1 = Vector512.FusedMultiplyAdd(x, b1, ca1);
            x = Vector512.Create(a[11]);
            cb0 = Vector512.FusedMultiplyAdd(x, b0, cb0);
            cb1 = Vector512.FusedMultiplyAdd(x, b1, cb1);
        }
        c00.Store(c + (0 * stride));
        c01.Store(c + (0 * stride) + 16);
        c10.Store(c + (1 * stride));
        c11.Store(c + (1 * stride) + 16);
        c20.Store(c + (2 * stride));
        c21.Store(c + (2 * stride) + 16);
        c30.Store(c + (3 * stride));
        c31.Store(c + (3 * stride) + 16);
        c40.Store(c + (4 * stride));
        c41.Store(c + (4 * stride) + 16);
        c50.Store(c + (5 * stride));
        c51.Store(c + (5 * stride) + 16);
        c60.Store(c + (6 * stride));
        c61.Store(c + (6 * stride) + 16);
        c70.Store(c + (7 * stride));
        c71.Store(c + (7 * stride) + 16);
        c80.Store(c + (8 * stride));
        c81.Store(c + (8 * stride) + 16);
        c90.Store(c + (9 * stride));
        c91.Store(c + (9 * stride) + 16);
        ca0.Store(c + (10 * stride));
        ca1.Store(c + (10 * stride) + 16);
        cb0.Store(c + (11 * stride));
        cb1.Store(c + (11 * stride) + 16);
    }
}
