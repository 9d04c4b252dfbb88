using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>What generated code asks before a layer that has several ways: which of them is the fastest on this processor.</summary>
/// <remarks>
/// Constants to the JIT, so ways that are not taken cost no time and their kernels are never made. The tiers are those of <see cref="PermuteLayer"/>;
/// where they say 512 or 256 bits, columns have registers of that width too.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ProcessorTier
{
    /// <summary>Registers of 512 bits, and the byte permutation of AVX-512 VBMI.</summary>
    public static bool Has512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PermuteLayer.Best == PermuteTier.Permute512;
    }

    /// <summary>Registers of 256 bits with the byte shuffle of AVX2, or those of 512.</summary>
    public static bool Has256
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PermuteLayer.Best <= PermuteTier.Shuffle256;
    }
}
