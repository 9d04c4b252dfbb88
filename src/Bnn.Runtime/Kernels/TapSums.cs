using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>A convolution on bytes: for each lane the sums of the bytes under the kernel, each with the sign of its weight, and whether they fire.</summary>
/// <remarks>
/// <para>
/// Exact. The sums of all subsets of a few taps (<see cref="TapGroups"/>) are made once for a pair of registers, and then looked up by every channel and by the next positions, so that a channel takes a
/// quarter of an addition for each tap and lane instead of eight planes of an adder tree. With S the sum of all bytes a channel's sum is 2 · (sum of those of weight +1) − S; where masks
/// differ between channels it is the sum of one subset less that of another.
/// </para>
/// <para>
/// The caller numbers windows in the order of positions, makes each once before the first position that reads it, in slot number mod <see cref="TapGroups.Windows"/>, and lets a position fire from its first window on.
/// Numbers have 16 bits, hence <see cref="TapGroups.MostInputs"/>. Immutable; allocates nothing when it runs.
/// </para>
/// </remarks>
internal sealed unsafe class TapSums
{
    private readonly short[] _starts;

    // Sums of the table: without masks as many for each channel; else of each channel those that are added, then those that are taken off, up to _ends.
    private readonly int[] _entries;
    private readonly int[]? _ends;
    private readonly int[] _sizes;

    // The same in bytes from the table on, for each slot of the first window, and for pairs of 16, 32 and 64 lanes; made at the first use.
    private readonly ushort[]?[] _offsets = new ushort[]?[3];

    /// <summary>Derives the look-ups.</summary>
    /// <param name="groups">Of the K taps times channels; see <see cref="Fits"/>.</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff Σ (+1: 255 − v; −1: v) ≤ limit.</param>
    public TapSums(TapGroups groups, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits)
    {
        int inputs = groups.Inputs, words = (inputs + 63) / 64;
        if (!Fits(inputs, masks))
            throw new ArgumentException($"{inputs} inputs are too many.", nameof(groups));
        if (signs.Length != limits.Length * words || (!masks.IsEmpty && masks.Length != signs.Length))
            throw new ArgumentException($"{signs.Length} and {masks.Length} words of weights for {limits.Length} channels of {inputs} inputs.", nameof(signs));
        Groups = groups;
        _sizes = [.. groups.Sizes];
        _starts = new short[limits.Length];
        _ends = masks.IsEmpty ? null : new int[2 * limits.Length];
        var entries = new List<int>();
        var removed = new List<int>();
        for (int c = 0; c < limits.Length; c++)
        {
            ReadOnlySpan<ulong> sign = signs.Slice(c * words, words), mask = masks.IsEmpty ? default : masks.Slice(c * words, words);
            int live = masks.IsEmpty ? inputs : Ones(mask);
            // Limits beyond what a sum can be all mean the same.
            int start = Math.Clamp(limits[c], -1, 255 * live) - (255 * Ones(sign));
            _starts[c] = (short)(masks.IsEmpty ? start : 2 * start);
            groups.Look(sign, mask, entries, removed);
            if (_ends is null)
                continue;
            _ends[2 * c] = entries.Count;
            entries.AddRange(removed);
            _ends[(2 * c) + 1] = entries.Count;
            removed.Clear();
        }
        _entries = [.. entries];
    }

    /// <summary>How taps are put together.</summary>
    public TapGroups Groups { get; }

    /// <summary>Number of channels.</summary>
    public int Channels => _starts.Length;

    /// <summary>Sums that all channels look up for a pair of registers.</summary>
    public int LookUps => _entries.Length;

    /// <summary>Whether all sums fit their numbers.</summary>
    /// <param name="inputs">K.</param>
    /// <param name="masks">Packed, <c>[C, ⌈K/64⌉]</c>; empty: all live.</param>
    public static bool Fits(int inputs, ReadOnlySpan<ulong> masks)
    {
        int words = (inputs + 63) / 64, mostLive = 0;
        for (int at = 0; at < masks.Length; at += words)
            mostLive = Math.Max(mostLive, Ones(masks.Slice(at, words)));
        return TapGroups.Fits(inputs, mostLive, !masks.IsEmpty);
    }

    /// <summary>Bytes of the table that <see cref="Make"/> and <see cref="Fire"/> take, with numbers in registers as wide as <typeparamref name="TLanes"/>, but 128 bits at least.</summary>
    public int TableBytes<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => Groups.Windows * (Groups.Entries + 1) * 2 * sizeof(ulong) * Math.Max(TLanes.Words, Lanes128.Words);

    /// <summary>Makes the sums of a window for one pair of registers.</summary>
    /// <param name="bytes">From here on the lanes' bytes of a tap lie so many bytes on as <paramref name="offsets"/> says.</param>
    /// <param name="offsets"><c>[OffsetCount]</c>, by <see cref="WindowTap.Slot"/>; those of no tap are of any bytes.</param>
    /// <param name="table"><see cref="TableBytes"/> bytes of any content; best from a cache line on.</param>
    /// <param name="slot">Which window's sums it replaces.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Make<TShorts>(byte* bytes, int* offsets, TShorts* table, int slot)
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        TShorts first = default, second = default, none = default;
        TShorts* to = table + (2 * slot * Groups.Entries);
        foreach (int size in _sizes)
        {
            byte* a = bytes + offsets[0], b = bytes + offsets[1], c = bytes + offsets[2], d = bytes + offsets[3], e = bytes + offsets[4];
            Subsets(to, size, TShorts.WidenFirst(a), TShorts.WidenFirst(b), TShorts.WidenFirst(c), TShorts.WidenFirst(d), TShorts.WidenFirst(e));
            Subsets(to + 1, size, TShorts.WidenSecond(a), TShorts.WidenSecond(b), TShorts.WidenSecond(c), TShorts.WidenSecond(d), TShorts.WidenSecond(e));
            TShorts* all = to + (2 * ((1 << size) - 1));
            first += all[0];
            second += all[1];
            to += 2 << Math.Max(size, 3);
            offsets += TapGroups.MostGroup;
        }
        // What a channel without masks begins with.
        to = table + (2 * ((Groups.Windows * Groups.Entries) + slot));
        to[0] = none - TShorts.Halve(first);
        to[1] = none - TShorts.Halve(second);
    }

    /// <summary>All channels for one pair of registers.</summary>
    /// <param name="slot">Slot of the position's first window; the others follow, behind the last one the first.</param>
    /// <param name="table">With the sums of all windows of the position.</param>
    /// <param name="output">Receives a bit for each lane of the first channel.</param>
    /// <param name="outputStride">Bytes from one channel to the next.</param>
    public void Fire<TShorts>(int slot, TShorts* table, byte* output, nint outputStride)
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        fixed (ushort* offsets = Offsets<TShorts>())
        fixed (short* starts = _starts)
        {
            ushort* entries = offsets + (slot * _entries.Length);
            if (_ends is { } ends)
            {
                AddLive<TShorts>(entries, ends, starts, (byte*)table, output, outputStride);
                return;
            }
            TShorts first = default, second = default;
            TShorts* all = table + (2 * Groups.Windows * Groups.Entries);
            for (TShorts* end = all + (2 * Groups.Windows); all < end; all += 2)
            {
                first += all[0];
                second += all[1];
            }
            AddAll(entries, Groups.Windows * _sizes.Length, starts, Channels, first, second, (byte*)table, output, outputStride);
        }
    }

    // The last byte of the largest table, of 512 sums with 512 bits, is number 65,535.
    private ushort[] Offsets<TShorts>()
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        ref ushort[]? offsets = ref _offsets[BitOperations.Log2((uint)TShorts.Pair / 16)];
        return offsets ??= [.. Enumerable.Range(0, Groups.Windows).SelectMany(slot => _entries.Select(entry =>
            (ushort)((entry + (slot * Groups.Entries)) % (Groups.Windows * Groups.Entries) * 2 * sizeof(TShorts))))];
    }

    // Twice the sums of all subsets of three to five numbers, in every second register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subsets<TShorts>(TShorts* to, int size, TShorts a, TShorts b, TShorts c, TShorts d, TShorts e)
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        a += a;
        b += b;
        c += c;
        TShorts ab = a + b;
        Subsets(to, default, a, b, ab, c);
        if (size <= 3)
            return;
        d += d;
        Subsets(to + 16, d, a, b, ab, c);
        if (size <= 4)
            return;
        e += e;
        Subsets(to + 32, e, a, b, ab, c);
        Subsets(to + 48, d + e, a, b, ab, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subsets<TShorts>(TShorts* to, TShorts start, TShorts a, TShorts b, TShorts ab, TShorts c)
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        TShorts withC = start + c;
        to[0] = start;
        to[2] = start + a;
        to[4] = start + b;
        to[6] = start + ab;
        to[8] = withC;
        to[10] = withC + a;
        to[12] = withC + b;
        to[14] = withC + ab;
    }

    // Each channel looks up all groups. Loads are what limits it, so offsets come four at a time; shifted on step by step, lest each be a copy.
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
                ulong four = *(ulong*)entry;
                nint a = (ushort)four;
                four >>= 16;
                nint b = (ushort)four;
                four >>= 16;
                nint c = (ushort)four, d = (nint)(four >> 16);
                first = TShorts.Add(first, table + a);
                second = TShorts.Add(second, seconds + a);
                first = TShorts.Add(first, table + b);
                second = TShorts.Add(second, seconds + b);
                first = TShorts.Add(first, table + c);
                second = TShorts.Add(second, seconds + c);
                first = TShorts.Add(first, table + d);
                second = TShorts.Add(second, seconds + d);
            }
            if ((groups & 2) != 0)
            {
                uint two = *(uint*)entry;
                nint a = (ushort)two, b = (nint)(two >> 16);
                first = TShorts.Add(first, table + a);
                second = TShorts.Add(second, seconds + a);
                first = TShorts.Add(first, table + b);
                second = TShorts.Add(second, seconds + b);
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

    private static int Ones(ReadOnlySpan<ulong> row)
    {
        int ones = 0;
        foreach (ulong word in row)
            ones += BitOperations.PopCount(word);
        return ones;
    }
}
