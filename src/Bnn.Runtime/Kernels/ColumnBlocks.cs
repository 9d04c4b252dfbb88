using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Rows of bits, one bit for each channel, cut into blocks as wide as a register: <c>[block, rows, register]</c>.</summary>
/// <remarks>
/// Blocks of the width while they are full; what remains is one block of the narrowest register that holds it, of two words at least (a vector of
/// two words takes less time than a plain word). Immutable; begins at a cache line.
/// </remarks>
internal sealed class ColumnBlocks
{
    private readonly ulong[] _memory;
    private readonly int _first;
    private readonly int _words;

    /// <summary>Blocks of zeros.</summary>
    /// <param name="words">Words of a row, one for 64 channels.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Words of a register: 1, 2, 4 or 8.</param>
    public ColumnBlocks(int words, int rows, int width)
    {
        (_words, Rows, Width, Full) = (words, rows, width, words / width);
        LastWidth = Last(words, width);
        long length = ((long)Full * width * rows) + ((long)LastWidth * rows);
        // In a heap whose objects stay where they are.
        _memory = GC.AllocateArray<ulong>(checked((int)length + LaneBuffer.AlignmentWords), pinned: true);
        _first = _memory.Length - LaneBuffer.Align(_memory).Length;
    }

    /// <summary>Rows of a block.</summary>
    public int Rows { get; }

    /// <summary>Words of the registers of full blocks.</summary>
    public int Width { get; }

    /// <summary>Number of full blocks.</summary>
    public int Full { get; }

    /// <summary>Words of the register of the block behind the full ones; 0 if there is none.</summary>
    public int LastWidth { get; }

    /// <summary>Whether the last word of a row takes a register of its own, or makes the last one wider than it were without.</summary>
    public static bool IsWidenedByLast(int words, int width) => Last(words, width) > Last(words - 1, width);

    private static int Last(int words, int width)
    {
        int rest = words % width;
        return rest == 0 ? 0 : Math.Max(Math.Min(2, width), (int)BitOperations.RoundUpToPowerOf2((uint)rest));
    }

    /// <summary>The same rows for registers of another width.</summary>
    public ColumnBlocks For(int width)
    {
        var blocks = new ColumnBlocks(_words, Rows, width);
        var column = new ulong[Rows];
        for (int word = 0; word < _words; word++)
        {
            Exchange(word, column, isWrite: false);
            blocks.Write(word, column);
        }
        return blocks;
    }

    /// <summary>Puts in a word of all rows.</summary>
    /// <param name="word">Channels from 64 · <paramref name="word"/> on.</param>
    /// <param name="column"><c>[Rows]</c></param>
    public void Write(int word, Span<ulong> column) => Exchange(word, column, isWrite: true);

    /// <summary>The first register of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref TLanes Block<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes> =>
        ref Unsafe.As<ulong, TLanes>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_memory), _first + ((nint)block * Rows * Width)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Exchange(int word, Span<ulong> column, bool isWrite)
    {
        int block = word / Width, step = block < Full ? Width : LastWidth;
        int at = _first + (block * Rows * Width) + (word % Width);
        for (int row = 0; row < column.Length; row++, at += step)
        {
            if (isWrite)
                _memory[at] = column[row];
            else
                column[row] = _memory[at];
        }
    }
}
