namespace Bnn.Model;

/// <summary>Binary weights with a mask: for each channel and input one of +1, −1 or pruned.</summary>
/// <remarks>
/// Packed 64 to a word, row by row: bit i of word j of a row is column 64·j + i; 1 stands for +1. Tail bits and the signs of
/// masked weights are 0, and a mask in which everything lives is not kept, so that equal weights are equal bits.
/// </remarks>
sealed partial class WeightMatrix : IEquatable<WeightMatrix>
{
    private readonly ulong[] _signs;
    private readonly ulong[]? _mask;

    private WeightMatrix(int rows, int columns, ulong[] signs, ulong[]? mask)
    {
        Rows = rows;
        Columns = columns;
        WordsPerRow = WordsFor(columns);
        _signs = signs;
        _mask = mask;
    }

    /// <summary>Number of channels.</summary>
    public int Rows { get; }

    /// <summary>Number of weights of a channel, live and masked.</summary>
    public int Columns { get; }

    /// <summary>⌈<see cref="Columns"/> / 64⌉.</summary>
    public int WordsPerRow { get; }

    /// <summary>Whether any weight is pruned.</summary>
    public bool HasMask => _mask is not null;

    /// <summary>Words that hold <paramref name="bits"/> bits.</summary>
    public static int WordsFor(int bits) => (int)(((long)bits + 63) / 64);

    /// <summary>Bits of word <paramref name="word"/> of a row that are columns, not tail.</summary>
    public static ulong TailMask(int columns, int word) =>
        columns - (64 * (long)word) >= 64 ? ulong.MaxValue : columns <= 64 * (long)word ? 0 : (1UL << (columns & 63)) - 1;

    /// <summary>Makes a matrix from packed words, and brings it into canonical form.</summary>
    /// <param name="rows">Number of channels.</param>
    /// <param name="columns">Weights of a channel.</param>
    /// <param name="signs"><c>[rows, ⌈columns/64⌉]</c>; copied.</param>
    /// <param name="mask">The same shape, 1 = live; empty: all live. Copied.</param>
    /// <exception cref="ArgumentException">A length does not fit rows and columns.</exception>
    public static WeightMatrix Create(int rows, int columns, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> mask = default)
    {
        int wordsPerRow = WordsFor(columns);
        int words = checked(rows * wordsPerRow);
        if (signs.Length != words || (mask.Length != words && !mask.IsEmpty))
            throw new ArgumentException($"{rows} rows of {columns} weights need {words} words, got {signs.Length} of signs and {mask.Length} of mask.");
        return Own(rows, columns, signs.ToArray(), mask.IsEmpty ? null : mask.ToArray());
    }

    /// <summary>Makes a matrix from packed words that nobody else will write to, of the right lengths, and brings it into canonical form.</summary>
    internal static WeightMatrix Own(int rows, int columns, ulong[] signs, ulong[]? mask)
    {
        int wordsPerRow = WordsFor(columns);
        bool anyMasked = false;
        for (int i = 0; i < signs.Length; i++)
        {
            ulong columnsOfWord = TailMask(columns, i % wordsPerRow);
            ulong live = mask is null ? columnsOfWord : mask[i] & columnsOfWord;
            anyMasked |= live != columnsOfWord;
            signs[i] &= live;
            if (mask is not null)
                mask[i] = live;
        }
        return new(rows, columns, signs, anyMasked ? mask : null);
    }

    /// <summary>Makes a matrix by asking for each weight.</summary>
    /// <param name="rows">Number of channels.</param>
    /// <param name="columns">Weights of a channel.</param>
    /// <param name="weight">Given row and column: positive for +1, negative for −1, 0 for pruned.</param>
    public static WeightMatrix Create(int rows, int columns, Func<int, int, int> weight)
    {
        int wordsPerRow = WordsFor(columns);
        var signs = new ulong[checked(rows * wordsPerRow)];
        var mask = new ulong[signs.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                int value = weight(row, column);
                ulong bit = 1UL << (column & 63);
                if (value > 0)
                    signs[(row * wordsPerRow) + (column >> 6)] |= bit;
                if (value != 0)
                    mask[(row * wordsPerRow) + (column >> 6)] |= bit;
            }
        }
        return Create(rows, columns, signs, mask);
    }

    /// <summary>The given columns, in the given order.</summary>
    public WeightMatrix SelectColumns(ReadOnlySpan<int> columns)
    {
        int wordsPerRow = WordsFor(columns.Length);
        var signs = new ulong[checked(Rows * wordsPerRow)];
        ulong[]? mask = _mask is null ? null : new ulong[signs.Length];
        for (int row = 0; row < Rows; row++)
        {
            int from = row * WordsPerRow, to = row * wordsPerRow;
            for (int i = 0; i < columns.Length; i++)
            {
                int word = from + (columns[i] >> 6), bit = columns[i] & 63;
                signs[to + (i >> 6)] |= (_signs[word] >> bit & 1) << (i & 63);
                if (mask is not null)
                    mask[to + (i >> 6)] |= (_mask![word] >> bit & 1) << (i & 63);
            }
        }
        return Create(Rows, columns.Length, signs, mask);
    }

    /// <summary>Sign bits of a channel, <c>[WordsPerRow]</c>; 1 = +1, masked and tail bits 0.</summary>
    public ReadOnlySpan<ulong> Signs(int row) => _signs.AsSpan(row * WordsPerRow, WordsPerRow);

    /// <summary>Bits of word <paramref name="word"/> of channel <paramref name="row"/> whose weights are live; tail bits 0.</summary>
    public ulong Live(int row, int word) => _mask is null ? TailMask(Columns, word) : _mask[(row * WordsPerRow) + word];

    /// <summary>Whether the weight is not pruned.</summary>
    public bool IsLive(int row, int column) => (Live(row, column >> 6) >> (column & 63) & 1) != 0;

    /// <summary>Whether the weight is live and +1.</summary>
    public bool IsPositive(int row, int column) => (_signs[(row * WordsPerRow) + (column >> 6)] >> (column & 63) & 1) != 0;

    /// <summary>K: number of live weights of a channel.</summary>
    public int LiveCount(int row)
    {
        if (_mask is null)
            return Columns;
        int count = 0;
        for (int word = 0; word < WordsPerRow; word++)
            count += PopCount(Live(row, word));
        return count;
    }

    /// <summary>Number of live weights of all channels.</summary>
    public long LiveCount()
    {
        long count = 0;
        for (int row = 0; row < Rows; row++)
            count += LiveCount(row);
        return count;
    }

    /// <inheritdoc/>
    public bool Equals(WeightMatrix? other) =>
        other is not null && Rows == other.Rows && Columns == other.Columns && HasMask == other.HasMask
        && _signs.AsSpan().SequenceEqual(other._signs) && (_mask is null || _mask.AsSpan().SequenceEqual(other._mask));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WeightMatrix);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        ulong hash = unchecked(((ulong)Rows * 31) + (ulong)Columns);
        foreach (ulong word in _signs)
            hash = unchecked((hash * 0x9E3779B97F4A7C15UL) ^ (hash >> 29) ^ word);
        return unchecked((int)(hash ^ (hash >> 32)));
    }

    // BitOperations.PopCount is not in netstandard2.0, for which this file is compiled too.
    private static int PopCount(ulong bits)
    {
        bits -= bits >> 1 & 0x5555555555555555UL;
        bits = (bits & 0x3333333333333333UL) + (bits >> 2 & 0x3333333333333333UL);
        return (int)(unchecked(((bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0FUL) * 0x0101010101010101UL) >> 56);
    }
}
