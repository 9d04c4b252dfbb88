using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;
using W = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary>Gradients of one channel by some of its weights, from the few outputs that pools let through: the inner loop of <see cref="PooledWeightGradient"/>.</summary>
/// <remarks>
/// For each weight s[i] += Σ over results p of dy[p] · x[sources[p] · pixel + i], in the order of the results: one chain of fused multiply-adds, the same
/// bits on every vector width. Weights lie beside each other, because values stand pixel by pixel.
/// </remarks>
internal static unsafe class PooledWeightTile
{
    /// <summary>Weights of a run on 512-bit vectors: four of them.</summary>
    public const int Wide = 64;

    /// <summary>Weights of a narrow run.</summary>
    public const int Narrow = 32;

    /// <summary>Computes three runs of <see cref="Wide"/> or <see cref="Narrow"/> weights.</summary>
    /// <param name="count">Number of results.</param>
    /// <param name="dy"><c>[count]</c> gradients.</param>
    /// <param name="sources"><c>[count]</c> outputs that they belong to.</param>
    /// <param name="pixel">Floats of a pixel.</param>
    /// <param name="x">Values that output 0 sees.</param>
    /// <param name="runs"><c>[3]</c> where the runs begin from there.</param>
    /// <param name="length">Weights of a run.</param>
    /// <param name="sums"><c>[3][length]</c>; added to.</param>
    public static void Run(int count, float* dy, int* sources, int pixel, float* x, int* runs, int length, float* sums)
    {
        if (Vector512.IsHardwareAccelerated && length == Wide)
        {
            Run12(count, dy, sources, pixel, x, runs, sums);
            return;
        }
        for (int i = 0; i < length; i += Narrow)
        {
            if (Vector512.IsHardwareAccelerated)
                Run6(count, dy, sources, pixel, x + i, runs, length, sums + i);
            else
                RunNarrow(count, dy, sources, pixel, x + i, runs, length, sums + i);
        }
    }

    private static void Run12(int count, float* dy, int* sources, int pixel, float* x, int* runs, float* s)
    {
        float* x0 = x + runs[0], x1 = x + runs[1], x2 = x + runs[2];
        W s0 = Vector512.Load(s), s1 = Vector512.Load(s + 16), s2 = Vector512.Load(s + 32), s3 = Vector512.Load(s + 48);
        W s4 = Vector512.Load(s + 64), s5 = Vector512.Load(s + 80), s6 = Vector512.Load(s + 96), s7 = Vector512.Load(s + 112);
        W s8 = Vector512.Load(s + 128), s9 = Vector512.Load(s + 144), sa = Vector512.Load(s + 160), sb = Vector512.Load(s + 176);
        for (int p = 0; p < count; p++)
        {
            nint at = (nint)sources[p] * pixel;
            W d = Vector512.Create(dy[p]);
            float* a = x0 + at, b = x1 + at, c = x2 + at;
            s0 = Vector512.FusedMultiplyAdd(d, Vector512.Load(a), s0);
            s1 = Vector512.FusedMultiplyAdd(d, Vector512.Load(a + 16), s1);
            s2 = Vector512.FusedMultiplyAdd(d, Vector512.Load(a + 32), s2);
            s3 = Vector512.FusedMultiplyAdd(d, Vector512.Load(a + 48), s3);
            s4 = Vector512.FusedMultiplyAdd(d, Vector512.Load(b), s4);
            s5 = Vector512.FusedMultiplyAdd(d, Vector512.Load(b + 16), s5);
            s6 = Vector512.FusedMultiplyAdd(d, Vector512.Load(b + 32), s6);
            s7 = Vector512.FusedMultiplyAdd(d, Vector512.Load(b + 48), s7);
            s8 = Vector512.FusedMultiplyAdd(d, Vector512.Load(c), s8);
            s9 = Vector512.FusedMultiplyAdd(d, Vector512.Load(c + 16), s9);
            sa = Vector512.FusedMultiplyAdd(d, Vector512.Load(c + 32), sa);
            sb = Vector512.FusedMultiplyAdd(d, Vector512.Load(c + 48), sb);
        }
        s0.Store(s);
        s1.Store(s + 16);
        s2.Store(s + 32);
        s3.Store(s + 48);
        s4.Store(s + 64);
        s5.Store(s + 80);
        s6.Store(s + 96);
        s7.Store(s + 112);
        s8.Store(s + 128);
        s9.Store(s + 144);
        sa.Store(s + 160);
        sb.Store(s + 176);
    }

    private static void Run6(int count, float* dy, int* sources, int pixel, float* x, int* runs, int length, float* s)
    {
        float* x0 = x + runs[0], x1 = x + runs[1], x2 = x + runs[2];
        float* second = s + length, third = second + length;
        W s0 = Vector512.Load(s), s1 = Vector512.Load(s + 16), s2 = Vector512.Load(second), s3 = Vector512.Load(second + 16);
        W s4 = Vector512.Load(third), s5 = Vector512.Load(third + 16);
        for (int p = 0; p < count; p++)
        {
            nint at = (nint)sources[p] * pixel;
            W d = Vector512.Create(dy[p]);
            float* a = x0 + at, b = x1 + at, c = x2 + at;
            s0 = Vector512.FusedMultiplyAdd(d, Vector512.Load(a), s0);
            s1 = Vector512.FusedMultiplyAdd(d, Vector512.Load(a + 16), s1);
            s2 = Vector512.FusedMultiplyAdd(d, Vector512.Load(b), s2);
            s3 = Vector512.FusedMultiplyAdd(d, Vector512.Load(b + 16), s3);
            s4 = Vector512.FusedMultiplyAdd(d, Vector512.Load(c), s4);
            s5 = Vector512.FusedMultiplyAdd(d, Vector512.Load(c + 16), s5);
        }
        s0.Store(s);
        s1.Store(s + 16);
        s2.Store(second);
        s3.Store(second + 16);
        s4.Store(third);
        s5.Store(third + 16);
    }

    /// <summary>On 256-bit vectors.</summary>
    internal static void RunNarrow(int count, float* dy, int* sources, int pixel, float* x, int* runs, int length, float* s)
    {
        for (int run = 0; run < 3; run++, s += length)
        {
            float* from = x + runs[run];
            V s0 = Vector256.Load(s), s1 = Vector256.Load(s + 8), s2 = Vector256.Load(s + 16), s3 = Vector256.Load(s + 24);
            for (int p = 0; p < count; p++)
            {
                float* a = from + ((nint)sources[p] * pixel);
                V d = Vector256.Create(dy[p]);
                s0 = Vector256.FusedMultiplyAdd(d, Vector256.Load(a), s0);
                s1 = Vector256.FusedMultiplyAdd(d, Vector256.Load(a + 8), s1);
                s2 = Vector256.FusedMultiplyAdd(d, Vector256.Load(a + 16), s2);
                s3 = Vector256.FusedMultiplyAdd(d, Vector256.Load(a + 24), s3);
            }
            s0.Store(s);
            s1.Store(s + 8);
            s2.Store(s + 16);
            s3.Store(s + 24);
        }
    }
}
