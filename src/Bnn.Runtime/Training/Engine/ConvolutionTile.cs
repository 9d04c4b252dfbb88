using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;
using W = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary>Up to 12 channels times 32 neighbouring outputs of a convolution: the inner loop of its forward pass and of its gradient by the values.</summary>
/// <remarks>
/// y[r][i] = Σ over k of weights[k][r] · x[taps[k] + i], each one chain of fused multiply-adds over rising k: the same bits on every vector width.
/// Values are read where they stand, at any alignment, so nothing is copied for the taps of a kernel.
/// </remarks>
internal static unsafe class ConvolutionTile
{
    private const int Half = Gemm.Rows / 2;

    /// <summary>Computes the tile on the widest vectors of this processor.</summary>
    /// <param name="k">Number of taps, at least 1.</param>
    /// <param name="weights"><c>[k][12]</c></param>
    /// <param name="x">Values of output 0.</param>
    /// <param name="taps"><c>[k]</c> offsets from <paramref name="x"/>; 32 floats are read at each.</param>
    /// <param name="y">Receives <c>[12][32]</c>, rows <paramref name="stride"/> floats apart; rows from <paramref name="rows"/> on hold anything.</param>
    /// <param name="stride">At least 32.</param>
    /// <param name="rows">Channels in [1, 12].</param>
    /// <param name="columns">Outputs wanted, at least 1; up to 16 only the first 16 are computed.</param>
    public static void Run(int k, float* weights, float* x, int* taps, float* y, int stride, int rows, int columns)
    {
        if (Vector512.IsHardwareAccelerated && rows > Half)
        {
            if (columns > 16)
                Whole(k, weights, x, taps, y, stride);
            else
                Narrow(k, weights, x, taps, y, stride);
            return;
        }
        for (int row = 0; row < rows; row += Half)
        {
            Quarter(k, weights + row, x, taps, y + (row * stride), stride);
            if (columns > 16)
                Quarter(k, weights + row, x + 16, taps, y + (row * stride) + 16, stride);
        }
    }

    private static void Quarter(int k, float* w, float* x, int* taps, float* y, int stride)
    {
        V y00 = V.Zero, y01 = V.Zero, y10 = V.Zero, y11 = V.Zero, y20 = V.Zero, y21 = V.Zero;
        V y30 = V.Zero, y31 = V.Zero, y40 = V.Zero, y41 = V.Zero, y50 = V.Zero, y51 = V.Zero;
        for (int i = 0; i < k; i++, w += Gemm.Rows)
        {
            float* b = x + taps[i];
            V b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8), a;
            a = Vector256.Create(w[0]);
            y00 = Vector256.FusedMultiplyAdd(a, b0, y00);
            y01 = Vector256.FusedMultiplyAdd(a, b1, y01);
            a = Vector256.Create(w[1]);
            y10 = Vector256.FusedMultiplyAdd(a, b0, y10);
            y11 = Vector256.FusedMultiplyAdd(a, b1, y11);
            a = Vector256.Create(w[2]);
            y20 = Vector256.FusedMultiplyAdd(a, b0, y20);
            y21 = Vector256.FusedMultiplyAdd(a, b1, y21);
            a = Vector256.Create(w[3]);
            y30 = Vector256.FusedMultiplyAdd(a, b0, y30);
            y31 = Vector256.FusedMultiplyAdd(a, b1, y31);
            a = Vector256.Create(w[4]);
            y40 = Vector256.FusedMultiplyAdd(a, b0, y40);
            y41 = Vector256.FusedMultiplyAdd(a, b1, y41);
            a = Vector256.Create(w[5]);
            y50 = Vector256.FusedMultiplyAdd(a, b0, y50);
            y51 = Vector256.FusedMultiplyAdd(a, b1, y51);
        }
        y00.Store(y);
        y01.Store(y + 8);
        y10.Store(y + stride);
        y11.Store(y + stride + 8);
        y20.Store(y + (2 * stride));
        y21.Store(y + (2 * stride) + 8);
        y30.Store(y + (3 * stride));
        y31.Store(y + (3 * stride) + 8);
        y40.Store(y + (4 * stride));
        y41.Store(y + (4 * stride) + 8);
        y50.Store(y + (5 * stride));
        y51.Store(y + (5 * stride) + 8);
    }

    private static void Whole(int k, float* w, float* x, int* taps, float* y, int stride)
    {
        W y00 = W.Zero, y01 = W.Zero, y10 = W.Zero, y11 = W.Zero, y20 = W.Zero, y21 = W.Zero, y30 = W.Zero, y31 = W.Zero;
        W y40 = W.Zero, y41 = W.Zero, y50 = W.Zero, y51 = W.Zero, y60 = W.Zero, y61 = W.Zero, y70 = W.Zero, y71 = W.Zero;
        W y80 = W.Zero, y81 = W.Zero, y90 = W.Zero, y91 = W.Zero, ya0 = W.Zero, ya1 = W.Zero, yb0 = W.Zero, yb1 = W.Zero;
        for (int i = 0; i < k; i++, w += Gemm.Rows)
        {
            float* b = x + taps[i];
            W b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16), a;
            a = Vector512.Create(w[0]);
            y00 = Vector512.FusedMultiplyAdd(a, b0, y00);
            y01 = Vector512.FusedMultiplyAdd(a, b1, y01);
            a = Vector512.Create(w[1]);
            y10 = Vector512.FusedMultiplyAdd(a, b0, y10);
            y11 = Vector512.FusedMultiplyAdd(a, b1, y11);
            a = Vector512.Create(w[2]);
            y20 = Vector512.FusedMultiplyAdd(a, b0, y20);
            y21 = Vector512.FusedMultiplyAdd(a, b1, y21);
            a = Vector512.Create(w[3]);
            y30 = Vector512.FusedMultiplyAdd(a, b0, y30);
            y31 = Vector512.FusedMultiplyAdd(a, b1, y31);
            a = Vector512.Create(w[4]);
            y40 = Vector512.FusedMultiplyAdd(a, b0, y40);
            y41 = Vector512.FusedMultiplyAdd(a, b1, y41);
            a = Vector512.Create(w[5]);
            y50 = Vector512.FusedMultiplyAdd(a, b0, y50);
            y51 = Vector512.FusedMultiplyAdd(a, b1, y51);
            a = Vector512.Create(w[6]);
            y60 = Vector512.FusedMultiplyAdd(a, b0, y60);
            y61 = Vector512.FusedMultiplyAdd(a, b1, y61);
            a = Vector512.Create(w[7]);
            y70 = Vector512.FusedMultiplyAdd(a, b0, y70);
            y71 = Vector512.FusedMultiplyAdd(a, b1, y71);
            a = Vector512.Create(w[8]);
            y80 = Vector512.FusedMultiplyAdd(a, b0, y80);
            y81 = Vector512.FusedMultiplyAdd(a, b1, y81);
            a = Vector512.Create(w[9]);
            y90 = Vector512.FusedMultiplyAdd(a, b0, y90);
            y91 = Vector512.FusedMultiplyAdd(a, b1, y91);
            a = Vector512.Create(w[10]);
            ya0 = Vector512.FusedMultiplyAdd(a, b0, ya0);
            ya1 = Vector512.FusedMultiplyAdd(a, b1, ya1);
            a = Vector512.Create(w[11]);
            yb0 = Vector512.FusedMultiplyAdd(a, b0, yb0);
            yb1 = Vector512.FusedMultiplyAdd(a, b1, yb1);
        }
        Store(y, y00, y01);
        Store(y + stride, y10, y11);
        Store(y + (2 * stride), y20, y21);
        Store(y + (3 * stride), y30, y31);
        Store(y + (4 * stride), y40, y41);
        Store(y + (5 * stride), y50, y51);
        Store(y + (6 * stride), y60, y61);
        Store(y + (7 * stride), y70, y71);
        Store(y + (8 * stride), y80, y81);
        Store(y + (9 * stride), y90, y91);
        Store(y + (10 * stride), ya0, ya1);
        Store(y + (11 * stride), yb0, yb1);
    }

    private static void Narrow(int k, float* w, float* x, int* taps, float* y, int stride)
    {
        W y0 = W.Zero, y1 = W.Zero, y2 = W.Zero, y3 = W.Zero, y4 = W.Zero, y5 = W.Zero;
        W y6 = W.Zero, y7 = W.Zero, y8 = W.Zero, y9 = W.Zero, ya = W.Zero, yb = W.Zero;
        for (int i = 0; i < k; i++, w += Gemm.Rows)
        {
            W b = Vector512.Load(x + taps[i]);
            y0 = Vector512.FusedMultiplyAdd(Vector512.Create(w[0]), b, y0);
            y1 = Vector512.FusedMultiplyAdd(Vector512.Create(w[1]), b, y1);
            y2 = Vector512.FusedMultiplyAdd(Vector512.Create(w[2]), b, y2);
            y3 = Vector512.FusedMultiplyAdd(Vector512.Create(w[3]), b, y3);
            y4 = Vector512.FusedMultiplyAdd(Vector512.Create(w[4]), b, y4);
            y5 = Vector512.FusedMultiplyAdd(Vector512.Create(w[5]), b, y5);
            y6 = Vector512.FusedMultiplyAdd(Vector512.Create(w[6]), b, y6);
            y7 = Vector512.FusedMultiplyAdd(Vector512.Create(w[7]), b, y7);
            y8 = Vector512.FusedMultiplyAdd(Vector512.Create(w[8]), b, y8);
            y9 = Vector512.FusedMultiplyAdd(Vector512.Create(w[9]), b, y9);
            ya = Vector512.FusedMultiplyAdd(Vector512.Create(w[10]), b, ya);
            yb = Vector512.FusedMultiplyAdd(Vector512.Create(w[11]), b, yb);
        }
        y0.Store(y);
        y1.Store(y + stride);
        y2.Store(y + (2 * stride));
        y3.Store(y + (3 * stride));
        y4.Store(y + (4 * stride));
        y5.Store(y + (5 * stride));
        y6.Store(y + (6 * stride));
        y7.Store(y + (7 * stride));
        y8.Store(y + (8 * stride));
        y9.Store(y + (9 * stride));
        ya.Store(y + (10 * stride));
        yb.Store(y + (11 * stride));
    }

    private static void Store(float* y, W low, W high)
    {
        low.Store(y);
        high.Store(y + 16);
    }
}
