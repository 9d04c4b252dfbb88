using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>The binary optimiser's step: m ← m + γ(g − m); a weight flips where |m| > τ and m has its sign.</summary>
/// <param name="Adaptivity">γ of this step.</param>
/// <param name="Threshold">τ</param>
/// <remarks>Latents are ±1 then. Source: arXiv:1906.02107.</remarks>
internal readonly unsafe record struct Bop(float Adaptivity, float Threshold)
{
    /// <summary>Flips items from <paramref name="first"/> on.</summary>
    /// <param name="array">Weights, with m as first moments.</param>
    /// <param name="first">Multiple of 8.</param>
    /// <param name="count">Multiple of 8.</param>
    /// <param name="gradients"><c>[count]</c></param>
    public void Update(TrainedArray array, int first, int count, float* gradients)
    {
        float* values = array.Values.Pointer + first, moments = array.FirstMoments.Pointer + first;
        V adaptivity = Vector256.Create(Adaptivity), threshold = Vector256.Create(Threshold);
        for (int i = 0; i < count; i += V.Count)
        {
            V m = Vector256.Load(moments + i), value = Vector256.Load(values + i);
            m = Vector256.FusedMultiplyAdd(adaptivity, Vector256.Load(gradients + i) - m, m);
            m.Store(moments + i);
            V flips = Vector256.GreaterThan(m * BatchNorm.Sign(value), threshold);
            Vector256.ConditionalSelect(flips, -value, value).Store(values + i);
        }
    }
}
