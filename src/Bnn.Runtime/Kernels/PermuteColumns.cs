using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Counts with a channel in each byte of a register: a few inputs of all its channels a step, by looking up their number of differences.</summary>
/// <remarks>
/// Exact up to 65,534 live inputs. Bytes are widened to numbers of 16 bits before they overflow. Up to eight registers go through the steps together, so
/// that what is the same for all channels is read once. Memory: table, bounds, then weights <c>[registers together, step, register]</c>.
/// </remarks>
internal sealed unsafe class PermuteColumns<TBytes> : PermuteKernel
    where TBytes : unmanaged, IByteLanes<TBytes>
{
    /// <summary>Live inputs above which numbers of 16 bits do not hold count + 1.</summary>
    public const int MostInputs = ushort.MaxValue - 1;

    private const int Together = PermuteSteps<TBytes>.Together;

    // Inputs that meet the weights together, and the most steps of which as many fit the stack. Narrow registers of eight gain nothing by it.
    private const int Shared = 4;
    private const int MostSharedSteps = 7 << 10;

    private readonly ulong[] _live;
    private readonly bool _isMasked;
    private readonly int _steps;
    private readonly int _room;
    private readonly int _stepsOfBytes;
    private readonly int _registers;
    private readonly PermuteEights? _last;
    private readonly byte[] _memory;
    private readonly TBytes* _table;
    private readonly TBytes* _bounds;
    private readonly TBytes* _weights;

    /// <summary>Puts the weights in order.</summary>
    /// <param name="inputs">K</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, or empty.</param>
    /// <param name="limits"><c>[C]</c></param>
    /// <param name="mask">What the masks share.</param>
    /// <exception cref="OverflowException">The weights in this form are more than 2 GB.</exception>
    public PermuteColumns(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, SharedMask mask)
    {
        (_live, _isMasked) = (mask.Live, mask.Differs);
        int perStep = TBytes.Inputs(_isMasked);
        _steps = (inputs + perStep - 1) / perStep;
        _room = (64 * _live.Length / perStep) + 64;
        _stepsOfBytes = byte.MaxValue / perStep;
        _registers = (limits.Length + TBytes.Channels - 1) / TBytes.Channels;
        if (TBytes.Channels == 64 && limits.Length % 64 is > 0 and <= PermuteEights.Most)
        {
            _last = new(inputs, signs, masks, limits, 64 * --_registers, _isMasked);
            limits = limits[..(64 * _registers)];
        }
        byte[] table = TBytes.Table(_isMasked);
        // In a heap whose objects stay where they are; from a cache line on.
        _memory = GC.AllocateArray<byte>(checked(table.Length + (_registers * (_steps + 2) * TBytes.Channels) + 63), pinned: true);
        byte* first = (byte*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
        table.CopyTo(new Span<byte>(first, table.Length));
        _table = (TBytes*)first;
        _bounds = (TBytes*)(first + table.Length);
        _weights = _bounds + (2 * _registers);
        for (int c = 0; c < limits.Length; c++)
            Write(c, new WeightRow(inputs, signs, masks, c), limits[c]);
    }

    /// <summary>Look-ups for one sample.</summary>
    /// <param name="inputs">K</param>
    /// <param name="channels">C</param>
    /// <param name="isMasked">Whether masks differ.</param>
    public static long LookUps(int inputs, int channels, bool isMasked)
    {
        int perStep = TBytes.Inputs(isMasked), rest = channels % TBytes.Channels;
        long steps = (inputs + perStep - 1) / perStep, full = channels / TBytes.Channels;
        return TBytes.Channels == 64 && rest is > 0 and <= PermuteEights.Most
            ? (steps * full) + ((steps + 7) / 8 * ((rest + 7) / 8))
            : steps * (full + (rest > 0 ? 1 : 0));
    }

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> inputs, int count, Span<ulong> outputs)
    {
        int words = _live.Length, outputWords = outputs.Length / count, i = 0;
        if (_steps <= MostSharedSteps && (_registers < Together || TBytes.Channels == 64))
        {
            for (; i + Shared <= count; i += Shared)
                RunShared(inputs.Slice(i * words, Shared * words), outputs.Slice(i * outputWords, Shared * outputWords));
        }
        for (; i < count; i++)
            RunOne(inputs.Slice(i * words, words), outputs.Slice(i * outputWords, outputWords));
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RunOne(ReadOnlySpan<ulong> input, Span<ulong> output)
    {
        byte* steps = stackalloc byte[_room];
        fixed (ulong* bits = input, live = _live)
            TBytes.Split(bits, live, _live.Length, _isMasked, steps);
        byte* memory = stackalloc byte[(2 * Together * TBytes.Channels) + 63];
        var sums = (TBytes*)(((nuint)memory + 63) & ~(nuint)63);
        for (int r = 0; r < _registers;)
        {
            (int group, int size) = GroupOf(r);
            TBytes* weights = _weights + ((nint)group * _steps);
            PermuteSteps<TBytes>.Count(size, _table, weights, steps, _steps, _stepsOfBytes, sums, isFirst: true);
            for (int i = 0; i < size; i++, r++)
                Fire(r, sums + (2 * i), ref output[r * TBytes.Channels >> 6]);
        }
        _last?.Run(steps, ref MemoryMarshal.GetReference(output));
        GC.KeepAlive(this);
    }

    // The same for a few inputs: each register of weights is read once for all of them.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunShared(ReadOnlySpan<ulong> inputs, Span<ulong> outputs)
    {
        int room = _room, words = _live.Length, outputWords = outputs.Length / Shared;
        byte* steps = stackalloc byte[Shared * room];
        fixed (ulong* bits = inputs, live = _live)
        {
            for (int i = 0; i < Shared; i++)
                TBytes.Split(bits + (i * words), live, words, _isMasked, steps + (i * room));
        }
        byte* memory = stackalloc byte[(4 * Shared * TBytes.Channels) + 63];
        var sums = (TBytes*)(((nuint)memory + 63) & ~(nuint)63);
        for (int r = 0; r < _registers;)
        {
            (int group, int size) = GroupOf(r);
            TBytes* weights = _weights + ((nint)group * _steps) + (r - group);
            int registers = Math.Min(size, 2);
            if (registers == 2)
                CountShared<TwoRegisters>(weights, size, steps, room, sums);
            else
                CountShared<OneRegister>(weights, size, steps, room, sums);
            for (int j = 0; j < registers; j++, r++)
            {
                for (int i = 0; i < Shared; i++)
                    Fire(r, sums + (2 * ((i * registers) + j)), ref outputs[(i * outputWords) + (r * TBytes.Channels >> 6)]);
            }
        }
        for (int i = 0; _last is not null && i < Shared; i++)
            _last.Run(steps + (i * room), ref outputs[i * outputWords]);
        GC.KeepAlive(this);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fire(int register, TBytes* sums, ref ulong output) =>
        output |= TBytes.Below(sums[0], sums[1], _bounds[2 * register], _bounds[(2 * register) + 1]) << (register * TBytes.Channels & 63);

    // Where the registers begin that go together with this one, and how many they are: eights, then at most one four, two and one.
    private (int First, int Size) GroupOf(int register)
    {
        int size = Together, first = register & -size;
        while (first + size > _registers)
        {
            size /= 2;
            first = register & -size;
        }
        return (first, size);
    }

    // Bounds of even channels come before those of odd ones; a channel that does not exist has the bound of one that never fires.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(int channel, WeightRow row, int limit)
    {
        int register = channel / TBytes.Channels, lane = channel % TBytes.Channels;
        int most = row.Count(WeightKind.Plus) + row.Count(WeightKind.Minus);
        ((ushort*)(_bounds + (2 * register) + (lane & 1)))[lane >> 1] = (ushort)(Math.Clamp(limit, -1, most) + 1);
        (int group, int size) = GroupOf(register);
        byte* weights = (byte*)(_weights + ((nint)group * _steps) + (register - group)) + lane;
        for (int s = 0; s < _steps; s++, weights += size * TBytes.Channels)
            *weights = Weight(row, s, _isMasked);
    }

    /// <summary>The weights of a channel in a step, and above them its masks if these differ.</summary>
    public static byte Weight(WeightRow row, int step, bool isMasked)
    {
        int perStep = TBytes.Inputs(isMasked), bits = Bits(row, WeightKind.Plus, step * perStep, perStep);
        return (byte)(isMasked ? bits | ((bits | Bits(row, WeightKind.Minus, step * perStep, perStep)) << perStep) : bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bits(WeightRow row, WeightKind kind, int from, int count)
    {
        int word = from >> 6, shift = from & 63;
        ulong bits = row.Word(kind, word) >> shift;
        if (shift + count > 64 && 64 * (word + 1) < row.Inputs)
            bits |= row.Word(kind, word + 1) << (64 - shift);
        return (int)bits & ((1 << count) - 1);
    }

    // Sums of a few inputs, each of one or two registers; from one step to the next are as many registers of weights as lie together.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountShared<TRegisters>(TBytes* weights, nint stride, byte* steps, nint room, TBytes* sums)
        where TRegisters : IRegisters
    {
        TBytes low = _table[0], high = _table[1], zero = default;
        var table = (byte*)_table;
        for (int left = _steps; left > 0; left -= _stepsOfBytes)
        {
            TBytes a = zero, b = zero, c = zero, d = zero, e = zero, f = zero, g = zero, h = zero;
            for (byte* end = steps + Math.Min(left, _stepsOfBytes); steps < end; steps++, weights += stride)
            {
                TBytes first = weights[0];
                TBytes p = TBytes.Pattern(table, *steps), q = TBytes.Pattern(table, steps[room]);
                TBytes r = TBytes.Pattern(table, steps[2 * room]), s = TBytes.Pattern(table, steps[3 * room]);
                a = TBytes.Add(a, TBytes.Differences(p, in first, low, high));
                b = TBytes.Add(b, TBytes.Differences(q, in first, low, high));
                c = TBytes.Add(c, TBytes.Differences(r, in first, low, high));
                d = TBytes.Add(d, TBytes.Differences(s, in first, low, high));
                if (TRegisters.Count > 1)
                {
                    TBytes second = weights[1];
                    e = TBytes.Add(e, TBytes.Differences(p, in second, low, high));
                    f = TBytes.Add(f, TBytes.Differences(q, in second, low, high));
                    g = TBytes.Add(g, TBytes.Differences(r, in second, low, high));
                    h = TBytes.Add(h, TBytes.Differences(s, in second, low, high));
                }
            }
            const int N = 2;
            nint next = N * TRegisters.Count;
            PermuteSteps<TBytes>.Widen(sums, a, left == _steps);
            PermuteSteps<TBytes>.Widen(sums + next, b, left == _steps);
            PermuteSteps<TBytes>.Widen(sums + (2 * next), c, left == _steps);
            PermuteSteps<TBytes>.Widen(sums + (3 * next), d, left == _steps);
            if (TRegisters.Count > 1)
            {
                PermuteSteps<TBytes>.Widen(sums + N, e, left == _steps);
                PermuteSteps<TBytes>.Widen(sums + next + N, f, left == _steps);
                PermuteSteps<TBytes>.Widen(sums + (2 * next) + N, g, left == _steps);
                PermuteSteps<TBytes>.Widen(sums + (3 * next) + N, h, left == _steps);
            }
        }
    }
}
