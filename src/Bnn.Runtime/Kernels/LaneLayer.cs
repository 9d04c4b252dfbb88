using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>A layer of constant weights that fires, for 64 to 512 samples or positions at once: planes in, planes out.</summary>
/// <remarks>
/// Exact: bit for bit count ≤ limit. Cost for one register of lanes: <see cref="Additions"/> full adders and, for each channel, a comparison of some ten
/// digits. Made once from packed weights (about 4 ns for each); running allocates nothing and is thread-safe.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class LaneLayer
{
    private readonly AdderTable _table;

    private LaneLayer(AdderTable table) => _table = table;

    /// <summary>The index lists.</summary>
    internal AdderTable Table => _table;

    /// <summary>Number of inputs, K.</summary>
    public int Inputs => _table.Inputs;

    /// <summary>Input planes: K, or 8·K on an eight-bit input, whose plane b·K + i is bit b of input i.</summary>
    public int Planes => _table.Inputs * _table.Bits;

    /// <summary>Registers that <see cref="RunWithComplements"/> reads: planes, and their complements if channels read them.</summary>
    internal int PlanesRead => _table.PlanesRead;

    /// <summary>Registers from a plane to its complement; 0 if complements are not read.</summary>
    internal int Complements => _table.PlanesRead - _table.Planes;

    /// <summary>Number of channels, C.</summary>
    public int Channels => _table.Rows.Length;

    /// <summary>Planes added for one register of lanes: at most half of K·C without masks, and K for the sum that channels share.</summary>
    public long Additions => _table.Additions;

    /// <summary>Derives the index lists.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <param name="isEightBit">Whether each input is a byte, bit b of which counts 2^b.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static LaneLayer Create(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, bool isEightBit = false) =>
        new(AdderTable.ForLimits(inputs, signs, masks, limits, isEightBit));

    /// <summary>Derives the index lists of each group of a convolution.</summary>
    /// <param name="groups">Divides the channels and the rows of weights.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="taps">Rows times columns of the kernel.</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, K = channels / groups · taps.</param>
    /// <param name="masks">The same shape, or empty.</param>
    /// <param name="limits"><c>[C]</c></param>
    /// <param name="isEightBit">Whether each input is a byte.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    internal static LaneLayer[] CreateGroups(
        int groups, int channels, int taps, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, bool isEightBit)
    {
        if (groups < 1 || channels < 1 || channels % groups != 0 || limits.Length % groups != 0 || signs.Length % groups != 0)
            throw new ArgumentException($"{groups} groups do not divide {channels} channels into {limits.Length}.", nameof(groups));
        var layers = new LaneLayer[groups];
        int rows = limits.Length / groups, words = signs.Length / groups;
        for (int g = 0; g < groups; g++)
        {
            layers[g] = Create(channels / groups * taps, signs.Slice(g * words, words),
                masks.IsEmpty ? default : masks.Slice(g * words, words), limits.Slice(g * rows, rows), isEightBit);
        }
        return layers;
    }

    /// <summary>Gives the output bits of all channels for one register of lanes.</summary>
    /// <param name="planes">One register for each input plane, <c>[Planes, TLanes.Words]</c>.</param>
    /// <param name="output">Register of channel c from word c · <paramref name="stride"/> on.</param>
    /// <param name="stride">Words from one channel's output to the next, at least those of a register.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Run<TLanes>(ReadOnlySpan<ulong> planes, Span<ulong> output, int stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        LaneMemory.Check<TLanes>(planes.Length, Planes, nameof(planes));
        CheckOutput<TLanes>(output, stride);
        Run(ref _table.WithComplements(ref LaneMemory.First<TLanes>(planes)), ref MemoryMarshal.GetReference(output), stride);
    }

    /// <summary>The same with the complements that channels read.</summary>
    /// <param name="planes"><see cref="PlanesRead"/> registers, the complement of each plane <see cref="Complements"/> registers behind it.</param>
    /// <param name="output">As above.</param>
    /// <param name="stride">As above.</param>
    internal void RunWithComplements<TLanes>(ReadOnlySpan<ulong> planes, Span<ulong> output, int stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        LaneMemory.Check<TLanes>(planes.Length, PlanesRead, nameof(planes));
        CheckOutput<TLanes>(output, stride);
        Run(ref LaneMemory.First<TLanes>(planes), ref MemoryMarshal.GetReference(output), stride);
    }

    private void CheckOutput<TLanes>(Span<ulong> output, int stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (stride < TLanes.Words || output.Length < ((long)(Channels - 1) * stride) + TLanes.Words)
            throw new ArgumentException($"{Channels} outputs of {TLanes.Words} words, {stride} apart, do not fit into {output.Length} words.", nameof(output));
    }

    [SkipLocalsInit]
    private unsafe void Run<TLanes>(ref TLanes planes, ref ulong output, int stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (_table.Blocks > 1)
        {
            ref TLanes numbers = ref LaneMemory.First<TLanes>(ThreadScratch.Numbers((((Channels + 1) * _table.Digits) + 2) * TLanes.Words));
            AdderTree.RunBlocks(_table, ref planes, ref numbers, ref Unsafe.Add(ref numbers, (Channels + 1) * _table.Digits), ref output, stride);
            return;
        }
        int sumDigits = Math.Max(_table.Digits, ShortTree.Digits + 1);
        ulong* memory = stackalloc ulong[((sumDigits + AdderTree.ScratchRegisters(_table)) * TLanes.Words) + LaneBuffer.AlignmentWords];
        ref TLanes sum = ref LaneMemory.Align<TLanes>(memory);
        ref TLanes scratch = ref Unsafe.Add(ref sum, sumDigits);
        Unsafe.Add(ref sum, ShortTree.Digits) = TLanes.Broadcast(0);
        foreach (AdderRow row in _table.Constants)
            Unsafe.As<ulong, TLanes>(ref Unsafe.Add(ref output, row.Channel * stride)) = TLanes.Broadcast(row.End == RowEnd.Always ? ulong.MaxValue : 0);
        // A tree that has no rows is not even compiled.
        if (_table.Sum.Length > 0)
            AdderTree.Run(_table, _table.Sum, ref planes, ref sum, ref scratch, ref Unsafe.As<TLanes, ulong>(ref sum), 0);
        if (_table.ShortRows.Length > 0)
            ShortTree.Run(_table, ref planes, ref sum, ref output, stride);
        if (_table.LongRows.Length > 0)
            AdderTree.Run(_table, _table.LongRows, ref planes, ref sum, ref scratch, ref output, stride);
    }
}
