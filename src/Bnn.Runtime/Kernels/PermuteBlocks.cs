using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Counts with a channel in each byte of a register, where each register reads other inputs, and few of them: masks in blocks.</summary>
/// <remarks>
/// Exact like <see cref="PermuteColumns{TBytes}"/>, with which it shares the steps. The inputs that a register reads are brought together first; then they are inputs of their own, with the most a
/// step where all its channels read them, and with masks where they differ. Memory: tables, bounds, then for each <see cref="RegisterReads"/> weights <c>[step, register]</c>, twice.
/// </remarks>
internal sealed unsafe class PermuteBlocks<TBytes> : PermuteKernel
    where TBytes : unmanaged, IByteLanes<TBytes>
{
    // Bytes and steps of registers that go together fit the stack; one alone may have more, 16 and 32 KB.
    private const int MostRoom = 12 << 10;

    private readonly Registers[][] _rounds;
    private readonly int _bytesRoom;
    private readonly int _stepsRoom;
    private readonly byte[] _memory;
    private readonly TBytes* _table;
    private readonly TBytes* _maskedTable;
    private readonly TBytes* _bounds;

    private PermuteBlocks(ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, Registers[] all, int words)
    {
        _rounds = Rounds(all);
        _bytesRoom = _rounds.Max(round => round.Sum(of => of.BytesRoom));
        _stepsRoom = _rounds.Max(round => round.Sum(of => of.StepsRoom));
        int registers = (limits.Length + TBytes.Channels - 1) / TBytes.Channels;
        byte[] table = TBytes.Table(isMasked: false), maskedTable = TBytes.Table(isMasked: true);
        long weights = (2L * registers) + all.Sum(of => (long)of.Count * (of.Shared.Steps + of.Differing.Steps));
        // In a heap whose objects stay where they are; from a cache line on.
        _memory = GC.AllocateArray<byte>(checked((int)((weights * TBytes.Channels) + table.Length + maskedTable.Length + 63)), pinned: true);
        byte* memory = (byte*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
        table.CopyTo(new Span<byte>(memory, table.Length));
        maskedTable.CopyTo(new Span<byte>(memory + table.Length, maskedTable.Length));
        _table = (TBytes*)memory;
        _maskedTable = (TBytes*)(memory + table.Length);
        _bounds = (TBytes*)(memory + table.Length + maskedTable.Length);
        TBytes* next = _bounds + (2 * registers);
        foreach (Registers of in all)
        {
            of.SharedWeights = next;
            of.DifferingWeights = next + (of.Count * of.Shared.Steps);
            next = of.DifferingWeights + (of.Count * of.Differing.Steps);
            for (int c = of.First * TBytes.Channels; c < Math.Min((of.First + of.Count) * TBytes.Channels, limits.Length); c++)
            {
                // A channel that does not exist has the bound of one that never fires.
                var row = new WeightRow(64 * words, signs, masks, c);
                int register = c / TBytes.Channels, lane = c % TBytes.Channels, most = row.Count(WeightKind.Plus) + row.Count(WeightKind.Minus);
                ((ushort*)(_bounds + (2 * register) + (lane & 1)))[lane >> 1] = (ushort)(Math.Clamp(limits[c], -1, most) + 1);
                of.Shared.Write(row, (byte*)(of.SharedWeights + (register - of.First)) + lane, of.Count * TBytes.Channels);
                of.Differing.Write(row, (byte*)(of.DifferingWeights + (register - of.First)) + lane, of.Count * TBytes.Channels);
            }
        }
    }

    /// <summary>The kernel, if it takes fewer look-ups than all inputs for all registers; else null.</summary>
    /// <param name="signs">Packed, <c>[C, words]</c>; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape.</param>
    /// <param name="limits"><c>[C]</c></param>
    /// <param name="words">Words of a row.</param>
    /// <param name="lookUps">Look-ups without it.</param>
    /// <exception cref="OverflowException">The weights in this form are more than 2 GB.</exception>
    public static PermuteBlocks<TBytes>? IfFewer(ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, int words, long lookUps)
    {
        Registers[] all = [.. RegisterReads.Of(words, masks, TBytes.Channels).Select(reads => new Registers(reads))];
        return all.Sum(of => of.Work) < lookUps ? new(signs, masks, limits, all, words) : null;
    }

    /// <summary>Look-ups for one sample, and what brings the inputs together in their measure.</summary>
    public long Work => _rounds.Sum(round => round.Sum(of => of.Work));

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
        byte* gathered = stackalloc byte[_bytesRoom], steps = stackalloc byte[_stepsRoom];
        byte* memory = stackalloc byte[(2 * PermuteSteps<TBytes>.Together * TBytes.Channels) + 63];
        var sums = (TBytes*)(((nuint)memory + 63) & ~(nuint)63);
        fixed (ulong* bits = input)
        {
            // One after the other for all, so that what was stored has arrived where it is read again.
            foreach (Registers[] round in _rounds)
            {
                Gather(round, bits, input.Length, gathered);
                Split(round, bits, gathered, steps);
                byte* to = steps;
                foreach (Registers of in round)
                {
                    Count(of, to, sums);
                    for (int i = 0, r = of.First; i < of.Count; i++, r++)
                        output[r * TBytes.Channels >> 6] |= TBytes.Below(sums[2 * i], sums[(2 * i) + 1], _bounds[2 * r], _bounds[(2 * r) + 1]) << (r * TBytes.Channels & 63);
                    to += of.StepsRoom;
                }
            }
        }
        GC.KeepAlive(this);
    }

    // Methods of their own: in one the JIT runs out of locals with 256 bits, and leaves some in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Gather(Registers[] round, ulong* input, int words, byte* gathered)
    {
        foreach (Registers of in round)
        {
            of.Shared.Gather(input, words, gathered);
            of.Differing.Gather(input, words, gathered + of.Shared.BytesRoom);
            gathered += of.BytesRoom;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Split(Registers[] round, ulong* input, byte* gathered, byte* steps)
    {
        foreach (Registers of in round)
        {
            of.Shared.Split(input, gathered, steps);
            of.Differing.Split(input, gathered + of.Shared.BytesRoom, steps + of.Shared.StepsRoom);
            gathered += of.BytesRoom;
            steps += of.StepsRoom;
        }
    }

    private static Registers[][] Rounds(Registers[] all)
    {
        var rounds = new List<Registers[]>();
        for (int i = 0; i < all.Length;)
        {
            int first = i, room = 0;
            for (; i < all.Length && (i == first || room + all[i].BytesRoom + all[i].StepsRoom <= MostRoom); i++)
                room += all[i].BytesRoom + all[i].StepsRoom;
            rounds.Add(all[first..i]);
        }
        return [.. rounds];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Count(Registers of, byte* steps, TBytes* sums)
    {
        int shared = of.Shared.Steps, differing = of.Differing.Steps;
        if (shared > 0)
            PermuteSteps<TBytes>.Count(of.Count, _table, of.SharedWeights, steps, shared, byte.MaxValue / TBytes.Inputs(isMasked: false), sums, isFirst: true);
        else
            new Span<TBytes>(sums, 2 * of.Count).Clear();
        steps += of.Shared.StepsRoom;
        if (differing > 0)
            PermuteSteps<TBytes>.Count(of.Count, _maskedTable, of.DifferingWeights, steps, differing, byte.MaxValue / TBytes.Inputs(isMasked: true), sums, isFirst: false);
    }

    /// <summary>Registers that read the same, and their weights.</summary>
    private sealed class Registers
    {
        public Registers(RegisterReads reads)
        {
            (First, Count) = (reads.Register, reads.Count);
            (Shared, Differing) = GatheredInputs<TBytes>.Of(reads);
            (BytesRoom, StepsRoom) = (Shared.BytesRoom + Differing.BytesRoom, Shared.StepsRoom + Differing.StepsRoom);
        }

        public int First { get; }

        public int Count { get; }

        public GatheredInputs<TBytes> Shared { get; }

        public GatheredInputs<TBytes> Differing { get; }

        public int BytesRoom { get; }

        public int StepsRoom { get; }

        public TBytes* SharedWeights { get; set; }

        public TBytes* DifferingWeights { get; set; }

        public long Work => Shared.Work(Count) + Differing.Work(Count);
    }
}
