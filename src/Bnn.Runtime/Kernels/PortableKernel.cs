using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Counts one channel after another, a word of inputs at a time.</summary>
/// <param name="signs">Packed, <c>[C, words]</c>; bits of pruned weights are 0.</param>
/// <param name="masks">Packed, <c>[C, words]</c>, or the one row that all channels share.</param>
/// <param name="limits"><c>[C]</c></param>
internal sealed class PortableKernel(ulong[] signs, ulong[] masks, int[] limits) : PermuteKernel
{
    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> inputs, int count, Span<ulong> outputs)
    {
        int words = inputs.Length / count, outputWords = outputs.Length / count;
        for (int i = 0; i < count; i++)
            RunOne(inputs.Slice(i * words, words), outputs.Slice(i * outputWords, outputWords));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunOne(ReadOnlySpan<ulong> input, Span<ulong> output)
    {
        int words = signs.Length / limits.Length, maskStep = masks.Length == signs.Length ? words : 0;
        ref ulong x = ref MemoryMarshal.GetReference(input), row = ref signs[0], live = ref masks[0];
        for (int c = 0; c < limits.Length; c++, row = ref Unsafe.Add(ref row, words), live = ref Unsafe.Add(ref live, maskStep))
        {
            int count = 0;
            for (int w = 0; w < words; w++)
                count += BitOperations.PopCount((Unsafe.Add(ref x, w) ^ Unsafe.Add(ref row, w)) & Unsafe.Add(ref live, w));
            // No branch, which would be foreseen only half of the time.
            output[c >> 6] |= (ulong)(count - 1L - limits[c]) >> 63 << (c & 63);
        }
    }
}
