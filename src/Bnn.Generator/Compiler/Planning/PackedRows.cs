using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>The weights of a layer, or of a group of its channels, in the order in which its input lies in words.</summary>
/// <remarks>Bit i of word j of a row belongs to packed input bit 64·j + i; masked weights and tail bits have sign 0.</remarks>
internal sealed class PackedRows
{
    private readonly WeightMatrix _weights;
    private readonly bool _isCleared;

    private PackedRows(WeightMatrix weights, bool isCleared)
    {
        (_weights, _isCleared) = (weights, isCleared);
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
                HasElementMasks |= NeedsMask(row, word);
                WordOperations += weights.Live(row, word) != 0 ? 1 : 0;
            }
        }
    }

    /// <summary>Number of channels.</summary>
    public int Count => _weights.Rows;

    /// <summary>Words of packed input.</summary>
    public int Words => Read.Length;

    /// <summary>Bits that any channel reads, <c>[Words]</c>.</summary>
    public ulong[] Read { get; }

    /// <summary>Whether some channel must mask its input: channels differ in which bits they read, or there are bits that nobody reads.</summary>
    public bool HasElementMasks { get; }

    /// <summary>Words with a live weight, over all channels.</summary>
    public long WordOperations { get; }

    /// <summary>Sign bits of a channel, <c>[Words]</c>.</summary>
    public ReadOnlySpan<ulong> Signs(int row) => _weights.Signs(row);

    /// <summary>Live bits of a word of a channel.</summary>
    public ulong Live(int row, int word) => _weights.Live(row, word);

    /// <summary>Whether the input has bits in this word that the channel must not count.</summary>
    public bool NeedsMask(int row, int word) => _weights.Live(row, word) != (_isCleared ? Read[word] : WeightMatrix.TailMask(_weights.Columns, word));

    /// <summary>Bits of a word that can be 1 in the input but are read by no channel: whoever prepares the input clears them. Nothing if nobody does.</summary>
    public ulong Unread(int word) => _isCleared ? WeightMatrix.TailMask(_weights.Columns, word) & ~Read[word] : 0;

    /// <summary>Words of which <see cref="Unread"/> bits must be cleared.</summary>
    public IEnumerable<int> UnreadWords => Enumerable.Range(0, Words).Where(word => Unread(word) != 0);

    /// <summary>Number of positive weights of a channel.</summary>
    public int PositiveCount(int row)
    {
        int count = 0;
        foreach (ulong word in _weights.Signs(row))
            count += Bits.PopCount(word);
        return count;
    }

    /// <summary>Packs weights.</summary>
    /// <param name="weights">The weights of the rows.</param>
    /// <param name="columns">For each bit of the input the column that it stands for; null: all of them, in their order.</param>
    /// <param name="isCleared">Whether bits that nobody reads are cleared before the rows meet them; else they are masked.</param>
    public static PackedRows Of(WeightMatrix weights, int[]? columns, bool isCleared) =>
        new(columns is null || IsIdentity(columns, weights.Columns) ? weights : weights.SelectColumns(columns), isCleared);

    private static bool IsIdentity(int[] columns, int count)
    {
        bool isSame = columns.Length == count;
        for (int i = 0; i < columns.Length && isSame; i++)
            isSame = columns[i] == i;
        return isSame;
    }
}
