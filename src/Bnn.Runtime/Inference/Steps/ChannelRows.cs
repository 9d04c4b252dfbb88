using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bnn.Model;

namespace Bnn.Inference.Steps;

/// <summary>The weights of a layer as rows of words, and how they count: 64 positions to a xor and a popcount.</summary>
/// <remarks>
/// An input is <c>[planes, words]</c>: one plane of bits, or the eight of an 8-bit input, which meet the same weights. Its tail bits are 0.
/// Four channels at once load each input word once and have four independent sums.
/// </remarks>
internal sealed class ChannelRows
{
    private readonly ulong[] _signs;
    private readonly ulong[]? _masks;
    private readonly int[] _limits;

    /// <summary>Copies weights whose columns stand in the order of the input's bits.</summary>
    /// <param name="weights"><c>[channels, inputs]</c></param>
    /// <param name="limits"><c>[channels]</c> limits, or biases of scores.</param>
    /// <param name="isEightBit">Whether the input has eight planes.</param>
    public ChannelRows(WeightMatrix weights, EquatableArray<int> limits, bool isEightBit)
    {
        Channels = weights.Rows;
        Words = weights.WordsPerRow;
        Planes = isEightBit ? 8 : 1;
        _limits = limits.ToArray();
        _signs = new ulong[Channels * Words];
        _masks = weights.HasMask ? new ulong[Channels * Words] : null;
        for (int c = 0; c < Channels; c++)
        {
            weights.Signs(c).CopyTo(_signs.AsSpan(c * Words));
            for (int w = 0; _masks is not null && w < Words; w++)
                _masks[(c * Words) + w] = weights.Live(c, w);
        }
    }

    /// <summary>Number of channels.</summary>
    public int Channels { get; }

    /// <summary>Words of a row, and of a plane of the input.</summary>
    public int Words { get; }

    /// <summary>1 or 8.</summary>
    public int Planes { get; }

    /// <summary>Which channels from <paramref name="first"/> to before <paramref name="end"/>, at most 64, fire; bit i is channel first + i.</summary>
    /// <param name="input"><c>[Planes, Words]</c></param>
    /// <param name="first">First channel.</param>
    /// <param name="end">Channel behind the last.</param>
    public ulong Fire(ReadOnlySpan<ulong> input, int first, int end)
    {
        ref ulong x = ref MemoryMarshal.GetReference(input[..(Planes * Words)]);
        ulong fired = 0;
        int c = first;
        for (; c + 4 <= end; c += 4)
        {
            (int n0, int n1, int n2, int n3) = CountFour(ref x, c);
            ref int limits = ref _limits[c];
            ulong four = Fires(n0, limits) | Fires(n1, Unsafe.Add(ref limits, 1)) << 1
                | Fires(n2, Unsafe.Add(ref limits, 2)) << 2 | Fires(n3, Unsafe.Add(ref limits, 3)) << 3;
            fired |= four << (c - first);
        }
        for (; c < end; c++)
            fired |= Fires(CountOne(ref x, c), _limits[c]) << (c - first);
        return fired;
    }

    /// <summary>Adds the count of each channel.</summary>
    /// <param name="input"><c>[Planes, Words]</c></param>
    /// <param name="counts"><c>[Channels]</c></param>
    public void AddCounts(ReadOnlySpan<ulong> input, Span<int> counts)
    {
        ref ulong x = ref MemoryMarshal.GetReference(input[..(Planes * Words)]);
        int c = 0;
        for (; c + 4 <= Channels; c += 4)
        {
            (int n0, int n1, int n2, int n3) = CountFour(ref x, c);
            counts[c] += n0;
            counts[c + 1] += n1;
            counts[c + 2] += n2;
            counts[c + 3] += n3;
        }
        for (; c < Channels; c++)
            counts[c] += CountOne(ref x, c);
    }

    // 1 iff count ≤ limit, without a branch: the sign of the difference.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fires(int count, int limit) => (uint)(count - limit - 1) >> 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (int, int, int, int) CountFour(ref ulong x, int channel)
    {
        ref ulong signs = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_signs), (nint)channel * Words);
        if (_masks is not null)
            return CountFour(ref x, ref signs, ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_masks), (nint)channel * Words));
        nint words = Words;
        int n0 = 0, n1 = 0, n2 = 0, n3 = 0;
        // Horner's rule from the highest bit plane down: doubling before each plane gives it its weight.
        for (int plane = Planes - 1; plane >= 0; plane--)
        {
            ref ulong bits = ref Unsafe.Add(ref x, plane * words);
            (n0, n1, n2, n3) = (2 * n0, 2 * n1, 2 * n2, 2 * n3);
            for (nint i = 0; i < words; i++)
            {
                ulong word = Unsafe.Add(ref bits, i);
                ref ulong sign = ref Unsafe.Add(ref signs, i);
                n0 += BitOperations.PopCount(word ^ sign);
                n1 += BitOperations.PopCount(word ^ Unsafe.Add(ref sign, words));
                n2 += BitOperations.PopCount(word ^ Unsafe.Add(ref sign, 2 * words));
                n3 += BitOperations.PopCount(word ^ Unsafe.Add(ref sign, 3 * words));
            }
        }
        return (n0, n1, n2, n3);
    }

    private (int, int, int, int) CountFour(ref ulong x, ref ulong signs, ref ulong masks)
    {
        nint words = Words;
        int n0 = 0, n1 = 0, n2 = 0, n3 = 0;
        for (int plane = Planes - 1; plane >= 0; plane--)
        {
            ref ulong bits = ref Unsafe.Add(ref x, plane * words);
            (n0, n1, n2, n3) = (2 * n0, 2 * n1, 2 * n2, 2 * n3);
            for (nint i = 0; i < words; i++)
            {
                ulong word = Unsafe.Add(ref bits, i);
                ref ulong sign = ref Unsafe.Add(ref signs, i);
                ref ulong mask = ref Unsafe.Add(ref masks, i);
                n0 += BitOperations.PopCount((word ^ sign) & mask);
                n1 += BitOperations.PopCount((word ^ Unsafe.Add(ref sign, words)) & Unsafe.Add(ref mask, words));
                n2 += BitOperations.PopCount((word ^ Unsafe.Add(ref sign, 2 * words)) & Unsafe.Add(ref mask, 2 * words));
                n3 += BitOperations.PopCount((word ^ Unsafe.Add(ref sign, 3 * words)) & Unsafe.Add(ref mask, 3 * words));
            }
        }
        return (n0, n1, n2, n3);
    }

    private int CountOne(ref ulong x, int channel)
    {
        int count = 0;
        int row = channel * Words;
        for (int plane = Planes - 1; plane >= 0; plane--)
        {
            count *= 2;
            for (int i = 0; i < Words; i++)
            {
                ulong differing = Unsafe.Add(ref x, (plane * Words) + i) ^ _signs[row + i];
                count += BitOperations.PopCount(_masks is null ? differing : differing & _masks[row + i]);
            }
        }
        return count;
    }
}
