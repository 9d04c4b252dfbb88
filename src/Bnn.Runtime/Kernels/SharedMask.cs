using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Inputs that some channel reads.</summary>
internal static class SharedMask
{
    /// <summary>The union of the masks of all channels.</summary>
    /// <param name="inputs">K</param>
    /// <param name="masks">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = live; empty: all live.</param>
    /// <returns>Packed, <c>[⌈K/64⌉]</c>, tail bits 0, and whether some channel lacks an input that another one reads.</returns>
    public static (ulong[] Live, bool Differs) Of(int inputs, ReadOnlySpan<ulong> masks)
    {
        var live = new ulong[WeightMatrix.WordsFor(inputs)];
        for (int i = 0; i < masks.Length; i++)
            live[i % live.Length] |= masks[i];
        for (int w = 0; w < live.Length; w++)
            live[w] = WeightMatrix.TailMask(inputs, w) & (masks.IsEmpty ? ulong.MaxValue : live[w]);
        bool differs = false;
        for (int i = 0; i < masks.Length; i++)
            differs |= (masks[i] & live[i % live.Length]) != live[i % live.Length];
        return (live, differs);
    }
}
