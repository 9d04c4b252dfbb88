namespace Bnn.Training;

/// <summary>Exponential, logarithm and cosine out of +, −, ·, ÷ alone, which IEEE 754 fixes to the bit.</summary>
/// <remarks>Those of the base library differ between systems. In double. Relative error below 1e-14 (absolute for <see cref="CosPi"/>): far more than the floats of training need.</remarks>
internal static class DeterministicMath
{
    private const double Ln2High = 0.693147180369123816490;   // the upper 33 bits of ln 2: n · Ln2High is exact for |n| below 2^20
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>e^x; 0 below −708, and x above 709 gives +∞.</summary>
    public static double Exp(double x)
    {
        if (!(x > -708))
            return double.IsNaN(x) ? x : 0;
        if (x > 709)
            return double.PositiveInfinity;
        double n = Math.Round(x * 1.44269504088896340736);
        double r = x - (n * Ln2High) - (n * Ln2Low);            // |r| ≤ ½ ln 2
        double sum = 1;
        for (int i = 13; i > 0; i--)                            // Taylor, Horner's form; the next term is below 1e-17
            sum = 1 + (r / i * sum);
        return sum * PowerOfTwo((int)n);
    }

    /// <summary>ln x for a positive, finite, normal x.</summary>
    public static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFFL) | 0x3FF0000000000000L);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }
        double t = (m - 1) / (m + 1);                           // ln m = 2 artanh t, |t| ≤ 0.172
        double t2 = t * t;
        double sum = 0;
        for (int i = 21; i > 0; i -= 2)
            sum = (sum * t2) + (1.0 / i);
        return (exponent * Ln2High) + ((exponent * Ln2Low) + (2 * t * sum));
    }

    /// <summary>cos(π·x) for x in [0, 2].</summary>
    public static double CosPi(double x)
    {
        if (x > 1)
            x = 2 - x;
        if (x > 0.5)
            return -CosPi(1 - x);
        double y = Math.PI * x;
        double y2 = y * y;
        double sum = 1;
        for (int i = 20; i > 0; i -= 2)
            sum = 1 - (y2 / (i * (i - 1)) * sum);
        return sum;
    }

    /// <summary>base^exponent by squaring, for exponent ≥ 0.</summary>
    public static double Power(double number, long exponent)
    {
        double result = 1;
        for (; exponent > 0; exponent >>= 1, number *= number)
        {
            if ((exponent & 1) != 0)
                result *= number;
        }
        return result;
    }

    private static double PowerOfTwo(int n) => BitConverter.Int64BitsToDouble((long)(n + 1023) << 52);
}
