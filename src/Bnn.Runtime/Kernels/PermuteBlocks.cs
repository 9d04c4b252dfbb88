using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Counts with a channel in each byte of a register, where each register reads other bytes of the input, and few of them: masks in blocks.</summary>
/// <remarks>
/// Exact like <see cref="PermuteColumns{TBytes}"/>, which it takes the steps from. The bytes that a register reads are brought together first; then they are an input of their own, with the most inputs a
/// step where its channels read the same of a byte, and with masks where they differ. Memory: tables, bounds, then for each <see cref="RegisterReads"/> weights <c>[step, register]</c>, twice.
/// </remarks>
internal sealed unsafe class PermuteBlocks<TBytes> : PermuteKernel
    where TBytes : unmanaged, IByteLanes<TBytes>
{
    // Bytes brought together before they are counted: their steps fit the stack. A register alone may have more, 8,192.
    private const int MostBytes = 2048;

    private readonly int _registers;
    private readonly int _steps;
    private readonly int _maskedSteps;
    private readonly Round[] _rounds;
    private readonly byte[] _memory;
    private readonly TBytes* _table;
    private readonly TBytes* _maskedTable;
    private readonly TBytes* _bounds;

    /// <summary>Puts the weights in order.</summary>
    /// <param name="inputs">K</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape.</param>
    /// <param name="limits"><c>[C]</c></param>
    /// <param name="all">What the registers read.</param>
    /// <exception cref="OverflowException">The weights in this form are more than 2 GB.</exception>
    public PermuteBlocks(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, RegisterReads[] all)
    {
        _registers = (limits.Length + TBytes.Channels - 1) / TBytes.Channels;
        byte[] table = TBytes.Table(isMasked: false), maskedTable = TBytes.Table(isMasked: true);
        long weights = 2L * _registers;
        foreach (RegisterReads reads in all)
            weights += reads.Count * (long)(Steps(reads.Shared, isMasked: false) + Steps(reads.Differing, isMasked: true));
        // In a heap whose objects stay where they are; from a cache line on.
        _memory = GC.AllocateArray<byte>(checked((int)((weights * TBytes.Channels) + table.Length + maskedTable.Length + 63)), pinned: true);
        byte* memory = (byte*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
        table.CopyTo(new Span<byte>(memory, table.Length));
        maskedTable.CopyTo(new Span<byte>(memory + table.Length, maskedTable.Length));
        _table = (TBytes*)memory;
        _maskedTable = (TBytes*)(memory + table.Length);
        _bounds = (TBytes*)(memory + table.Length + maskedTable.Length);
        // A channel that does not exist has the bound of one that never fires.
        for (int c = 0; c < limits.Length; c++)
        {
            var row = new WeightRow(inputs, signs, masks, c);
            int most = row.Count(WeightKind.Plus) + row.Count(WeightKind.Minus), lane = c % TBytes.Channels;
            ((ushort*)(_bounds + (2 * (c / TBytes.Channels)) + (lane & 1)))[lane >> 1] = (ushort)(Math.Clamp(limits[c], -1, most) + 1);
        }
        var rounds = new List<Round>();
        TBytes* next = _bounds + (2 * _registers);
        for (int i = 0; i < all.Length;)
        {
            int first = i, bytes = 0;
            for (; i < all.Length && (i == first || bytes + Padded(all[i]) <= MostBytes); i++)
                bytes += Padded(all[i]);
            RegisterReads[] some = all[first..i];
            var round = new Round(new Gathered(some, isMasked: false, inputs, masks), new Gathered(some, isMasked: true, inputs, masks), new Registers[some.Length]);
            for (int g = 0; g < some.Length; g++)
            {
                TBytes* shared = next, differing = shared + (some[g].Count * Steps(some[g].Shared, isMasked: false));
                next = differing + (some[g].Count * Steps(some[g].Differing, isMasked: true));
                round.Groups[g] = new(
                    some[g].Register, some[g].Count, shared, round.Shared.FirstStep(g), Steps(some[g].Shared, isMasked: false),
                    differing, round.Differing.FirstStep(g), Steps(some[g].Differing, isMasked: true));
                int end = Math.Min((some[g].Register + some[g].Count) * TBytes.Channels, limits.Length);
                for (int c = some[g].Register * TBytes.Channels; c < end; c++)
                {
                    var row = new WeightRow(inputs, signs, masks, c);
                    Write(row, c, some[g], some[g].Shared, isMasked: false, shared);
                    Write(row, c, some[g], some[g].Differing, isMasked: true, differing);
                }
            }
            rounds.Add(round);
            (_steps, _maskedSteps) = (Math.Max(_steps, round.Shared.Steps), Math.Max(_maskedSteps, round.Differing.Steps));
        }
        _rounds = [.. rounds];
    }

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> inputs, int count, Span<ulong> outputs)
    {
        int words = inputs.Length / count, outputWords = outputs.Length / count;
        for (int i = 0; i < count; i++)
            RunOne(inputs.Slice(i * words, words), outputs.Slice(i * outputWords, outputWords));
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RunOne(ReadOnlySpan<ulong> input, Span<ulong> output)
    {
        byte* steps = stackalloc byte[_steps], maskedSteps = stackalloc byte[_maskedSteps];
        byte* memory = stackalloc byte[(2 * PermuteSteps<TBytes>.Together * TBytes.Channels) + 63];
        var sums = (TBytes*)(((nuint)memory + 63) & ~(nuint)63);
        foreach (Round round in _rounds)
        {
            round.Shared.Split(input, isMasked: false, steps);
            round.Differing.Split(input, isMasked: true, maskedSteps);
            foreach (Registers of in round.Groups)
            {
                if (of.SharedSteps == 0)
                    new Span<TBytes>(sums, 2 * of.Count).Clear();
                else
                    PermuteSteps<TBytes>.Count(of.Count, _table, of.Shared, steps + of.FirstShared, of.SharedSteps, byte.MaxValue / TBytes.Inputs(isMasked: false), sums, isFirst: true);
                if (of.DifferingSteps > 0)
                {
                    PermuteSteps<TBytes>.Count(
                        of.Count, _maskedTable, of.Differing, maskedSteps + of.FirstDiffering, of.DifferingSteps, byte.MaxValue / TBytes.Inputs(isMasked: true), sums, isFirst: false);
                }
                for (int i = 0, r = of.Register; i < of.Count; i++, r++)
                    output[r * TBytes.Channels >> 6] |= TBytes.Below(sums[2 * i], sums[(2 * i) + 1], _bounds[2 * r], _bounds[(2 * r) + 1]) << (r * TBytes.Channels & 63);
            }
        }
        GC.KeepAlive(this);
    }

    private static int Steps(ushort[] bytes, bool isMasked) => RegisterReads.Steps(bytes.Length, TBytes.Inputs(isMasked));

    // A step of a register is none of the next one as well: whole eights of steps.
    private static int Padded(ushort[] bytes, bool isMasked)
    {
        int perStep = TBytes.Inputs(isMasked);
        return (bytes.Length + perStep - 1) / perStep * perStep;
    }

    private static int Padded(RegisterReads reads) => Padded(reads.Shared, isMasked: false) + Padded(reads.Differing, isMasked: true);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(WeightRow row, int channel, RegisterReads reads, ushort[] bytes, bool isMasked, TBytes* weights)
    {
        var signs = new ulong[WeightMatrix.WordsFor(Math.Max(8 * bytes.Length, 1))];
        var live = new ulong[signs.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            int word = bytes[i] / 8, shift = bytes[i] % 8 * 8, to = i % 8 * 8;
            ulong plus = row.Word(WeightKind.Plus, word) >> shift & 0xFF, minus = row.Word(WeightKind.Minus, word) >> shift & 0xFF;
            signs[i / 8] |= plus << to;
            live[i / 8] |= (plus | minus) << to;
        }
        var gathered = new WeightRow(Math.Max(8 * bytes.Length, 1), signs, live, 0);
        byte* lane = (byte*)(weights + ((channel / TBytes.Channels) - reads.Register)) + (channel % TBytes.Channels);
        for (int s = 0; s < Steps(bytes, isMasked); s++, lane += reads.Count * TBytes.Channels)
            *lane = PermuteColumns<TBytes>.Weight(gathered, s, isMasked);
    }

    /// <summary>Registers whose bytes are brought together at once.</summary>
    private sealed record Round(Gathered Shared, Gathered Differing, Registers[] Groups);

    /// <summary>Registers that read the same: weights, and where their steps begin.</summary>
    private readonly struct Registers(
        int register, int count, TBytes* shared, int firstShared, int sharedSteps, TBytes* differing, int firstDiffering, int differingSteps)
    {
        public readonly int Register = register, Count = count, FirstShared = firstShared, SharedSteps = sharedSteps, FirstDiffering = firstDiffering, DifferingSteps = differingSteps;
        public readonly TBytes* Shared = shared, Differing = differing;
    }

    /// <summary>Bytes of the input, those of one <see cref="RegisterReads"/> behind those of another.</summary>
    private sealed class Gathered
    {
        private readonly ushort[] _bytes;
        private readonly ulong[] _live;
        private readonly int[] _firstSteps;

        public Gathered(RegisterReads[] some, bool isMasked, int inputs, ReadOnlySpan<ulong> masks)
        {
            var bytes = new List<ushort>();
            var live = new List<byte>();
            _firstSteps = new int[some.Length];
            int words = WeightMatrix.WordsFor(inputs), channels = masks.Length / words;
            for (int g = 0; g < some.Length; g++)
            {
                ushort[] of = isMasked ? some[g].Differing : some[g].Shared;
                _firstSteps[g] = 8 * bytes.Count / TBytes.Inputs(isMasked);
                foreach (ushort at in of)
                {
                    // Any channel of the group, or several where they differ: those read what no other group asks for here.
                    ulong read = 0;
                    for (int c = some[g].Register * TBytes.Channels; c < Math.Min((some[g].Register + some[g].Count) * TBytes.Channels, channels); c++)
                        read |= masks[(c * words) + (at / 8)];
                    bytes.Add(at);
                    live.Add((byte)(read >> (at % 8 * 8)));
                }
                for (int i = of.Length; i < Padded(of, isMasked); i++)
                {
                    bytes.Add(0);
                    live.Add(0);
                }
            }
            while (live.Count % sizeof(ulong) != 0)
            {
                bytes.Add(0);
                live.Add(0);
            }
            _bytes = [.. bytes];
            _live = MemoryMarshal.Cast<byte, ulong>(live.ToArray()).ToArray();
            Steps = (64 * _live.Length / TBytes.Inputs(isMasked)) + 64;
        }

        /// <summary>Room for what <see cref="Split"/> writes.</summary>
        public int Steps { get; }

        public int FirstStep(int group) => _firstSteps[group];

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Split(ReadOnlySpan<ulong> input, bool isMasked, byte* steps)
        {
            ReadOnlySpan<ushort> list = _bytes;
            if (list.IsEmpty)
                return;
            byte* gathered = stackalloc byte[list.Length];
            fixed (ulong* words = input, live = _live)
            {
                var bytes = (byte*)words;
                for (int i = 0; i < list.Length; i++)
                    gathered[i] = bytes[list[i]];
                TBytes.Split((ulong*)gathered, live, _live.Length, isMasked, steps);
            }
        }
    }
}
