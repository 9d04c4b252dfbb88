using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>Gradients of up to 32 channels by twelve of their weights, summed over the outputs of a sample: the inner loop of a convolution's weight gradient.</summary>
/// <remarks>
/// d W[k, c] += Σ over outputs q of x[taps[k] + q] · d y[q][c], rows from the top, each from the left: one chain of fused multiply-adds that goes on from the
/// old value, so neither the vector width nor the order of tiles changes a bit. Values are read where they stand.
/// </remarks>
internal static unsafe class ConvolutionWeightTile
{
    /// <summary>Items of a tile, <c>[12][32]</c>.</summary>
    public const int Items = Gemm.Rows * Gemm.Columns;

    /// <summary>Computes the tile on the widest vectors of this processor.</summary>
    /// <param name="rows">Rows of outputs.</param>
    /// <param name="width">Outputs of a row.</param>
    /// <param name="dy">Gradients by the outputs, <c>[rows · width][32]</c>.</param>
    /// <param name="x">Values of output 0.</param>
    /// <param name="pitch">Floats from a row of values to the next.</param>
    /// <param name="taps"><c>[12]</c> offsets from <paramref name="x"/>.</param>
    /// <param name="sums"><c>[12][32]</c>; added to.</param>
    /// <param name="channels">In [1, 32]; from 17 on all are computed, else the first 16.</param>
    public static void Run(int rows, int width, float* dy, float* x, int pitch, long* taps, float* sums, int channels)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            if (channels > 16)
                ConvolutionWeightTile512.Whole(rows, width, dy, x, pitch, taps, sums);
            else
                ConvolutionWeightTile512.Half(rows, width, dy, x, pitch, taps, sums);
            return;
        }
        for (int column = 0; column < channels; column += 16)
        {
            Quarter(rows, width, dy + column, x, pitch, taps, sums + column);
            Quarter(rows, width, dy + column, x, pitch, taps + 6, sums + (6 * Gemm.Columns) + column);
        }
    }

    /// <summary>Six weights and 16 channels on 256-bit vectors.</summary>
    internal static void Quarter(int rows, int width, float* dy, float* x, int pitch, long* taps, float* sums)
    {
        V s00 = Vector256.Load(sums + (0 * Gemm.Columns)), s01 = Vector256.Load(sums + (0 * Gemm.Columns) + 8);
        V s10 = Vector256.Load(sums + (1 * Gemm.Columns)), s11 = Vector256.Load(sums + (1 * Gemm.Columns) + 8);
        V s20 = Vector256.Load(sums + (2 * Gemm.Columns)), s21 = Vector256.Load(sums + (2 * Gemm.Columns) + 8);
        V s30 = Vector256.Load(sums + (3 * Gemm.Columns)), s31 = Vector256.Load(sums + (3 * Gemm.Columns) + 8);
        V s40 = Vector256.Load(sums + (4 * Gemm.Columns)), s41 = Vector256.Load(sums + (4 * Gemm.Columns) + 8);
        V s50 = Vector256.Load(sums + (5 * Gemm.Columns)), s51 = Vector256.Load(sums + (5 * Gemm.Columns) + 8);
        for (; rows > 0; rows--, x += pitch)
        {
            for (float* a = x, end = x + width; a < end; a++, dy += Gemm.Columns)
            {
                V d0 = Vector256.Load(dy), d1 = Vector256.Load(dy + 8), value;
                value = Vector256.Create(a[taps[0]]);
                s00 = Vector256.FusedMultiplyAdd(value, d0, s00);
                s01 = Vector256.FusedMultiplyAdd(value, d1, s01);
                value = Vector256.Create(a[taps[1]]);
                s10 = Vector256.FusedMultiplyAdd(value, d0, s10);
                s11 = Vector256.FusedMultiplyAdd(value, d1, s11);
                value = Vector256.Create(a[taps[2]]);
                s20 = Vector256.FusedMultiplyAdd(value, d0, s20);
                s21 = Vector256.FusedMultiplyAdd(value, d1, s21);
                value = Vector256.Create(a[taps[3]]);
                s30 = Vector256.FusedMultiplyAdd(value, d0, s30);
                s31 = Vector256.FusedMultiplyAdd(value, d1, s31);
                value = Vector256.Create(a[taps[4]]);
                s40 = Vector256.FusedMultiplyAdd(value, d0, s40);
                s41 = Vector256.FusedMultiplyAdd(value, d1, s41);
                value = Vector256.Create(a[taps[5]]);
                s50 = Vector256.FusedMultiplyAdd(value, d0, s50);
                s51 = Vector256.FusedMultiplyAdd(value, d1, s51);
            }
        }
        s00.Store(sums + (0 * Gemm.Columns));
        s01.Store(sums + (0 * Gemm.Columns) + 8);
        s10.Store(sums + (1 * Gemm.Columns));
        s11.Store(sums + (1 * Gemm.Columns) + 8);
        s20.Store(sums + (2 * Gemm.Columns));
        s21.Store(sums + (2 * Gemm.Columns) + 8);
        s30.Store(sums + (3 * Gemm.Columns));
        s31.Store(sums + (3 * Gemm.Columns) + 8);
        s40.Store(sums + (4 * Gemm.Columns));
        s41.Store(sums + (4 * Gemm.Columns) + 8);
        s50.Store(sums + (5 * Gemm.Columns));
        s51.Store(sums + (5 * Gemm.Columns) + 8);
    }
}
