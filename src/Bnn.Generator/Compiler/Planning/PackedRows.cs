using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>The weights of a layer in the order in which its input lies in words.</summary>
/// <remarks>Bit i of word j of a row belongs to packed input bit 64·j + i; masked weights and tail bits have sign 0.</remarks>
internal sealed class PackedRows
{
    private readonly WeightMatrix _weights;

    private PackedRows(WeightMatrix weights)
    {
        _weights = weights;
        Read = new ulong[weights.WordsPerRow];
        for (int row = 0; row < weights.Rows; row++)
        {
            for (int word = 0; word < Words; word++)
                Read[word] |= weights.Live(row, word);
        }
        for (int row = 0; row < weights.Rows; row++)
        {
            for (int word = 0; word < Words; word++)
            {
                HasElementMasks |= weights.Live(row, word) != Read[word];
                WordOperations += weights.Live(row, word) != 0 ? 1 : 0;
            }
        }
    }

    /// <summary>Words of packed input.</summary>
    public int Words => Read.Length;

    /// <summary>Bits that any channel reads, <c>[Words]</c>.</summary>
    public ulong[] Read { get; }

    /// <summary>Whether channels differ in which bits they read.</summary>
    public bool HasElementMasks { get; }

    /// <summary>Words with a live weight, over all channels.</summary>
    public long WordOperations { get; }

    /// <summary>Sign bits of a channel, <c>[Words]</c>.</summary>
    public ReadOnlySpan<ulong> Signs(int row) => _weights.Signs(row);

    /// <summary>Live bits of a word of a channel.</summary>
    public ulong Live(int row, int word) => _weights.Live(row, word);

    /// <summary>Bits of a word that can be 1 in the packed input but are read by no channel: the input must clear them.</summary>
    public ulong Unread(int word) => WeightMatrix.TailMask(_weights.Columns, word) & ~Read[word];

    /// <summary>Number of positive weights of a channel.</summary>
    public int PositiveCount(int row)
    {
        int count = 0;
        foreach (ulong word in _weights.Signs(row))
            count += Bits.PopCount(word);
        return count;
    }

    /// <summary>Takes the columns of <paramref name="weights"/> in the rising order of <paramref name="columns"/>, or all of them if that is null.</summary>
    public static PackedRows Of(WeightMatrix weights, int[]? columns) => new(columns is null || columns.Length == weights.Columns ? weights : weights.SelectColumns(columns));
}
