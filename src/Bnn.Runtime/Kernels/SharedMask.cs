using System.Numerics;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Inputs that some channel reads.</summary>
/// <param name="Live">Packed, <c>[⌈K/64⌉]</c>, tail bits 0.</param>
/// <param name="LiveInputs">Their number.</param>
/// <param name="Differs">Whether some channel lacks an input that another one reads.</param>
internal sealed record SharedMask(ulong[] Live, int LiveInputs, bool Differs)
{
    /// <summary>The union of the masks of all channels.</summary>
    /// <param name="inputs">K</param>
    /// <param name="masks">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = live; empty: all live.</param>
    public static SharedMask Of(int inputs, ReadOnlySpan<ulong> masks)
    {
        var live = new ulong[WeightMatrix.WordsFor(inputs)];
        for (int i = 0; i < masks.Length; i++)
            live[i % live.Length] |= masks[i];
        int liveInputs = 0;
        for (int w = 0; w < live.Length; w++)
        {
            live[w] = WeightMatrix.TailMask(inputs, w) & (masks.IsEmpty ? ulong.MaxValue : live[w]);
            liveInputs += BitOperations.PopCount(live[w]);
        }
        bool differs = false;
        for (int i = 0; i < masks.Length; i++)
            differs |= (masks[i] & live[i % live.Length]) != live[i % live.Length];
        return new(live, liveInputs, differs);
    }
}
