using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>Gradients of three channels by four of their weights, summed over positions and samples: the inner loop of a convolution's weight gradient.</summary>
/// <remarks>
/// d W[k, c] = Σ over samples and outputs q of d y[c][q] · x[taps[k] + q]. Both factors are read where they stand. Sums are kept in eight lanes (q mod 8)
/// on every processor and added at the end in a fixed order, so the bits do not depend on the vector width.
/// </remarks>
internal static unsafe class ConvolutionWeightTile
{
    public const int Channels = 3;

    public const int Weights = 4;

    /// <summary>Computes the tile.</summary>
    /// <param name="samples">Samples summed.</param>
    /// <param name="length">Outputs; read in whole vectors of eight, and gradients beyond it must be 0.</param>
    /// <param name="dy"><c>[3]</c> gradients of the channels in the first sample.</param>
    /// <param name="dyStride">Floats from sample to sample.</param>
    /// <param name="x"><c>[4]</c> values of the weights in the first sample.</param>
    /// <param name="xStride">Floats from sample to sample.</param>
    /// <param name="result">Receives <c>[4 weights][3 channels]</c>.</param>
    public static void Run(int samples, int length, float** dy, long dyStride, float** x, long xStride, float* result)
    {
        V s00 = V.Zero, s01 = V.Zero, s02 = V.Zero, s10 = V.Zero, s11 = V.Zero, s12 = V.Zero;
        V s20 = V.Zero, s21 = V.Zero, s22 = V.Zero, s30 = V.Zero, s31 = V.Zero, s32 = V.Zero;
        for (int sample = 0; sample < samples; sample++)
        {
            float* y0 = dy[0] + (sample * dyStride), y1 = dy[1] + (sample * dyStride), y2 = dy[2] + (sample * dyStride);
            float* x0 = x[0] + (sample * xStride), x1 = x[1] + (sample * xStride), x2 = x[2] + (sample * xStride), x3 = x[3] + (sample * xStride);
            for (int q = 0; q < length; q += V.Count)
            {
                V a = Vector256.Load(y0 + q), b = Vector256.Load(y1 + q), c = Vector256.Load(y2 + q), value;
                value = Vector256.Load(x0 + q);
                s00 = Vector256.FusedMultiplyAdd(a, value, s00);
                s01 = Vector256.FusedMultiplyAdd(b, value, s01);
                s02 = Vector256.FusedMultiplyAdd(c, value, s02);
                value = Vector256.Load(x1 + q);
                s10 = Vector256.FusedMultiplyAdd(a, value, s10);
                s11 = Vector256.FusedMultiplyAdd(b, value, s11);
                s12 = Vector256.FusedMultiplyAdd(c, value, s12);
                value = Vector256.Load(x2 + q);
                s20 = Vector256.FusedMultiplyAdd(a, value, s20);
                s21 = Vector256.FusedMultiplyAdd(b, value, s21);
                s22 = Vector256.FusedMultiplyAdd(c, value, s22);
                value = Vector256.Load(x3 + q);
                s30 = Vector256.FusedMultiplyAdd(a, value, s30);
                s31 = Vector256.FusedMultiplyAdd(b, value, s31);
                s32 = Vector256.FusedMultiplyAdd(c, value, s32);
            }
        }
        (result[0], result[1], result[2]) = (Total(s00), Total(s01), Total(s02));
        (result[3], result[4], result[5]) = (Total(s10), Total(s11), Total(s12));
        (result[6], result[7], result[8]) = (Total(s20), Total(s21), Total(s22));
        (result[9], result[10], result[11]) = (Total(s30), Total(s31), Total(s32));
    }

    /// <summary>The sum of eight lanes, in the order ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)).</summary>
    public static float Total(V lanes)
    {
        Vector128<float> four = lanes.GetLower() + lanes.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }
}
