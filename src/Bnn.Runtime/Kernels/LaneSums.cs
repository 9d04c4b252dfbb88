using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Scores summed over all positions of an image: a 1x1 convolution needs only the number of ones of each plane.</summary>
/// <remarks>
/// Exact. Σ over positions of count = Σ over live −1 of n + Σ over live +1 of (positions − n), with n the ones of an input's plane. So a class costs
/// an addition for each live weight, however large the image.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LaneSums
{
    /// <summary>scale · Σ over positions of (MaxCount − 2 · count) + bias for each class.</summary>
    /// <param name="ones"><c>[K]</c> numbers of ones: of the plane of an input, or Σ 2^b · ones of plane b on an eight-bit input.</param>
    /// <param name="most">What an input adds at most: the number of positions, times 255 on an eight-bit input.</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="biases"><c>[C]</c></param>
    /// <param name="scale">Positive. Scores fit 32 bits.</param>
    /// <param name="scores">Receives <c>[C]</c> scores.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores(
        ReadOnlySpan<int> ones, int most, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> biases, int scale, Span<int> scores)
    {
        int words = WeightMatrix.WordsFor(ones.Length);
        if (scores.Length != biases.Length || signs.Length != scores.Length * words || (!masks.IsEmpty && masks.Length != signs.Length))
        {
            throw new ArgumentException(
                $"{biases.Length} classes of {ones.Length} weights do not fit {signs.Length} words of signs, {masks.Length} of masks, {scores.Length} scores.");
        }
        for (int c = 0; c < scores.Length; c++)
        {
            // MaxCount − 2 · count, where an input counts n or most − n: it adds ±(2n − most).
            int sum = 0;
            for (int w = 0; w < words; w++)
            {
                ulong plus = signs[(c * words) + w];
                ulong live = masks.IsEmpty ? WeightMatrix.TailMask(ones.Length, w) : masks[(c * words) + w];
                for (; live != 0; live &= live - 1)
                {
                    int i = BitOperations.TrailingZeroCount(live);
                    int dot = (2 * ones[(64 * w) + i]) - most;
                    sum += (plus >> i & 1) != 0 ? dot : -dot;
                }
            }
            scores[c] = (scale * sum) + biases[c];
        }
    }
}
