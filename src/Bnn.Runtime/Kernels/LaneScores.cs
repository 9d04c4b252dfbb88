using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>A layer of class scores for 64 to 512 samples at once: planes in, scores or the class with the highest score out.</summary>
/// <remarks>
/// Exact. The class needs no scores as integers: with score = scale · (MaxCount − 2 · count) + bias, the highest score is the lowest
/// 2 · scale · count + e, where e ≥ 0 is a constant of the class; these stay bit-sliced, seven operations (with ternary logic two) for each digit and class.
/// Running allocates nothing and is thread-safe.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class LaneScores
{
    private readonly AdderTable _table;
    private readonly int[] _highest;
    private readonly long[] _handicaps;
    private readonly int _scale;
    private readonly int _rankDigits;

    private LaneScores(AdderTable table, int[] highest, int scale)
    {
        _table = table;
        _highest = highest;
        _scale = scale;
        int best = int.MinValue, worst = int.MaxValue;
        foreach (int score in highest)
            (best, worst) = (Math.Max(best, score), Math.Min(worst, score));
        _handicaps = new long[highest.Length];
        for (int c = 0; c < highest.Length; c++)
            _handicaps[c] = (long)best - highest[c];
        _rankDigits = BitDigits.For((long)best - worst + (2L * scale * (table.Bits == 8 ? 255 : 1) * table.Inputs));
    }

    /// <summary>Number of inputs, K.</summary>
    public int Inputs => _table.Inputs;

    /// <summary>Input planes: K, or 8·K on an eight-bit input, whose plane b·K + i is bit b of input i.</summary>
    public int Planes => _table.Inputs * _table.Bits;

    /// <summary>Number of classes.</summary>
    public int Classes => _highest.Length;

    /// <summary>Planes added for one register of lanes.</summary>
    public long Additions => _table.Additions;

    /// <summary>Derives the index lists.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="biases"><c>[C]</c></param>
    /// <param name="scale">Positive. Scores fit 32 bits.</param>
    /// <param name="isEightBit">Whether each input is a byte, bit b of which counts 2^b.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static LaneScores Create(
        int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> biases, int scale, bool isEightBit = false)
    {
        AdderTable table = AdderTable.ForCounts(inputs, signs, masks, biases.Length, isEightBit);
        var highest = new int[biases.Length];
        for (int c = 0; c < highest.Length; c++)
        {
            var weights = new WeightRow(inputs, signs, masks, c);
            int live = weights.Count(WeightKind.Plus) + weights.Count(WeightKind.Minus);
            highest[c] = checked((scale * live * (isEightBit ? 255 : 1)) + biases[c]);
        }
        return new(table, highest, scale);
    }

    /// <summary>The class of each sample: the lowest index with the highest score.</summary>
    /// <param name="planes">One register for each input plane, <c>[Planes, TLanes.Words]</c>.</param>
    /// <param name="classes">Receives <c>[samples]</c> classes, at most one for each lane.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Predict<TLanes>(ReadOnlySpan<ulong> planes, Span<int> classes)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        LaneMemory.Check<TLanes>(planes.Length, Planes, nameof(planes));
        LaneMemory.CheckLanes<TLanes>(classes.Length, nameof(classes));
        int counts = _table.Digits, ranks = _rankDigits, indices = BitDigits.For(Classes - 1);
        ulong* memory = stackalloc ulong[
            (((2 * counts) + AdderTree.ScratchRegisters(_table) + (2 * ranks) + LaneTranspose.Rows) * TLanes.Words) + LaneBuffer.AlignmentWords];
        ref TLanes sum = ref LaneMemory.Align<TLanes>(memory);
        ref TLanes count = ref Unsafe.Add(ref sum, counts);
        ref TLanes scratch = ref Unsafe.Add(ref count, counts);
        ref TLanes rank = ref Unsafe.Add(ref scratch, AdderTree.ScratchRegisters(_table));
        ref TLanes best = ref Unsafe.Add(ref rank, ranks);
        ref TLanes index = ref Unsafe.Add(ref best, ranks);
        ref TLanes first = ref _table.WithComplements(ref LaneMemory.First<TLanes>(planes));
        AdderTree.Run(_table, _table.Sum, ref first, ref sum, ref scratch, ref Unsafe.As<TLanes, ulong>(ref sum), 0);
        BitDigits.Set(ref index, LaneTranspose.Rows, 0);
        Rank(0, ref first, ref sum, ref scratch, ref count, ref best);
        for (int c = 1; c < Classes; c++)
        {
            Rank(c, ref first, ref sum, ref scratch, ref count, ref rank);
            TLanes isBetter = BitDigits.Greater(ref best, ref rank, ranks, TLanes.Broadcast(0));
            for (int d = 0; d < ranks; d++)
                Unsafe.Add(ref best, d) = TLanes.Select(isBetter, Unsafe.Add(ref rank, d), Unsafe.Add(ref best, d));
            for (int d = 0; d < indices; d++)
                Unsafe.Add(ref index, d) = (c >> d & 1) != 0 ? Unsafe.Add(ref index, d) | isBetter : TLanes.AndNot(Unsafe.Add(ref index, d), isBetter);
        }
        LaneTranspose.Run(ref index);
        ref ulong lanes = ref Unsafe.As<TLanes, ulong>(ref index);
        for (int i = 0; i < classes.Length; i++)
            classes[i] = (int)LaneMemory.OfLane<TLanes>(ref lanes, i);
    }

    /// <summary>The score of each class of each sample.</summary>
    /// <param name="planes">One register for each input plane, <c>[Planes, TLanes.Words]</c>.</param>
    /// <param name="scores">Receives <c>[samples, Classes]</c> scores, at most one sample for each lane.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Scores<TLanes>(ReadOnlySpan<ulong> planes, Span<int> scores)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        LaneMemory.Check<TLanes>(planes.Length, Planes, nameof(planes));
        int samples = scores.Length / Classes;
        LaneMemory.CheckLanes<TLanes>(scores.Length % Classes == 0 ? samples : -1, nameof(scores));
        int digits = _table.Digits;
        ulong* memory = stackalloc ulong[((digits + AdderTree.ScratchRegisters(_table) + LaneTranspose.Rows) * TLanes.Words) + LaneBuffer.AlignmentWords];
        ref TLanes sum = ref LaneMemory.Align<TLanes>(memory);
        ref TLanes scratch = ref Unsafe.Add(ref sum, digits);
        ref TLanes count = ref Unsafe.Add(ref scratch, AdderTree.ScratchRegisters(_table));
        ref TLanes first = ref _table.WithComplements(ref LaneMemory.First<TLanes>(planes));
        AdderTree.Run(_table, _table.Sum, ref first, ref sum, ref scratch, ref Unsafe.As<TLanes, ulong>(ref sum), 0);
        for (int c = 0; c < Classes; c++)
        {
            Count(c, ref first, ref sum, ref scratch, ref count);
            BitDigits.Set(ref Unsafe.Add(ref count, digits), LaneTranspose.Rows - digits, 0);
            LaneTranspose.Run(ref count);
            ref ulong lanes = ref Unsafe.As<TLanes, ulong>(ref count);
            for (int i = 0; i < samples; i++)
                scores[(i * Classes) + c] = unchecked(_highest[c] - (2 * _scale * (int)LaneMemory.OfLane<TLanes>(ref lanes, i)));
        }
    }

    private void Count<TLanes>(int c, ref TLanes planes, ref TLanes sum, ref TLanes scratch, ref TLanes count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        AdderTree.Run(_table, _table.Rows.AsSpan(c, 1), ref planes, ref sum, ref scratch, ref Unsafe.As<TLanes, ulong>(ref count), 0);
        if (_table.Rows[c].SumSign < 0)
            BitDigits.Subtract(ref count, ref sum, ref count, _table.Digits);
        else if (_table.Rows[c].SumSign > 0)
            BitDigits.Subtract(ref sum, ref count, ref count, _table.Digits);
    }

    // 2 · scale · count + handicap: the lower, the better.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rank<TLanes>(int c, ref TLanes planes, ref TLanes sum, ref TLanes scratch, ref TLanes count, ref TLanes rank)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        Count(c, ref planes, ref sum, ref scratch, ref count);
        BitDigits.Set(ref rank, _rankDigits, _handicaps[c]);
        for (int b = 0; _scale >> b != 0; b++)
        {
            if ((_scale >> b & 1) != 0)
                BitDigits.Add(ref rank, _rankDigits, ref count, _table.Digits, b + 1);
        }
    }
}
