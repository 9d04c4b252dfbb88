using System.Numerics;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>What a weight is: +1, −1 or pruned.</summary>
internal enum WeightKind
{
    /// <summary>+1, a 1 in the signs.</summary>
    Plus,

    /// <summary>−1, a live 0 in the signs.</summary>
    Minus,

    /// <summary>Neither.</summary>
    Pruned,
}

/// <summary>One channel's weights as sets of inputs.</summary>
internal readonly ref struct WeightRow
{
    private readonly ReadOnlySpan<ulong> _signs;
    private readonly ReadOnlySpan<ulong> _live;
    private readonly int _inputs;

    /// <summary>Row <paramref name="channel"/> of packed weights; empty <paramref name="masks"/>: all live.</summary>
    public WeightRow(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, int channel)
    {
        int words = WeightMatrix.WordsFor(inputs);
        _inputs = inputs;
        _signs = signs.Slice(channel * words, words);
        _live = masks.IsEmpty ? default : masks.Slice(channel * words, words);
    }

    /// <summary>How many weights are of <paramref name="kind"/>.</summary>
    public int Count(WeightKind kind)
    {
        int count = 0;
        for (int w = 0; w < _signs.Length; w++)
            count += BitOperations.PopCount(Word(kind, w));
        return count;
    }

    /// <summary>The inputs whose weights are of the first kind, then those of the second; each in rising order.</summary>
    public ushort[] List(WeightKind first, WeightKind second)
    {
        var list = new ushort[Count(first) + Count(second)];
        Fill(second, list.AsSpan(Fill(first, list)));
        return list;
    }

    /// <summary>The inputs whose weights are of <paramref name="kind"/>, in rising order.</summary>
    public ushort[] List(WeightKind kind)
    {
        var list = new ushort[Count(kind)];
        Fill(kind, list);
        return list;
    }

    private int Fill(WeightKind kind, Span<ushort> list)
    {
        int count = 0;
        for (int w = 0; w < _signs.Length; w++)
        {
            for (ulong bits = Word(kind, w); bits != 0; bits &= bits - 1)
                list[count++] = (ushort)((64 * w) + BitOperations.TrailingZeroCount(bits));
        }
        return count;
    }

    private ulong Word(WeightKind kind, int word)
    {
        ulong columns = WeightMatrix.TailMask(_inputs, word), live = _live.IsEmpty ? columns : _live[word];
        return kind switch
        {
            WeightKind.Plus => _signs[word] & live,
            WeightKind.Minus => live & ~_signs[word],
            _ => columns & ~live,
        };
    }
}
