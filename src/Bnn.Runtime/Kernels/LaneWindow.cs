using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>The window of a convolution over planes with a pixel in each lane: which shifted plane each tap sees.</summary>
/// <remarks>
/// The planes of a channel come from one copy of its rows, padded: a tap is a load some rows on, a shift along the row, and two masks that put the
/// padding where the shift brought lanes from elsewhere. With a stride, rows and columns are first sorted by their remainder.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class LaneWindow
{
    private readonly int _strideHeight, _strideWidth, _firstRow, _rowSpan;
    private readonly ulong _padding;
    private readonly bool _isBulk;
    private readonly Phase[] _phases;

    /// <summary>A window over an image.</summary>
    /// <param name="input">Layout of the image.</param>
    /// <param name="kernelHeight">Rows of the window.</param>
    /// <param name="kernelWidth">Columns of the window.</param>
    /// <param name="strideHeight">Steps down.</param>
    /// <param name="strideWidth">Steps right.</param>
    /// <param name="top">Rows of padding above the image.</param>
    /// <param name="left">Columns of padding before it.</param>
    /// <param name="outputHeight">Rows of positions.</param>
    /// <param name="outputWidth">Columns of positions, at most <see cref="PixelLayout.MostWidth"/>.</param>
    /// <param name="paddingBit">The bit outside the image, on every side.</param>
    public LaneWindow(
        PixelLayout input, int kernelHeight, int kernelWidth, int strideHeight, int strideWidth, int top, int left, int outputHeight, int outputWidth, bool paddingBit)
    {
        Input = input;
        (_strideHeight, _strideWidth) = (strideHeight, strideWidth);
        _padding = paddingBit ? ulong.MaxValue : 0;
        Taps = kernelHeight * kernelWidth;
        int pitch = PixelLayout.PitchOf(Math.Max(outputWidth, (input.Width + strideWidth - 1) / strideWidth));
        Output = new PixelLayout(outputHeight, outputWidth).WithPitch(pitch);
        _isBulk = strideHeight == 1 && strideWidth == 1 && pitch == input.Pitch;
        _firstRow = Floor(-top, strideHeight);
        _rowSpan = Floor(kernelHeight - 1 - top, strideHeight) - _firstRow;
        IEnumerable<Tap> taps =
            from y in Enumerable.Range(0, kernelHeight)
            from x in Enumerable.Range(0, kernelWidth)
            let row = Floor(y - top, strideHeight)
            let column = Floor(x - left, strideWidth)
            select new Tap(
                (y * kernelWidth) + x, y - top - (row * strideHeight), x - left - (column * strideWidth),
                (row - _firstRow) * pitch / 8, Math.Abs(column) < pitch ? column : 0, Kept(column, pitch), _padding & ~Kept(column, pitch));
        _phases = [.. taps.GroupBy(tap => (tap.Row, tap.Column)).Select(phase => new Phase(phase.Key.Row, phase.Key.Column, [.. phase]))];
    }

    /// <summary>Layout of the image.</summary>
    public PixelLayout Input { get; }

    /// <summary>Layout of the positions.</summary>
    public PixelLayout Output { get; }

    /// <summary>Rows times columns of the window.</summary>
    public int Taps { get; }

    /// <summary>The planes of all taps for one register of positions.</summary>
    /// <param name="plane">A channel of the image.</param>
    /// <param name="register">Index of the register of positions.</param>
    /// <param name="taps">Receives <c>[Taps, TLanes.Words]</c> words: tap row · kernel columns + column. Lanes without a position hold anything.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    [SkipLocalsInit]
    internal unsafe void Gather<TLanes>(ReadOnlySpan<ulong> plane, int register, Span<ulong> taps)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (plane.Length < Input.Words || taps.Length < Taps * TLanes.Words)
            throw new ArgumentException($"A plane of {plane.Length} words does not give {Taps} taps in {taps.Length} words.");
        int positionRows = TLanes.Words * Output.RowsOfWord;
        int rows = positionRows + _rowSpan;
        int words = (rows + Output.RowsOfWord - 1) / Output.RowsOfWord;
        ulong* copy = stackalloc ulong[words];
        ref TLanes to = ref LaneMemory.First<TLanes>(taps);
        foreach (Phase phase in _phases)
        {
            int first = (register * positionRows) + _firstRow;
            if (_isBulk)
                CopyRows(plane, first, rows, new(copy, words));
            else
                PickRows(plane, first, rows, phase, new(copy, words));
            foreach (ref readonly Tap tap in phase.Taps.AsSpan())
            {
                TLanes x = Unsafe.ReadUnaligned<TLanes>((byte*)copy + tap.Offset);
                x = tap.Shift >= 0 ? TLanes.ShiftRight(x, tap.Shift) : TLanes.ShiftLeft(x, -tap.Shift);
                Unsafe.Add(ref to, tap.Index) = (x & TLanes.Broadcast(tap.Kept)) | TLanes.Broadcast(tap.Fill);
            }
        }
    }

    // Rows as they stand, padding around them.
    private void CopyRows(ReadOnlySpan<ulong> plane, int first, int rows, Span<ulong> copy)
    {
        copy.Fill(_padding);
        int from = Math.Max(0, first), to = Math.Min(Input.Height, first + rows), bytes = Input.Pitch / 8;
        if (to > from)
            MemoryMarshal.AsBytes(plane).Slice(from * bytes, (to - from) * bytes).CopyTo(MemoryMarshal.AsBytes(copy)[((from - first) * bytes)..]);
        ulong mask = Input.WordMask, fill = _padding & ~mask;
        for (int i = 0; i < copy.Length; i++)
            copy[i] = copy[i] & mask | fill;
    }

    // Every strideHeight-th row, and of it every strideWidth-th column.
    private void PickRows(ReadOnlySpan<ulong> plane, int first, int rows, Phase phase, Span<ulong> copy)
    {
        copy.Clear();
        ulong rowMask = ulong.MaxValue >> (64 - Output.Pitch);
        int columns = Math.Max(0, (Input.Width - phase.Column + _strideWidth - 1) / _strideWidth);
        ulong fill = columns < 64 ? _padding << columns & rowMask : 0;
        for (int j = 0; j < rows; j++)
        {
            int y = ((first + j) * _strideHeight) + phase.Row;
            ulong bits = (uint)y >= (uint)Input.Height ? _padding & rowMask
                : RowBits.Every(Input.Row(ref MemoryMarshal.GetReference(plane), y) >> phase.Column, _strideWidth) | fill;
            Output.OrRow(ref MemoryMarshal.GetReference(copy), j, bits);
        }
    }

    // What a shift by some columns leaves of each row: the rest came from a neighbouring row or from nowhere.
    private static ulong Kept(int columns, int pitch)
    {
        ulong row = ulong.MaxValue >> (64 - pitch);
        ulong kept = Math.Abs(columns) >= pitch ? 0 : columns >= 0 ? row >> columns : row << -columns & row;
        return kept * PixelLayout.Repeat(pitch);
    }

    private static int Floor(int number, int divisor) => (int)Math.Floor((double)number / divisor);

    // Taps that read the same rows and columns: those with the same remainders.
    private sealed record Phase(int Row, int Column, Tap[] Taps);

    // Offset: bytes from the beginning of the copied rows. Shift: columns to the right of the position, may be negative.
    private readonly record struct Tap(int Index, int Row, int Column, int Offset, int Shift, ulong Kept, ulong Fill);
}
