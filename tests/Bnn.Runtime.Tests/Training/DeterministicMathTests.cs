using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class DeterministicMathTests
{
    [Fact]
    public void Exponential_logarithm_and_cosine_are_accurate()
    {
        for (int i = -7000; i <= 7000; i++)
        {
            double x = i * 0.1003;
            Assert.InRange(DeterministicMath.Exp(x) / Math.Exp(x), 1 - 1e-14, 1 + 1e-14);
            double positive = Math.Exp(x);
            Assert.InRange(DeterministicMath.Log(positive) - Math.Log(positive), -1e-14 * (1 + Math.Abs(x)), 1e-14 * (1 + Math.Abs(x)));
            double turn = (i + 7000) / 7000.0;
            Assert.InRange(DeterministicMath.CosPi(turn) - Math.Cos(Math.PI * turn), -1e-14, 1e-14);
        }
    }

    [Fact]
    public void Special_values_are_exact()
    {
        Assert.Equal(1, DeterministicMath.Exp(0));
        Assert.Equal(0, DeterministicMath.Exp(-1000));
        Assert.Equal(double.PositiveInfinity, DeterministicMath.Exp(1000));
        Assert.Equal(double.NaN, DeterministicMath.Exp(double.NaN));
        Assert.Equal(0, DeterministicMath.Log(1));
        Assert.Equal(1, DeterministicMath.CosPi(0));
        Assert.Equal(-1, DeterministicMath.CosPi(1));
        Assert.Equal(1024, DeterministicMath.Power(2, 10));
        Assert.Equal(1, DeterministicMath.Power(0.5, 0));
    }

    [Fact]
    public void Loss_and_probabilities_follow_the_formula()
    {
        double[] logits = [1.5, -0.25, 3, 0];
        double[] p = [.. logits];
        double loss = CrossEntropy.Evaluate(p, label: 1, smoothing: 0.2);
        double sum = logits.Sum(Math.Exp);
        double expected = 0;
        for (int c = 0; c < 4; c++)
        {
            Assert.Equal(Math.Exp(logits[c]) / sum, p[c], 12);
            expected -= ((c == 1 ? 0.8 : 0) + 0.05) * Math.Log(Math.Exp(logits[c]) / sum);
        }
        Assert.Equal(expected, loss, 12);
    }

    [Fact]
    public void Large_logits_do_not_overflow()
    {
        double[] p = [1e6, -1e6];
        Assert.Equal(2e6, CrossEntropy.Evaluate(p, label: 1, smoothing: 0));
        Assert.Equal([1.0, 0.0], p);
    }
}
