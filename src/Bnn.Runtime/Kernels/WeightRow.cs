using System.Numerics;
using System.Runtime.CompilerServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>One channel's weights as sets of inputs.</summary>
/// <remarks>Lists are made at the first use of a model, so the loops are compiled with full optimisation at once.</remarks>
internal readonly ref struct WeightRow
{
    private readonly ReadOnlySpan<ulong> _signs;
    private readonly ReadOnlySpan<ulong> _live;
    /// <summary>Row <paramref name="channel"/> of packed weights; empty <paramref name="masks"/>: all live.</summary>
    public WeightRow(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, int channel)
    {
        int words = WeightMatrix.WordsFor(inputs);
        Inputs = inputs;
        _signs = signs.Slice(channel * words, words);
        _live = masks.IsEmpty ? default : masks.Slice(channel * words, words);
    }

    /// <summary>Number of inputs, K.</summary>
    public int Inputs { get; }

    /// <summary>How many weights are of <paramref name="kind"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Count(WeightKind kind)
    {
        int count = 0;
        for (int w = 0; w < _signs.Length; w++)
            count += BitOperations.PopCount(Word(kind, w));
        return count;
    }

    /// <summary>Writes the inputs whose weights are of <paramref name="kind"/>, in rising order, each plus <paramref name="first"/>.</summary>
    /// <returns>How many they are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int List(WeightKind kind, int first, Span<ushort> list)
    {
        int count = 0;
        for (int w = 0; w < _signs.Length; w++)
        {
            for (ulong bits = Word(kind, w); bits != 0; bits &= bits - 1)
                list[count++] = (ushort)(first + (64 * w) + BitOperations.TrailingZeroCount(bits));
        }
        return count;
    }

    /// <summary>Packed, 1 = the weight is of <paramref name="kind"/>; tail bits 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Word(WeightKind kind, int word)
    {
        ulong columns = WeightMatrix.TailMask(Inputs, word), live = _live.IsEmpty ? columns : _live[word];
        return kind switch
        {
            WeightKind.Plus => _signs[word] & live,
            WeightKind.Minus => live & ~_signs[word],
            WeightKind.Pruned => columns & ~live,
            _ => 0,
        };
    }
}
