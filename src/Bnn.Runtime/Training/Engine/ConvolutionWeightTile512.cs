using System.Runtime.Intrinsics;
using W = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary><see cref="ConvolutionWeightTile"/> on 512-bit vectors: addresses of values are read once for two or four outputs.</summary>
internal static unsafe class ConvolutionWeightTile512
{
    /// <summary>All 32 channels: 24 accumulators.</summary>
    public static void Whole(int rows, int width, float* dy, float* x, int pitch, long* taps, float* sums)
    {
        W s00 = Vector512.Load(sums + (0 * Gemm.Columns)), s01 = Vector512.Load(sums + (0 * Gemm.Columns) + 16);
        W s10 = Vector512.Load(sums + (1 * Gemm.Columns)), s11 = Vector512.Load(sums + (1 * Gemm.Columns) + 16);
        W s20 = Vector512.Load(sums + (2 * Gemm.Columns)), s21 = Vector512.Load(sums + (2 * Gemm.Columns) + 16);
        W s30 = Vector512.Load(sums + (3 * Gemm.Columns)), s31 = Vector512.Load(sums + (3 * Gemm.Columns) + 16);
        W s40 = Vector512.Load(sums + (4 * Gemm.Columns)), s41 = Vector512.Load(sums + (4 * Gemm.Columns) + 16);
        W s50 = Vector512.Load(sums + (5 * Gemm.Columns)), s51 = Vector512.Load(sums + (5 * Gemm.Columns) + 16);
        W s60 = Vector512.Load(sums + (6 * Gemm.Columns)), s61 = Vector512.Load(sums + (6 * Gemm.Columns) + 16);
        W s70 = Vector512.Load(sums + (7 * Gemm.Columns)), s71 = Vector512.Load(sums + (7 * Gemm.Columns) + 16);
        W s80 = Vector512.Load(sums + (8 * Gemm.Columns)), s81 = Vector512.Load(sums + (8 * Gemm.Columns) + 16);
        W s90 = Vector512.Load(sums + (9 * Gemm.Columns)), s91 = Vector512.Load(sums + (9 * Gemm.Columns) + 16);
        W sa0 = Vector512.Load(sums + (10 * Gemm.Columns)), sa1 = Vector512.Load(sums + (10 * Gemm.Columns) + 16);
        W sb0 = Vector512.Load(sums + (11 * Gemm.Columns)), sb1 = Vector512.Load(sums + (11 * Gemm.Columns) + 16);
        for (; rows > 0; rows--, x += pitch)
        {
            float* a = x, end = x + (width & ~1);
            for (; a < end; a += 2, dy += 2 * Gemm.Columns)
            {
                W d0 = Vector512.Load(dy), d1 = Vector512.Load(dy + 16), e0 = Vector512.Load(dy + 32), e1 = Vector512.Load(dy + 48), value;
                float* at;
                at = a + taps[0];
                value = Vector512.Create(at[0]);
                s00 = Vector512.FusedMultiplyAdd(value, d0, s00);
                s01 = Vector512.FusedMultiplyAdd(value, d1, s01);
                value = Vector512.Create(at[1]);
                s00 = Vector512.FusedMultiplyAdd(value, e0, s00);
                s01 = Vector512.FusedMultiplyAdd(value, e1, s01);
                at = a + taps[1];
                value = Vector512.Create(at[0]);
                s10 = Vector512.FusedMultiplyAdd(value, d0, s10);
                s11 = Vector512.FusedMultiplyAdd(value, d1, s11);
                value = Vector512.Create(at[1]);
                s10 = Vector512.FusedMultiplyAdd(value, e0, s10);
                s11 = Vector512.FusedMultiplyAdd(value, e1, s11);
                at = a + taps[2];
                value = Vector512.Create(at[0]);
                s20 = Vector512.FusedMultiplyAdd(value, d0, s20);
                s21 = Vector512.FusedMultiplyAdd(value, d1, s21);
                value = Vector512.Create(at[1]);
                s20 = Vector512.FusedMultiplyAdd(value, e0, s20);
                s21 = Vector512.FusedMultiplyAdd(value, e1, s21);
                at = a + taps[3];
                value = Vector512.Create(at[0]);
                s30 = Vector512.FusedMultiplyAdd(value, d0, s30);
                s31 = Vector512.FusedMultiplyAdd(value, d1, s31);
                value = Vector512.Create(at[1]);
                s30 = Vector512.FusedMultiplyAdd(value, e0, s30);
                s31 = Vector512.FusedMultiplyAdd(value, e1, s31);
                at = a + taps[4];
                value = Vector512.Create(at[0]);
                s40 = Vector512.FusedMultiplyAdd(value, d0, s40);
                s41 = Vector512.FusedMultiplyAdd(value, d1, s41);
                value = Vector512.Create(at[1]);
                s40 = Vector512.FusedMultiplyAdd(value, e0, s40);
                s41 = Vector512.FusedMultiplyAdd(value, e1, s41);
                at = a + taps[5];
                value = Vector512.Create(at[0]);
                s50 = Vector512.FusedMultiplyAdd(value, d0, s50);
                s51 = Vector512.FusedMultiplyAdd(value, d1, s51);
                value = Vector512.Create(at[1]);
                s50 = Vector512.FusedMultiplyAdd(value, e0, s50);
                s51 = Vector512.FusedMultiplyAdd(value, e1, s51);
                at = a + taps[6];
                value = Vector512.Create(at[0]);
                s60 = Vector512.FusedMultiplyAdd(value, d0, s60);
                s61 = Vector512.FusedMultiplyAdd(value, d1, s61);
                value = Vector512.Create(at[1]);
                s60 = Vector512.FusedMultiplyAdd(value, e0, s60);
                s61 = Vector512.FusedMultiplyAdd(value, e1, s61);
                at = a + taps[7];
                value = Vector512.Create(at[0]);
                s70 = Vector512.FusedMultiplyAdd(value, d0, s70);
                s71 = Vector512.FusedMultiplyAdd(value, d1, s71);
                value = Vector512.Create(at[1]);
                s70 = Vector512.FusedMultiplyAdd(value, e0, s70);
                s71 = Vector512.FusedMultiplyAdd(value, e1, s71);
                at = a + taps[8];
                value = Vector512.Create(at[0]);
                s80 = Vector512.FusedMultiplyAdd(value, d0, s80);
                s81 = Vector512.FusedMultiplyAdd(value, d1, s81);
                value = Vector512.Create(at[1]);
                s80 = Vector512.FusedMultiplyAdd(value, e0, s80);
                s81 = Vector512.FusedMultiplyAdd(value, e1, s81);
                at = a + taps[9];
                value = Vector512.Create(at[0]);
                s90 = Vector512.FusedMultiplyAdd(value, d0, s90);
                s91 = Vector512.FusedMultiplyAdd(value, d1, s91);
                value = Vector512.Create(at[1]);
                s90 = Vector512.FusedMultiplyAdd(value, e0, s90);
                s91 = Vector512.FusedMultiplyAdd(value, e1, s91);
                at = a + taps[10];
                value = Vector512.Create(at[0]);
                sa0 = Vector512.FusedMultiplyAdd(value, d0, sa0);
                sa1 = Vector512.FusedMultiplyAdd(value, d1, sa1);
                value = Vector512.Create(at[1]);
                sa0 = Vector512.FusedMultiplyAdd(value, e0, sa0);
                sa1 = Vector512.FusedMultiplyAdd(value, e1, sa1);
                at = a + taps[11];
                value = Vector512.Create(at[0]);
                sb0 = Vector512.FusedMultiplyAdd(value, d0, sb0);
                sb1 = Vector512.FusedMultiplyAdd(value, d1, sb1);
                value = Vector512.Create(at[1]);
                sb0 = Vector512.FusedMultiplyAdd(value, e0, sb0);
                sb1 = Vector512.FusedMultiplyAdd(value, e1, sb1);
            }
            if ((width & 1) == 0)
                continue;
            W f0 = Vector512.Load(dy), f1 = Vector512.Load(dy + 16), last;
            dy += Gemm.Columns;
            last = Vector512.Create(a[taps[0]]);
            s00 = Vector512.FusedMultiplyAdd(last, f0, s00);
            s01 = Vector512.FusedMultiplyAdd(last, f1, s01);
            last = Vector512.Create(a[taps[1]]);
            s10 = Vector512.FusedMultiplyAdd(last, f0, s10);
            s11 = Vector512.FusedMultiplyAdd(last, f1, s11);
            last = Vector512.Create(a[taps[2]]);
            s20 = Vector512.FusedMultiplyAdd(last, f0, s20);
            s21 = Vector512.FusedMultiplyAdd(last, f1, s21);
            last = Vector512.Create(a[taps[3]]);
            s30 = Vector512.FusedMultiplyAdd(last, f0, s30);
            s31 = Vector512.FusedMultiplyAdd(last, f1, s31);
            last = Vector512.Create(a[taps[4]]);
            s40 = Vector512.FusedMultiplyAdd(last, f0, s40);
            s41 = Vector512.FusedMultiplyAdd(last, f1, s41);
            last = Vector512.Create(a[taps[5]]);
            s50 = Vector512.FusedMultiplyAdd(last, f0, s50);
            s51 = Vector512.FusedMultiplyAdd(last, f1, s51);
            last = Vector512.Create(a[taps[6]]);
            s60 = Vector512.FusedMultiplyAdd(last, f0, s60);
            s61 = Vector512.FusedMultiplyAdd(last, f1, s61);
            last = Vector512.Create(a[taps[7]]);
            s70 = Vector512.FusedMultiplyAdd(last, f0, s70);
            s71 = Vector512.FusedMultiplyAdd(last, f1, s71);
            last = Vector512.Create(a[taps[8]]);
            s80 = Vector512.FusedMultiplyAdd(last, f0, s80);
            s81 = Vector512.FusedMultiplyAdd(last, f1, s81);
            last = Vector512.Create(a[taps[9]]);
            s90 = Vector512.FusedMultiplyAdd(last, f0, s90);
            s91 = Vector512.FusedMultiplyAdd(last, f1, s91);
            last = Vector512.Create(a[taps[10]]);
            sa0 = Vector512.FusedMultiplyAdd(last, f0, sa0);
            sa1 = Vector512.FusedMultiplyAdd(last, f1, sa1);
            last = Vector512.Create(a[taps[11]]);
            sb0 = Vector512.FusedMultiplyAdd(last, f0, sb0);
            sb1 = Vector512.FusedMultiplyAdd(last, f1, sb1);
        }
        s00.Store(sums + (0 * Gemm.Columns));
        s01.Store(sums + (0 * Gemm.Columns) + 16);
        s10.Store(sums + (1 * Gemm.Columns));
        s11.Store(sums + (1 * Gemm.Columns) + 16);
        s20.Store(sums + (2 * Gemm.Columns));
        s21.Store(sums + (2 * Gemm.Columns) + 16);
        s30.Store(sums + (3 * Gemm.Columns));
        s31.Store(sums + (3 * Gemm.Columns) + 16);
        s40.Store(sums + (4 * Gemm.Columns));
        s41.Store(sums + (4 * Gemm.Columns) + 16);
        s50.Store(sums + (5 * Gemm.Columns));
        s51.Store(sums + (5 * Gemm.Columns) + 16);
        s60.Store(sums + (6 * Gemm.Columns));
        s61.Store(sums + (6 * Gemm.Columns) + 16);
        s70.Store(sums + (7 * Gemm.Columns));
        s71.Store(sums + (7 * Gemm.Columns) + 16);
        s80.Store(sums + (8 * Gemm.Columns));
        s81.Store(sums + (8 * Gemm.Columns) + 16);
        s90.Store(sums + (9 * Gemm.Columns));
        s91.Store(sums + (9 * Gemm.Columns) + 16);
        sa0.Store(sums + (10 * Gemm.Columns));
        sa1.Store(sums + (10 * Gemm.Columns) + 16);
        sb0.Store(sums + (11 * Gemm.Columns));
        sb1.Store(sums + (11 * Gemm.Columns) + 16);
    }

    /// <summary>The first 16 channels.</summary>
    public static void Half(int rows, int width, float* dy, float* x, int pitch, long* taps, float* sums)
    {
        W s0 = Vector512.Load(sums + (0 * Gemm.Columns));
        W s1 = Vector512.Load(sums + (1 * Gemm.Columns));
        W s2 = Vector512.Load(sums + (2 * Gemm.Columns));
        W s3 = Vector512.Load(sums + (3 * Gemm.Columns));
        W s4 = Vector512.Load(sums + (4 * Gemm.Columns));
        W s5 = Vector512.Load(sums + (5 * Gemm.Columns));
        W s6 = Vector512.Load(sums + (6 * Gemm.Columns));
        W s7 = Vector512.Load(sums + (7 * Gemm.Columns));
        W s8 = Vector512.Load(sums + (8 * Gemm.Columns));
        W s9 = Vector512.Load(sums + (9 * Gemm.Columns));
        W sa = Vector512.Load(sums + (10 * Gemm.Columns));
        W sb = Vector512.Load(sums + (11 * Gemm.Columns));
        for (; rows > 0; rows--, x += pitch)
        {
            float* a = x, end = x + (width & ~3);
            for (; a < end; a += 4, dy += 4 * Gemm.Columns)
            {
                W d = Vector512.Load(dy), e = Vector512.Load(dy + 32), f = Vector512.Load(dy + 64), g = Vector512.Load(dy + 96);
                float* at;
                at = a + taps[0];
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s0);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s0);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s0);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s0);
                at = a + taps[1];
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s1);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s1);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s1);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s1);
                at = a + taps[2];
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s2);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s2);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s2);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s2);
                at = a + taps[3];
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s3);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s3);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s3);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s3);
                at = a + taps[4];
                s4 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s4);
                s4 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s4);
                s4 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s4);
                s4 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s4);
                at = a + taps[5];
                s5 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s5);
                s5 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s5);
                s5 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s5);
                s5 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s5);
                at = a + taps[6];
                s6 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s6);
                s6 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s6);
                s6 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s6);
                s6 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s6);
                at = a + taps[7];
                s7 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s7);
                s7 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s7);
                s7 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s7);
                s7 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s7);
                at = a + taps[8];
                s8 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s8);
                s8 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s8);
                s8 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s8);
                s8 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s8);
                at = a + taps[9];
                s9 = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, s9);
                s9 = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, s9);
                s9 = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, s9);
                s9 = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, s9);
                at = a + taps[10];
                sa = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, sa);
                sa = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, sa);
                sa = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, sa);
                sa = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, sa);
                at = a + taps[11];
                sb = Vector512.FusedMultiplyAdd(Vector512.Create(at[0]), d, sb);
                sb = Vector512.FusedMultiplyAdd(Vector512.Create(at[1]), e, sb);
                sb = Vector512.FusedMultiplyAdd(Vector512.Create(at[2]), f, sb);
                sb = Vector512.FusedMultiplyAdd(Vector512.Create(at[3]), g, sb);
            }
            for (int rest = width & 3; rest > 0; rest--, a++, dy += Gemm.Columns)
            {
                W d = Vector512.Load(dy);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[0]]), d, s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[1]]), d, s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[2]]), d, s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[3]]), d, s3);
                s4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[4]]), d, s4);
                s5 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[5]]), d, s5);
                s6 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[6]]), d, s6);
                s7 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[7]]), d, s7);
                s8 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[8]]), d, s8);
                s9 = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[9]]), d, s9);
                sa = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[10]]), d, sa);
                sb = Vector512.FusedMultiplyAdd(Vector512.Create(a[taps[11]]), d, sb);
            }
        }
        s0.Store(sums + (0 * Gemm.Columns));
        s1.Store(sums + (1 * Gemm.Columns));
        s2.Store(sums + (2 * Gemm.Columns));
        s3.Store(sums + (3 * Gemm.Columns));
        s4.Store(sums + (4 * Gemm.Columns));
        s5.Store(sums + (5 * Gemm.Columns));
        s6.Store(sums + (6 * Gemm.Columns));
        s7.Store(sums + (7 * Gemm.Columns));
        s8.Store(sums + (8 * Gemm.Columns));
        s9.Store(sums + (9 * Gemm.Columns));
        sa.Store(sums + (10 * Gemm.Columns));
        sb.Store(sums + (11 * Gemm.Columns));
    }
}
