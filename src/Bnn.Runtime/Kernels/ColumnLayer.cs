using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>A layer of constant weights that fires, for one sample, with a channel in each lane: packed bits in, packed bits out.</summary>
/// <remarks>
/// Exact: bit for bit count ≤ limit. Only the inputs that are 1 are added up, or only those that are 0 if they are fewer: at most K/2. Cost: for each such
/// input a full adder in ⌈C / lanes⌉ registers, twice if masks differ between channels; K/8 steps that list them; and for each register some
/// ten digits. A few channels beyond full registers are counted by words. Inputs that no channel reads cost nothing. Made once from packed weights; a
/// width that is not the processor's widest is derived at its first use. Running allocates nothing, takes up to 64 KB of the stack (K bytes), and is
/// thread-safe. Source: docs/decisions/0009-one-sample.md.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ColumnLayer
{
    private readonly ulong[] _live;
    private readonly int _liveInputs;
    private readonly int _digits;
    private readonly PermuteKernel? _rest;
    private readonly ColumnBlocks?[] _blocks = new ColumnBlocks?[4];

    private ColumnLayer(int inputs, int channels, SharedMask mask, PermuteKernel? rest)
    {
        (Inputs, Channels, IsMasked, _live, _liveInputs, _rest) = (inputs, channels, mask.Differs, mask.Live, mask.LiveInputs, rest);
        // limit − count and its sign; half of it still has the digits that the adder tree wants.
        _digits = 1 + Math.Max(AdderTree.RegisterDigits, BitDigits.For(_liveInputs + 1));
    }

    /// <summary>Number of inputs, K.</summary>
    public int Inputs { get; }

    /// <summary>Number of channels, C.</summary>
    public int Channels { get; }

    /// <summary>Whether masks differ between channels, which takes twice the time.</summary>
    public bool IsMasked { get; }

    // Rows of a block: where the number starts, to list ones and to list zeros; then the weight of each input, and with masks whether it is a live −1.
    private int Rows => (2 * _digits) + ((IsMasked ? 2 : 1) * Inputs);

    /// <summary>Turns the weights into columns.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static ColumnLayer Create(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits)
    {
        AdderTable.Check(inputs, signs, masks, limits.Length);
        SharedMask mask = SharedMask.Of(inputs, masks);
        int width = Lanes512.IsAccelerated ? Lanes512.Words : Lanes256.IsAccelerated ? Lanes256.Words : Lanes128.IsAccelerated ? Lanes128.Words : 1;
        int channels = limits.Length, rest = ColumnBlocks.IsWidenedByLast(WeightMatrix.WordsFor(channels), width) ? PortableKernel.Rest(channels, 64) : 0;
        var layer = new ColumnLayer(inputs, channels, mask, rest == 0 ? null : PortableKernel.Last(signs, masks, limits, mask, rest));
        limits = limits[..^rest];
        var blocks = new ColumnBlocks(WeightMatrix.WordsFor(limits.Length), layer.Rows, width);
        var column = new ulong[layer.Rows];
        for (int first = 0; first < limits.Length; first += 64)
        {
            Array.Clear(column);
            layer.Fill(column, signs, masks, limits, first);
            blocks.Write(first / 64, column);
        }
        layer._blocks[BitOperations.Log2((uint)width)] = blocks;
        return layer;
    }

    /// <summary>Gives the output bits of all channels, with the widest registers of the processor.</summary>
    /// <param name="input">Packed bits, <c>[⌈K/64⌉]</c>.</param>
    /// <param name="output">Receives <c>[⌈C/64⌉]</c> packed bits; tail bits 0. Does not overlap the input.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Run(ReadOnlySpan<ulong> input, Span<ulong> output)
    {
        if (Lanes512.IsAccelerated)
            Run<Lanes512>(input, output);
        else if (Lanes256.IsAccelerated)
            Run<Lanes256>(input, output);
        else if (Lanes128.IsAccelerated)
            Run<Lanes128>(input, output);
        else
            Run<Lanes64>(input, output);
    }

    /// <summary>Gives the output bits of all channels for each of some inputs, as are the positions of a kernel.</summary>
    /// <param name="inputs">Packed bits, <c>[count, ⌈K/64⌉]</c>.</param>
    /// <param name="count">Number of inputs.</param>
    /// <param name="outputs">Receives <c>[count, ⌈C/64⌉]</c> packed bits; tail bits 0. Does not overlap the inputs.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Run(ReadOnlySpan<ulong> inputs, int count, Span<ulong> outputs)
    {
        int words = _live.Length, outputWords = WeightMatrix.WordsFor(Channels);
        if (count < 0 || inputs.Length < (long)count * words || outputs.Length < (long)count * outputWords)
            throw new ArgumentException($"{count} times {Inputs} inputs and {Channels} outputs do not fit into {inputs.Length} and {outputs.Length} words.");
        for (int i = 0; i < count; i++)
            Run(inputs.Slice(i * words, words), outputs.Slice(i * outputWords, outputWords));
    }

    /// <summary>Gives the output bits of all channels.</summary>
    /// <typeparam name="TLanes">Registers of full blocks; what remains takes narrower ones.</typeparam>
    /// <param name="input">Packed bits, <c>[⌈K/64⌉]</c>.</param>
    /// <param name="output">Receives <c>[⌈C/64⌉]</c> packed bits; tail bits 0. Does not overlap the input.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Run<TLanes>(ReadOnlySpan<ulong> input, Span<ulong> output)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int words = WeightMatrix.WordsFor(Channels);
        if (input.Length < _live.Length || output.Length < words)
            throw new ArgumentException($"{Inputs} inputs and {Channels} outputs do not fit into {input.Length} and {output.Length} words.");
        ref ColumnBlocks? blocks = ref _blocks[BitOperations.Log2((uint)TLanes.Words)];
        output = output[..words];
        Span<ulong> whole = _rest is null ? output : output[..^1];
        Run<TLanes>(Volatile.Read(ref blocks) ?? Derive(ref blocks, TLanes.Words), ref MemoryMarshal.GetReference(input), whole);
        if (_rest is null)
            return;
        output[^1] = 0;
        _rest.RunOne(input[.._live.Length], output);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ColumnBlocks Derive(ref ColumnBlocks? blocks, int width)
    {
        ColumnBlocks other = Array.Find(_blocks, made => made is not null)!;
        Volatile.Write(ref blocks, other.For(width));
        return blocks!;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Run<TLanes>(ColumnBlocks blocks, ref ulong input, Span<ulong> output)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ref ulong live = ref MemoryMarshal.GetArrayDataReference(_live);
        bool listsZeros = ActiveInputs.Ones(ref input, ref live, _live.Length) > _liveInputs / 2;
        ushort* list = stackalloc ushort[(_liveInputs / 2) + ActiveInputs.Slack];
        int count = ActiveInputs.List(ref input, ref live, _live.Length, listsZeros ? ulong.MaxValue : 0, list);
        for (int b = 0; b < blocks.Full; b++)
        {
            TLanes fired = Block(ref blocks.Block<TLanes>(b), list, count, listsZeros);
            Unsafe.As<ulong, TLanes>(ref output[b * TLanes.Words]) = fired;
        }
        Span<ulong> rest = output[(blocks.Full * TLanes.Words)..];
        if (blocks.LastWidth == Lanes128.Words)
            Store(Block(ref blocks.Block<Lanes128>(blocks.Full), list, count, listsZeros), rest);
        else if (blocks.LastWidth == Lanes256.Words)
            Store(Block(ref blocks.Block<Lanes256>(blocks.Full), list, count, listsZeros), rest);
        else if (blocks.LastWidth == Lanes512.Words)
            Store(Block(ref blocks.Block<Lanes512>(blocks.Full), list, count, listsZeros), rest);
    }

    private static unsafe void Store<TLanes>(TLanes fired, Span<ulong> output)
        where TLanes : unmanaged, ILanes<TLanes> =>
        new ReadOnlySpan<ulong>(&fired, output.Length).CopyTo(output);

    // Without masks half of limit − |W1| − S + 2·A, which is limit − count, A and S taken over the listed inputs; with masks count − limit − 1.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe TLanes Block<TLanes>(ref TLanes block, ushort* list, int count, bool listsZeros)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ulong* memory = stackalloc ulong[(_digits * TLanes.Words) + LaneBuffer.AlignmentWords];
        ref TLanes digits = ref LaneMemory.Align<TLanes>(memory);
        ref TLanes sign = ref Unsafe.Add(ref digits, _digits - 1);
        ref TLanes start = ref Unsafe.Add(ref block, listsZeros ? _digits : 0);
        ref TLanes positive = ref Unsafe.Add(ref block, 2 * _digits);
        BitDigits.AddConstant(ref start, IsMasked ? 0 : -count, ref digits, _digits);
        if (IsMasked)
        {
            ref TLanes negative = ref Unsafe.Add(ref positive, Inputs);
            AdderTree.Add(ref listsZeros ? ref negative : ref positive, ref *list, count, ref digits, _digits);
            BitDigits.Complement(ref digits, _digits);
            AdderTree.Add(ref listsZeros ? ref positive : ref negative, ref *list, count, ref digits, _digits);
            return sign;
        }
        AdderTree.Add(ref positive, ref *list, count, ref Unsafe.Add(ref digits, 1), _digits - 1);
        return listsZeros ? sign : ~sign;
    }

    // Rows for the 64 channels from first on. A channel that does not exist is one without weights that never fires.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(Span<ulong> rows, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, int first)
    {
        Span<ulong> weights = rows[(2 * _digits)..];
        int channels = Math.Min(64, limits.Length - first);
        for (int c = 0; c < 64; c++)
        {
            int plus = 0, minus = 0, limit = -1;
            if (c < channels)
            {
                var row = new WeightRow(Inputs, signs, masks, first + c);
                (plus, minus) = (row.Count(WeightKind.Plus), row.Count(WeightKind.Minus));
                limit = Math.Clamp(limits[first + c], -1, plus + minus);
            }
            // To list zeros is to list the ones of the complement, whose count is K − count; masked weights have their signs exchanged instead.
            int ofOnes = limit - plus, ofZeros = IsMasked ? limit - minus : _liveInputs - 1 - limit - plus;
            for (int d = 0; d < _digits; d++)
            {
                rows[d] |= (ulong)(ofOnes >> d & 1) << c;
                rows[_digits + d] |= (ulong)(ofZeros >> d & 1) << c;
            }
        }
        FillWeights(weights[..Inputs], WeightKind.Plus, signs, masks, first, channels);
        if (IsMasked)
            FillWeights(weights[Inputs..], WeightKind.Minus, signs, masks, first, channels);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillWeights(Span<ulong> weights, WeightKind kind, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, int first, int channels)
    {
        Span<ulong> block = stackalloc ulong[64];
        for (int w = 0; w < _live.Length; w++)
        {
            block.Clear();
            for (int c = 0; c < channels; c++)
                block[c] = new WeightRow(Inputs, signs, masks, first + c).Word(kind, w);
            BitMatrix.TransposeBlock(block, channels);
            Span<ulong> inputs = weights[(64 * w)..];
            block[..Math.Min(64, inputs.Length)].CopyTo(inputs);
        }
    }
}
