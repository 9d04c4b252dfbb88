using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>Adam's step for one learning rate and one count of steps done.</summary>
/// <remarks>
/// m ← m + (1 − β₁)(g − m), v ← v + (1 − β₂)(g² − v), x ← x − rate · pace · m / (√v + ε), where the corrections of the start are part of rate and ε.
/// Element by element, without approximations of the root or the quotient: the same bits on every vector width. Source: arXiv:1412.6980.
/// </remarks>
internal readonly unsafe struct Adam
{
    private const double Beta1 = 0.9, Beta2 = 0.999;
    private readonly float _rate;
    private readonly float _epsilon;

    /// <param name="learningRate">Of this step.</param>
    /// <param name="step">Steps done, this one included.</param>
    public Adam(double learningRate, long step)
    {
        double root = Math.Sqrt(1 - DeterministicMath.Power(Beta2, step));
        _rate = (float)(learningRate * root / (1 - DeterministicMath.Power(Beta1, step)));
        _epsilon = (float)(1e-8 * root);
    }

    /// <summary>Moves items from <paramref name="first"/> on against their gradients, and keeps them in [−<paramref name="bound"/>, bound].</summary>
    /// <param name="array">What is trained.</param>
    /// <param name="first">Multiple of 8.</param>
    /// <param name="count">Multiple of 8.</param>
    /// <param name="gradients"><c>[count]</c></param>
    /// <param name="bound">1 for latent weights, +∞ for anything else.</param>
    public void Update(TrainedArray array, int first, int count, float* gradients, float bound)
    {
        float* values = array.Values.Pointer + first, firsts = array.FirstMoments.Pointer + first, seconds = array.SecondMoments.Pointer + first;
        V rate = Vector256.Create(-_rate), epsilon = Vector256.Create(_epsilon), most = Vector256.Create(bound), least = -most;
        V share1 = Vector256.Create((float)(1 - Beta1)), share2 = Vector256.Create((float)(1 - Beta2));
        float* pace = array.Pace is { } paces ? paces.Pointer + first : null;
        for (int i = 0; i < count; i += V.Count)
        {
            V gradient = Vector256.Load(gradients + i), m = Vector256.Load(firsts + i), v = Vector256.Load(seconds + i);
            m = Vector256.FusedMultiplyAdd(share1, gradient - m, m);
            v = Vector256.FusedMultiplyAdd(share2, (gradient * gradient) - v, v);
            m.Store(firsts + i);
            v.Store(seconds + i);
            V paced = pace is null ? rate : rate * Vector256.Load(pace + i);
            V value = Vector256.FusedMultiplyAdd(paced, m / (Vector256.Sqrt(v) + epsilon), Vector256.Load(values + i));
            Vector256.Min(Vector256.Max(value, least), most).Store(values + i);
        }
    }
}
