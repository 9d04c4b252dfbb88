using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bnn.Training;

/// <summary>The most that the arithmetic of one thread can do: fused multiply-adds on the widest vectors, in registers alone, none waiting for another.</summary>
public static class MultiplyAddLimit
{
    private const int Steps = 10_000;

    private static float s_result;

    /// <summary>Floating-point operations of <see cref="Run"/>: two for each product.</summary>
    public static double Operations => 2.0 * Steps * (Vector512.IsHardwareAccelerated ? 24 * Vector512<float>.Count : 12 * Vector256<float>.Count);

    /// <summary>Bits of the vectors.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Runs the loop.</summary>
    public static void Run() => s_result = Vector512.IsHardwareAccelerated ? Run512() : Run256();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run512()
    {
        Vector512<float> a = Vector512.Create(0.5f), b = Vector512<float>.One;
        Vector512<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        Vector512<float> d0 = b, d1 = b, d2 = b, d3 = b, d4 = b, d5 = b, d6 = b, d7 = b, d8 = b, d9 = b, d10 = b, d11 = b;
        for (int i = 0; i < Steps; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(a, c0, b);
            c1 = Vector512.FusedMultiplyAdd(a, c1, b);
            c2 = Vector512.FusedMultiplyAdd(a, c2, b);
            c3 = Vector512.FusedMultiplyAdd(a, c3, b);
            c4 = Vector512.FusedMultiplyAdd(a, c4, b);
            c5 = Vector512.FusedMultiplyAdd(a, c5, b);
            c6 = Vector512.FusedMultiplyAdd(a, c6, b);
            c7 = Vector512.FusedMultiplyAdd(a, c7, b);
            c8 = Vector512.FusedMultiplyAdd(a, c8, b);
            c9 = Vector512.FusedMultiplyAdd(a, c9, b);
            c10 = Vector512.FusedMultiplyAdd(a, c10, b);
            c11 = Vector512.FusedMultiplyAdd(a, c11, b);
            d0 = Vector512.FusedMultiplyAdd(a, d0, b);
            d1 = Vector512.FusedMultiplyAdd(a, d1, b);
            d2 = Vector512.FusedMultiplyAdd(a, d2, b);
            d3 = Vector512.FusedMultiplyAdd(a, d3, b);
            d4 = Vector512.FusedMultiplyAdd(a, d4, b);
            d5 = Vector512.FusedMultiplyAdd(a, d5, b);
            d6 = Vector512.FusedMultiplyAdd(a, d6, b);
            d7 = Vector512.FusedMultiplyAdd(a, d7, b);
            d8 = Vector512.FusedMultiplyAdd(a, d8, b);
            d9 = Vector512.FusedMultiplyAdd(a, d9, b);
            d10 = Vector512.FusedMultiplyAdd(a, d10, b);
            d11 = Vector512.FusedMultiplyAdd(a, d11, b);
        }
        return Vector512.Sum((c0 + c1 + c2 + c3 + c4 + c5) + (c6 + c7 + c8 + c9 + c10 + c11) + (d0 + d1 + d2 + d3 + d4 + d5) + (d6 + d7 + d8 + d9 + d10 + d11));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run256()
    {
        Vector256<float> a = Vector256.Create(0.5f), b = Vector256<float>.One;
        Vector256<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Steps; i++)
        {
            c0 = Vector256.FusedMultiplyAdd(a, c0, b);
            c1 = Vector256.FusedMultiplyAdd(a, c1, b);
            c2 = Vector256.FusedMultiplyAdd(a, c2, b);
            c3 = Vector256.FusedMultiplyAdd(a, c3, b);
            c4 = Vector256.FusedMultiplyAdd(a, c4, b);
            c5 = Vector256.FusedMultiplyAdd(a, c5, b);
            c6 = Vector256.FusedMultiplyAdd(a, c6, b);
            c7 = Vector256.FusedMultiplyAdd(a, c7, b);
            c8 = Vector256.FusedMultiplyAdd(a, c8, b);
            c9 = Vector256.FusedMultiplyAdd(a, c9, b);
            c10 = Vector256.FusedMultiplyAdd(a, c10, b);
            c11 = Vector256.FusedMultiplyAdd(a, c11, b);
        }
        return Vector256.Sum((c0 + c1 + c2 + c3 + c4 + c5) + (c6 + c7 + c8 + c9 + c10 + c11));
    }
}
