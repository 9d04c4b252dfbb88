using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Where the pixels of one channel stand in the lanes: row after row, each row at a pitch of 8, 16, 32 or 64 lanes.</summary>
/// <remarks>
/// Bit x of row y is lane y · <see cref="Pitch"/> + x. A neighbour in another row is then whole bytes away, one in the same row a shift inside a word,
/// and few lanes stay empty for the usual widths (28 of 32, 14 of 16, 7 of 8). Lanes between the rows and behind the last one may hold anything.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct PixelLayout
{
    /// <summary>The widest image that has a layout.</summary>
    public const int MostWidth = 64;

    /// <summary>The layout of an image with the least pitch.</summary>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, in [1, <see cref="MostWidth"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside its range.</exception>
    public PixelLayout(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MostWidth);
        (Height, Width) = (height, width);
        Pitch = PitchOf(width);
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Lanes from one row to the next: 8, 16, 32 or 64.</summary>
    public int Pitch { get; private init; }

    /// <summary>Rows in a word.</summary>
    public int RowsOfWord => 64 / Pitch;

    /// <summary>Words that hold all rows.</summary>
    public int Words => (Height + RowsOfWord - 1) / RowsOfWord;

    /// <summary>The lanes of a row, in its lowest bits.</summary>
    public ulong RowMask => ulong.MaxValue >> (64 - Width);

    /// <summary>The lanes of all rows of a word.</summary>
    public ulong WordMask => RowMask * Repeat(Pitch);

    /// <summary>The least pitch for a width.</summary>
    internal static int PitchOf(int width) => width <= 8 ? 8 : width <= 16 ? 16 : width <= 32 ? 32 : 64;

    /// <summary>A word with a 1 at the beginning of each row.</summary>
    internal static ulong Repeat(int pitch) => ulong.MaxValue / (ulong.MaxValue >> (64 - pitch));

    /// <summary>The same image with rows further apart.</summary>
    internal PixelLayout WithPitch(int pitch) => this with { Pitch = pitch };

    /// <summary>Registers that hold a plane, each full of rows.</summary>
    public int Registers<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => (Words + TLanes.Words - 1) / TLanes.Words;

    /// <summary>Words from one plane to the next: those of its registers.</summary>
    public int Stride<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => Registers<TLanes>() * TLanes.Words;

    /// <summary>Row <paramref name="y"/> of a plane: bit x is column x, those behind the last one are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Row(ref ulong plane, int y) => Unsafe.Add(ref plane, y * Pitch >> 6) >> (y * Pitch) & RowMask;

    /// <summary>Sets bits of row <paramref name="y"/>, which hold 0 so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void OrRow(ref ulong plane, int y, ulong bits) => Unsafe.Add(ref plane, y * Pitch >> 6) |= bits << (y * Pitch);
}
