using System.ComponentModel;

namespace Bnn.Kernels;

/// <summary>Ways to count with a channel in each byte, best first.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum PermuteTier
{
    /// <summary>64 channels a register, seven inputs a step, by the byte permutation of AVX-512 VBMI.</summary>
    Permute512,

    /// <summary>32 channels a register, four inputs a step, by the byte shuffle of AVX2.</summary>
    Shuffle256,

    /// <summary>16 channels a register, four inputs a step, by the byte shuffle of SSSE3 or the table look-up of ARM.</summary>
    Shuffle128,

    /// <summary>A word of inputs a step, one channel after another, by <c>PopCount</c>.</summary>
    Portable,
}
