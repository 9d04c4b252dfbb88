using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>Functions of floats in eight lanes from + − · ÷ and fused multiply-adds alone: the same bits on every processor.</summary>
internal static class VectorMath
{
    /// <summary>x to the power <paramref name="exponent"/>.</summary>
    /// <param name="x">Normal and positive.</param>
    /// <param name="exponent">So that the result is normal. Relative error below 1e-6 if |exponent · log₂ x| ≤ 4.</param>
    public static V Power(V x, float exponent)
    {
        // x = 2^e · m with m in [√½, √2); log₂ m = 2 / ln 2 · artanh f with f = (m − 1) / (m + 1), |f| < 0.172.
        Vector256<int> bits = x.AsInt32() - Vector256.Create(0x3F3504F3);   // of √½
        Vector256<int> e = Vector256.ShiftRightArithmetic(bits, 23);
        V m = (x.AsInt32() - Vector256.ShiftLeft(e, 23)).AsSingle();
        V f = (m - V.One) / (m + V.One), square = f * f;
        V series = Polynomial(square, 2.885390082f / 9, 2.885390082f / 7, 2.885390082f / 5, 2.885390082f / 3, 2.885390082f);
        V log = Vector256.FusedMultiplyAdd(series, f, Vector256.ConvertToSingle(e));

        // 2^z = 2^n · 2^r with n whole and |r| ≤ ½.
        V z = log * Vector256.Create(exponent);
        V n = Vector256.Floor(z + Vector256.Create(0.5f)), r = z - n;
        V power = Polynomial(r, 1.540353e-4f, 1.3333558e-3f, 9.6181291e-3f, 5.5504109e-2f, 0.24022651f, 0.69314718f, 1);
        return (power.AsInt32() + Vector256.ShiftLeft(Vector256.ConvertToInt32(n), 23)).AsSingle();
    }

    // The highest coefficient first.
    private static V Polynomial(V x, params ReadOnlySpan<float> coefficients)
    {
        var sum = Vector256.Create(coefficients[0]);
        foreach (float coefficient in coefficients[1..])
            sum = Vector256.FusedMultiplyAdd(sum, x, Vector256.Create(coefficient));
        return sum;
    }
}
