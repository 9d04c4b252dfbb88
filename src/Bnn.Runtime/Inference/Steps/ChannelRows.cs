using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bnn.Model;

namespace Bnn.Inference.Steps;

/// <summary>The weights of a layer as rows of words, and how they count: 64 positions to a xor and a popcount.</summary>
/// <remarks>
/// Rows lie in blocks of four channels, <c>[⌈channels/4⌉, words, 4]</c> (with masks <c>[.., 8]</c>: four words of signs, four of masks): one reference
/// walks through all of them, each input word is loaded once for four channels, and the four sums are independent. Rows that fill the last
/// block of a group count, but never fire. An input is <c>[planes, words]</c>: one plane of bits, or the eight of an 8-bit input, which meet the same weights.
/// </remarks>
internal sealed class ChannelRows
{
    /// <summary>Channels that are counted together: as many as fit a word of results.</summary>
    public const int Lanes = 64;

    private const int Block = 4;

    private readonly ulong[] _rows;
    private readonly int[] _limits;
    private readonly int _rowsOfGroup;
    private readonly int _blockStep;

    /// <summary>Copies weights whose columns stand in the order of the input's bits.</summary>
    /// <param name="weights"><c>[channels, inputs]</c></param>
    /// <param name="limits"><c>[channels]</c> limits, or biases of scores.</param>
    /// <param name="isEightBit">Whether the input has eight planes.</param>
    /// <param name="groups">Divides the channels; each group begins a block.</param>
    public ChannelRows(WeightMatrix weights, EquatableArray<int> limits, bool isEightBit, int groups = 1)
    {
        Channels = weights.Rows;
        ChannelsOfGroup = Channels / groups;
        Words = weights.WordsPerRow;
        Planes = isEightBit ? 8 : 1;
        _rowsOfGroup = (ChannelsOfGroup + Block - 1) / Block * Block;
        _blockStep = weights.HasMask ? 2 * Block : Block;
        _rows = new ulong[groups * _rowsOfGroup / Block * Words * _blockStep];
        _limits = new int[groups * _rowsOfGroup];
        Array.Fill(_limits, -1);
        for (int c = 0; c < Channels; c++)
        {
            int row = (c / ChannelsOfGroup * _rowsOfGroup) + (c % ChannelsOfGroup);
            _limits[row] = limits[c];
            for (int w = 0; w < Words; w++)
            {
                int at = (((row / Block * Words) + w) * _blockStep) + (row % Block);
                _rows[at] = weights.Signs(c)[w];
                if (weights.HasMask)
                    _rows[at + Block] = weights.Live(c, w);
            }
        }
    }

    /// <summary>Number of channels.</summary>
    public int Channels { get; }

    /// <summary>Number of channels of a group.</summary>
    public int ChannelsOfGroup { get; }

    /// <summary>Words of a row, and of a plane of the input.</summary>
    public int Words { get; }

    /// <summary>1 or 8.</summary>
    public int Planes { get; }

    /// <summary>Rows of a group, with those that fill its last block.</summary>
    private ReadOnlySpan<ulong> RowsOf(int group, int first, int count) =>
        _rows.AsSpan(((group * _rowsOfGroup) + first) / Block * Words * _blockStep, count / Block * Words * _blockStep);

    /// <summary>Counts for several inputs, so that each row is fetched once for all of them.</summary>
    /// <param name="inputs"><c>[n, Planes, Words]</c>; tail bits 0.</param>
    /// <param name="group">The group.</param>
    /// <param name="first">Channel of the group, a multiple of four.</param>
    /// <param name="counts">Receives <c>[n, Lanes]</c> counts of the channels from <paramref name="first"/> on; behind the last of the group stands anything.</param>
    public void Count(ReadOnlySpan<ulong> inputs, int group, int first, Span<int> counts)
    {
        int n = inputs.Length / (Planes * Words);
        int channels = Math.Min(Lanes, _rowsOfGroup - first);
        ref ulong x = ref MemoryMarshal.GetReference(inputs);
        ref ulong rows = ref MemoryMarshal.GetReference(RowsOf(group, first, channels));
        ref int to = ref MemoryMarshal.GetReference(counts[..(n * Lanes)]);
        if (_blockStep == Block)
            Count<Unmasked>(ref x, n, ref rows, channels, ref to);
        else
            Count<Masked>(ref x, n, ref rows, channels, ref to);
    }

    /// <summary>Which channels fire.</summary>
    /// <param name="counts"><c>[Lanes]</c> counts of one input.</param>
    /// <param name="group">The group.</param>
    /// <param name="first">Channel of the group, a multiple of four.</param>
    /// <returns>Bit i belongs to channel first + i; 0 behind the last channel of the group.</returns>
    public ulong Fires(ReadOnlySpan<int> counts, int group, int first)
    {
        ReadOnlySpan<int> limits = _limits.AsSpan((group * _rowsOfGroup) + first, Math.Min(Lanes, _rowsOfGroup - first));
        ref int count = ref MemoryMarshal.GetReference(counts[..limits.Length]);
        ref int limit = ref MemoryMarshal.GetReference(limits);
        ulong fired = 0;
        for (int i = 0; i < limits.Length; i += Block)
        {
            Vector128<int> fires = Vector128.LessThanOrEqual(Vector128.LoadUnsafe(ref count, (nuint)i), Vector128.LoadUnsafe(ref limit, (nuint)i));
            fired |= (ulong)fires.ExtractMostSignificantBits() << i;
        }
        return fired;
    }

    private void Count<TMask>(ref ulong inputs, int n, ref ulong rows, int channels, ref int counts)
        where TMask : struct, IMask
    {
        for (int c = 0; c < channels; c += Block)
        {
            if (Planes == 1)
                CountBits<TMask>(ref inputs, n, ref rows, Words, ref Unsafe.Add(ref counts, c));
            else
                CountBytes<TMask>(ref inputs, n, ref rows, Words, ref Unsafe.Add(ref counts, c));
            rows = ref Unsafe.Add(ref rows, (nint)Words * TMask.Step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CountBits<TMask>(ref ulong x, int n, ref ulong block, nint words, ref int counts)
        where TMask : struct, IMask
    {
        for (; n != 0; n--)
        {
            ref ulong row = ref block;
            int n0 = 0, n1 = 0, n2 = 0, n3 = 0;
            for (nint i = words; i != 0; i--)
            {
                ulong word = x;
                n0 += TMask.Differing(word, ref row);
                n1 += TMask.Differing(word, ref Unsafe.Add(ref row, 1));
                n2 += TMask.Differing(word, ref Unsafe.Add(ref row, 2));
                n3 += TMask.Differing(word, ref Unsafe.Add(ref row, 3));
                row = ref Unsafe.Add(ref row, TMask.Step);
                x = ref Unsafe.Add(ref x, 1);
            }
            Put(ref counts, n0, n1, n2, n3);
            counts = ref Unsafe.Add(ref counts, Lanes);
        }
    }

    // Horner's rule from the highest bit plane down: doubling before each plane gives it its weight.
    private static void CountBytes<TMask>(ref ulong x, int n, ref ulong block, nint words, ref int counts)
        where TMask : struct, IMask
    {
        for (; n != 0; n--)
        {
            ref ulong row = ref block;
            int n0 = 0, n1 = 0, n2 = 0, n3 = 0;
            for (nint i = 0; i < words; i++)
            {
                int p0 = 0, p1 = 0, p2 = 0, p3 = 0;
                for (nint at = i + (7 * words); at >= 0; at -= words)
                {
                    ulong word = Unsafe.Add(ref x, at);
                    p0 = (2 * p0) + TMask.Differing(word, ref row);
                    p1 = (2 * p1) + TMask.Differing(word, ref Unsafe.Add(ref row, 1));
                    p2 = (2 * p2) + TMask.Differing(word, ref Unsafe.Add(ref row, 2));
                    p3 = (2 * p3) + TMask.Differing(word, ref Unsafe.Add(ref row, 3));
                }
                (n0, n1, n2, n3) = (n0 + p0, n1 + p1, n2 + p2, n3 + p3);
                row = ref Unsafe.Add(ref row, TMask.Step);
            }
            x = ref Unsafe.Add(ref x, 8 * words);
            Put(ref counts, n0, n1, n2, n3);
            counts = ref Unsafe.Add(ref counts, Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref int counts, int n0, int n1, int n2, int n3)
    {
        counts = n0;
        Unsafe.Add(ref counts, 1) = n1;
        Unsafe.Add(ref counts, 2) = n2;
        Unsafe.Add(ref counts, 3) = n3;
    }

    // Whether signs have masks beside them.
    private interface IMask
    {
        static abstract int Step { get; }
        static abstract int Differing(ulong word, ref ulong signs);
    }

    private readonly struct Unmasked : IMask
    {
        public static int Step => Block;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Differing(ulong word, ref ulong signs) => BitOperations.PopCount(word ^ signs);
    }

    private readonly struct Masked : IMask
    {
        public static int Step => 2 * Block;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Differing(ulong word, ref ulong signs) => BitOperations.PopCount((word ^ signs) & Unsafe.Add(ref signs, Block));
    }
}
