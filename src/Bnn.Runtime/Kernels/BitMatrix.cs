using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Exchanges rows and columns of a matrix of bits: planes of an image become pixels, and pixels planes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BitMatrix
{
    /// <summary>Writes the columns of a matrix as rows.</summary>
    /// <param name="source"><c>[rows, columns]</c> bits without gaps, and a readable word.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1; rows · columns is at most 2³¹ − 1.</param>
    /// <param name="destination">Receives <c>[columns, rows]</c> bits without gaps; tail bits 0.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <remarks>
    /// Exact. Blocks of 64 x 64: six stages of exchanges, the early ones over the rows that exist only. Cost for a word of the block: 6 to 18
    /// instructions, and a write at any bit.
    /// </remarks>
    [SkipLocalsInit]
    public static void Transpose(ReadOnlySpan<ulong> source, int rows, int columns, Span<ulong> destination)
    {
        int bits = checked(rows * columns);
        int words = WeightMatrix.WordsFor(bits);
        if (rows < 1 || columns < 1 || source.Length <= words || destination.Length < words)
            throw new ArgumentException($"{rows} x {columns} bits do not fit into {source.Length} words, one more than needed, and {destination.Length} words.");
        ref ulong from = ref MemoryMarshal.GetReference(source);
        ref ulong to = ref MemoryMarshal.GetReference(destination);
        destination[..words].Clear();
        Span<ulong> block = stackalloc ulong[64];
        for (int row = 0; row < rows; row += 64)
        {
            int height = Math.Min(64, rows - row);
            for (int column = 0; column < columns; column += 64)
            {
                int width = Math.Min(64, columns - column);
                for (int i = 0; i < height; i++)
                    block[i] = BitStream.Read(in from, ((row + i) * columns) + column);
                block[height..].Clear();
                TransposeBlock(block, height);
                // Rows beyond the matrix were cleared, so each word holds the bits of its rows and no other.
                for (int i = 0; i < width; i++)
                    BitStream.Or(ref to, ((column + i) * rows) + row, block[i]);
            }
        }
    }

    /// <summary>Exchanges rows and columns of 64 x 64 bits, of whose rows those from <paramref name="used"/> on are 0.</summary>
    /// <remarks>Each stage exchanges bit number s of the row with that of the column. Low stages first, over the used rows only.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void TransposeBlock(Span<ulong> block, int used)
    {
        ref ulong rows = ref MemoryMarshal.GetReference(block);
        for (int distance = 1; distance < 64; distance *= 2)
        {
            // Columns whose bit number s is 0: 0101…, 0011…, 00001111… and so on.
            ulong low = ulong.MaxValue / ((1UL << distance) + 1);
            for (int i = 0; i < used; i = ((i | distance) + 1) & ~distance)
            {
                ref ulong first = ref Unsafe.Add(ref rows, i);
                ref ulong second = ref Unsafe.Add(ref rows, i + distance);
                ulong difference = (first >> distance ^ second) & low;
                first ^= difference << distance;
                second ^= difference;
            }
            used = (used + (2 * distance) - 1) & -(2 * distance);
        }
    }
}
