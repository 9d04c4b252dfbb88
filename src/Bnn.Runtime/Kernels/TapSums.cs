using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>A convolution on bytes: for each lane the sums of the bytes under the kernel, each with the sign of its weight, and whether they fire.</summary>
/// <remarks>
/// <para>
/// Exact. Four taps have 16 subsets; their sums are made once for a pair of registers and then looked up by every channel, so that a channel takes a
/// quarter of an addition for each tap and lane instead of eight planes of an adder tree. With S the sum of all bytes a channel's sum is 2 · (sum of those of weight +1) − S; where masks
/// differ between channels it is the sum of one subset less that of another.
/// </para>
/// <para>Numbers have 16 bits, hence <see cref="MostInputs"/>. Immutable; allocates nothing when it runs.</para>
/// </remarks>
internal sealed unsafe class TapSums
{
    /// <summary>Most taps times channels: 128 · 255 is below 2^15. With masks sums are doubled, and half as many may live.</summary>
    public const int MostInputs = 128;

    private const int GroupInputs = 4, GroupEntries = 1 << GroupInputs;

    private readonly int _groups;
    private readonly short[] _starts;

    // Sums of the table: without masks [channels, groups]; else of each channel those that are added, then those that are taken off, up to _ends.
    private readonly ushort[] _entries;
    private readonly int[]? _ends;

    // The same in bytes from the table on, for pairs of 16, 32 and 64 lanes; made at the first use.
    private readonly ushort[]?[] _offsets = new ushort[]?[3];

    /// <summary>Derives the look-ups.</summary>
    /// <param name="inputs">K; see <see cref="Fits"/>.</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff Σ (+1: 255 − v; −1: v) ≤ limit.</param>
    public TapSums(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits)
    {
        if (!Fits(inputs, masks))
            throw new ArgumentException($"{inputs} inputs are too many.", nameof(inputs));
        Inputs = inputs;
        _groups = (inputs + GroupInputs - 1) / GroupInputs;
        int words = (inputs + 63) / 64;
        if (signs.Length != limits.Length * words || (!masks.IsEmpty && masks.Length != signs.Length))
            throw new ArgumentException($"{signs.Length} and {masks.Length} words of weights for {limits.Length} channels of {inputs} inputs.", nameof(signs));
        _starts = new short[limits.Length];
        _ends = masks.IsEmpty ? null : new int[2 * limits.Length];
        var entries = new List<ushort>();
        for (int c = 0; c < limits.Length; c++)
        {
            ReadOnlySpan<ulong> sign = signs.Slice(c * words, words), mask = masks.IsEmpty ? default : masks.Slice(c * words, words);
            int live = masks.IsEmpty ? inputs : Ones(mask);
            // Limits beyond what a sum can be all mean the same.
            int start = Math.Clamp(limits[c], -1, 255 * live) - (255 * Ones(sign));
            _starts[c] = (short)(masks.IsEmpty ? start : 2 * start);
            for (int g = 0; g < _groups; g++)
                Look(entries, g, Subset(sign, g), isNeeded: masks.IsEmpty);
            if (_ends is null)
                continue;
            _ends[2 * c] = entries.Count;
            for (int g = 0; g < _groups; g++)
                Look(entries, g, Subset(mask, g) & ~Subset(sign, g), isNeeded: false);
            _ends[(2 * c) + 1] = entries.Count;
        }
        _entries = [.. entries];
    }

    /// <summary>K.</summary>
    public int Inputs { get; }

    /// <summary>K, rounded up to whole groups of four.</summary>
    public int OffsetCount => _groups * GroupInputs;

    /// <summary>Number of channels.</summary>
    public int Channels => _starts.Length;

    /// <summary>Sums that all channels look up for a pair of registers.</summary>
    public int LookUps => _entries.Length;

    /// <summary>Whether all sums fit their numbers.</summary>
    /// <param name="inputs">K.</param>
    /// <param name="masks">Packed, <c>[C, ⌈K/64⌉]</c>; empty: all live.</param>
    public static bool Fits(int inputs, ReadOnlySpan<ulong> masks)
    {
        if (masks.IsEmpty)
            return inputs <= MostInputs;
        int words = (inputs + 63) / 64;
        for (int at = 0; at < masks.Length; at += words)
        {
            if (Ones(masks.Slice(at, words)) > MostInputs / 2)
                return false;
        }
        return inputs <= MostInputs;
    }

    /// <summary>Bytes of the table that <see cref="Run"/> takes, with numbers in registers as wide as <typeparamref name="TLanes"/>, but 128 bits at least.</summary>
    public int TableBytes<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => _groups * GroupEntries * 2 * sizeof(ulong) * Math.Max(TLanes.Words, Lanes128.Words);

    /// <summary>All channels for one pair of registers.</summary>
    /// <param name="bytes">From here on the lanes' bytes of an input lie so many bytes on as <paramref name="offsets"/> says.</param>
    /// <param name="offsets"><c>[OffsetCount]</c>; those behind K are of any inputs.</param>
    /// <param name="table"><see cref="TableBytes"/> bytes of any content; best from a cache line on.</param>
    /// <param name="output">Receives a bit for each lane of the first channel.</param>
    /// <param name="outputStride">Bytes from one channel to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TShorts>(byte* bytes, int* offsets, TShorts* table, byte* output, nint outputStride)
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        TShorts first = default, second = default, none = default;
        TShorts* to = table;
        for (int left = Inputs; left > 0; left -= GroupInputs, offsets += GroupInputs, to += 2 * GroupEntries)
        {
            byte* a = bytes + offsets[0], b = bytes + offsets[1], c = bytes + offsets[2], d = bytes + offsets[3];
            Subsets(to, Twice(TShorts.WidenFirst(a)), Twice(TShorts.WidenFirst(b)), Twice(TShorts.WidenFirst(c)), Twice(TShorts.WidenFirst(d)));
            Subsets(to + 1, Twice(TShorts.WidenSecond(a)), Twice(TShorts.WidenSecond(b)), Twice(TShorts.WidenSecond(c)), Twice(TShorts.WidenSecond(d)));
            TShorts* all = to + (2 * ((1 << Math.Min(left, GroupInputs)) - 1));
            first += all[0];
            second += all[1];
        }
        fixed (ushort* entries = Offsets<TShorts>())
        fixed (short* starts = _starts)
        {
            if (_ends is { } ends)
                AddLive<TShorts>(entries, ends, starts, (byte*)table, output, outputStride);
            else
                AddAll(entries, _groups, starts, Channels, none - TShorts.Halve(first), none - TShorts.Halve(second), (byte*)table, output, outputStride);
        }
    }

    // The last byte of the largest table, of 32 groups with 512 bits, is number 65,535.
    private ushort[] Offsets<TShorts>()
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        ref ushort[]? offsets = ref _offsets[BitOperations.Log2((uint)TShorts.Pair / 16)];
        return offsets ??= Array.ConvertAll(_entries, entry => (ushort)(entry * 2 * sizeof(TShorts)));
    }

    // The sums of all subsets of four numbers, in every second register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subsets<TShorts>(TShorts* to, TShorts a, TShorts b, TShorts c, TShorts d)
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        TShorts ab = a + b, cd = c + d;
        to[0] = default;
        to[2] = a;
        to[4] = b;
        to[6] = ab;
        to[8] = c;
        to[10] = a + c;
        to[12] = b + c;
        to[14] = ab + c;
        to[16] = d;
        to[18] = a + d;
        to[20] = b + d;
        to[22] = ab + d;
        to[24] = cd;
        to[26] = a + cd;
        to[28] = b + cd;
        to[30] = ab + cd;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TShorts Twice<TShorts>(TShorts numbers)
        where TShorts : unmanaged, IShortLanes<TShorts> => numbers + numbers;

    // Each channel looks up all groups.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddAll<TShorts>(
        ushort* entry, int groups, short* starts, int channels, TShorts firstStart, TShorts secondStart, byte* table, byte* output, nint outputStride)
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        byte* seconds = table + sizeof(TShorts);
        for (short* end = starts + channels; starts < end; starts++, output += outputStride)
        {
            TShorts start = TShorts.Broadcast(*starts), first = firstStart + start, second = secondStart + start;
            for (ushort* fours = entry + (groups & ~3); entry < fours; entry += 4)
            {
                nint a = entry[0], b = entry[1], c = entry[2], d = entry[3];
                first = TShorts.Add(TShorts.Add(TShorts.Add(TShorts.Add(first, table + a), table + b), table + c), table + d);
                second = TShorts.Add(TShorts.Add(TShorts.Add(TShorts.Add(second, seconds + a), seconds + b), seconds + c), seconds + d);
            }
            if ((groups & 2) != 0)
            {
                nint a = entry[0], b = entry[1];
                first = TShorts.Add(TShorts.Add(first, table + a), table + b);
                second = TShorts.Add(TShorts.Add(second, seconds + a), seconds + b);
                entry += 2;
            }
            if ((groups & 1) != 0)
            {
                nint a = *entry++;
                first = TShorts.Add(first, table + a);
                second = TShorts.Add(second, seconds + a);
            }
            TShorts.StoreNotNegative(output, first, second);
        }
    }

    // Each channel looks up what it reads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddLive<TShorts>(ushort* entries, ReadOnlySpan<int> ends, short* starts, byte* table, byte* output, nint outputStride)
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        byte* seconds = table + sizeof(TShorts);
        ushort* entry = entries;
        for (int i = 0; i < ends.Length; i += 2, output += outputStride)
        {
            TShorts first = TShorts.Broadcast(starts[i / 2]), second = first;
            for (ushort* end = entries + ends[i]; entry < end; entry++)
            {
                nint a = *entry;
                first = TShorts.Add(first, table + a);
                second = TShorts.Add(second, seconds + a);
            }
            for (ushort* end = entries + ends[i + 1]; entry < end; entry++)
            {
                nint a = *entry;
                first = TShorts.Subtract(first, table + a);
                second = TShorts.Subtract(second, seconds + a);
            }
            TShorts.StoreNotNegative(output, first, second);
        }
    }

    private static void Look(List<ushort> entries, int group, int subset, bool isNeeded)
    {
        if (isNeeded || subset != 0)
            entries.Add((ushort)((group * GroupEntries) + subset));
    }

    private static int Subset(ReadOnlySpan<ulong> row, int group) => (int)(row[group * GroupInputs / 64] >> (group * GroupInputs % 64)) & (GroupEntries - 1);

    private static int Ones(ReadOnlySpan<ulong> row)
    {
        int ones = 0;
        foreach (ulong word in row)
            ones += BitOperations.PopCount(word);
        return ones;
    }
}
