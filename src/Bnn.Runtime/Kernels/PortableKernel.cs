using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Counts one channel after another, a word of inputs at a time.</summary>
/// <param name="signs">Packed, <c>[C, words]</c>; bits of pruned weights are 0.</param>
/// <param name="masks">Packed, <c>[C, words]</c>, or the one row that all channels share.</param>
/// <param name="limits"><c>[C]</c></param>
internal sealed class PortableKernel(ulong[] signs, ulong[] masks, int[] limits) : PermuteKernel
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<ulong> input, Span<ulong> output)
    {
        int words = signs.Length / limits.Length, maskStep = masks.Length == signs.Length ? words : 0;
        for (int c = 0; c < limits.Length; c++)
        {
            ReadOnlySpan<ulong> x = input[..words], row = signs.AsSpan(c * words, words), live = masks.AsSpan(c * maskStep, words);
            int count = 0;
            for (int w = 0; w < x.Length; w++)
                count += BitOperations.PopCount((x[w] ^ row[w]) & live[w]);
            output[c >> 6] |= count <= limits[c] ? 1UL << (c & 63) : 0;
        }
    }
}
