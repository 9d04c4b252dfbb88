using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Counts one channel after another, a word of inputs at a time.</summary>
/// <param name="signs">Packed, <c>[C, words]</c>; bits of pruned weights are 0.</param>
/// <param name="masks">Packed, <c>[C, words]</c>, or the one row that all channels share.</param>
/// <param name="limits"><c>[C]</c></param>
/// <param name="first">Index of the first channel among those of the outputs.</param>
internal sealed class PortableKernel(ulong[] signs, ulong[] masks, int[] limits, int first = 0) : PermuteKernel
{
    // Another register for so few channels takes longer.
    private const int MostRest = 4;

    /// <summary>How many channels, the last ones, are counted here because they leave a register almost empty; 0: none.</summary>
    /// <param name="channels">All channels.</param>
    /// <param name="register">Channels of a register.</param>
    /// <remarks>A channel takes K/64 words. A register of 32 or 16 channels takes K/4 look-ups, and one by columns up to K/2 additions.</remarks>
    public static int Rest(int channels, int register)
    {
        int rest = channels % register;
        return rest < channels && rest <= MostRest ? rest : 0;
    }

    /// <summary>The last channels of a layer.</summary>
    /// <param name="signs">Packed, <c>[C, words]</c>; bits of pruned weights are 0.</param>
    /// <param name="masks">The same shape, or empty.</param>
    /// <param name="limits"><c>[C]</c></param>
    /// <param name="mask">What the masks share.</param>
    /// <param name="count">How many.</param>
    public static PortableKernel Last(ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, SharedMask mask, int count)
    {
        int first = limits.Length - count, from = first * mask.Live.Length;
        return new([.. signs[from..]], mask.Differs ? [.. masks[from..]] : mask.Live, [.. limits[first..]], first);
    }

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> inputs, int count, Span<ulong> outputs)
    {
        int words = inputs.Length / count, outputWords = outputs.Length / count;
        for (int i = 0; i < count; i++)
            RunOne(inputs.Slice(i * words, words), outputs.Slice(i * outputWords, outputWords));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RunOne(ReadOnlySpan<ulong> input, Span<ulong> output)
    {
        int words = signs.Length / limits.Length, maskStep = masks.Length == signs.Length ? words : 0;
        ref ulong x = ref MemoryMarshal.GetReference(input), row = ref signs[0], live = ref masks[0];
        for (int c = 0; c < limits.Length; c++, row = ref Unsafe.Add(ref row, words), live = ref Unsafe.Add(ref live, maskStep))
        {
            int count = 0;
            for (int w = 0; w < words; w++)
                count += BitOperations.PopCount((Unsafe.Add(ref x, w) ^ Unsafe.Add(ref row, w)) & Unsafe.Add(ref live, w));
            // No branch, which would be foreseen only half of the time.
            output[(first + c) >> 6] |= (ulong)(count - 1L - limits[c]) >> 63 << ((first + c) & 63);
        }
    }
}
