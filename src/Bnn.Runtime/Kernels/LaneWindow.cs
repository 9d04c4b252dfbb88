using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>The window of a convolution over planes with a pixel in each lane: which shifted plane each tap sees.</summary>
/// <remarks>
/// A tap is a load some rows on, a shift along the row, and a mask of the positions at which it lies inside the image; padding fills the others.
/// With a stride, or where the positions need another pitch than the image, rows and columns are first picked into a copy, once for all taps. Some eight
/// instructions for each tap of each channel and register, four in the usual kernel of three by three; images of one word are <see cref="TurnedWords"/>.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class LaneWindow
{
    private readonly int _strideHeight, _strideWidth, _firstRow, _rowSpan, _maskWords;
    private readonly bool _hasPadding, _isDirect, _isHalving, _isThreeByThree;
    private readonly PixelLayout _picked;
    private readonly Phase[] _phases;
    private readonly ulong[] _inside;

    // Where the image and its positions are one word each.
    private readonly TurnedWords? _turned;

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
        PixelLayout input, int kernelHeight, int kernelWidth, int strideHeight, int strideWidth,
        int top, int left, int outputHeight, int outputWidth, bool paddingBit)
    {
        Input = input;
        Taps = kernelHeight * kernelWidth;
        _picked = new PixelLayout((input.Height + strideHeight - 1) / strideHeight, (input.Width + strideWidth - 1) / strideWidth);
        Output = new PixelLayout(outputHeight, outputWidth).WithPitch(PixelLayout.PitchOf(Math.Max(outputWidth, _picked.Width)));
        _picked = _picked.WithPitch(Output.Pitch);
        (_strideHeight, _strideWidth, _hasPadding) = (strideHeight, strideWidth, paddingBit);
        _isHalving = strideHeight == 2 && strideWidth == 2 && Output.Pitch == Math.Max(8, input.Pitch / 2);
        _isDirect = strideHeight == 1 && strideWidth == 1 && Output.Pitch == input.Pitch;
        _firstRow = Floor(-top, strideHeight);
        _rowSpan = Floor(kernelHeight - 1 - top, strideHeight) - _firstRow;
        _maskWords = Output.Stride<Lanes512>();
        _inside = new ulong[Taps * _maskWords];
        // No generic lists of structs, which would have to be compiled before the first answer.
        var phases = new List<Phase>();
        for (int i = 0; i < Taps; i++)
        {
            int down = (i / kernelWidth) - top, right = (i % kernelWidth) - left;
            int rows = Floor(down, strideHeight), columns = Floor(right, strideWidth);
            ulong inside = ColumnsInside(right);
            for (int y = 0; y < outputHeight; y++)
            {
                if ((uint)((y * strideHeight) + down) < (uint)input.Height)
                    Output.OrRow(ref _inside[i * _maskWords], y, inside);
            }
            // What a shift of a whole row or more would bring lies outside.
            int shift = Math.Abs(columns) < Output.Pitch ? columns : 0;
            var tap = new Tap(i, (rows - _firstRow) * Output.Pitch / 8, shift);
            int row = down - (rows * strideHeight), column = right - (columns * strideWidth);
            Phase? phase = phases.Find(other => other.Row == row && other.Column == column);
            if (phase is null)
                phases.Add(phase = new(row, column));
            phase.Taps = [.. phase.Taps, tap];
        }
        _phases = [.. phases];
        if (_phases.Length == 1 && _picked.Words == 1 && Output.Words == 1)
        {
            var turns = new int[Taps];
            var turnedInside = new ulong[Taps];
            foreach (Tap tap in _phases[0].Taps)
                (turns[tap.Index], turnedInside[tap.Index]) = ((tap.Offset * 8) + (_firstRow * Output.Pitch) + tap.Shift, _inside[tap.Index * _maskWords]);
            _turned = new(turns, turnedInside, paddingBit);
        }
        _isThreeByThree = !paddingBit && (kernelHeight, kernelWidth, strideHeight, strideWidth, left) == (3, 3, 1, 1, 1);
    }

    /// <summary>Layout of the image.</summary>
    public PixelLayout Input { get; }

    /// <summary>Layout of the positions.</summary>
    public PixelLayout Output { get; }

    /// <summary>Rows times columns of the window.</summary>
    public int Taps { get; }

    /// <summary>Words that <see cref="Pick"/> takes for so many planes.</summary>
    public int PickedWords<TLanes>(int planes)
        where TLanes : unmanaged, ILanes<TLanes> => _isDirect ? 0 : _phases.Length * planes * _picked.Stride<TLanes>();

    /// <summary>Every so many rows and columns of all planes, once for each remainder that a tap has; nothing without stride.</summary>
    /// <param name="planes">All planes, one every <c>Input.Stride&lt;TLanes&gt;()</c> words.</param>
    /// <param name="count">Their number.</param>
    /// <param name="picked">Receives <c>[remainders, count]</c> planes, <see cref="PickedWords"/> words.</param>
    internal void Pick<TLanes>(ReadOnlySpan<ulong> planes, int count, Span<ulong> picked)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int from = Input.Stride<TLanes>(), to = _picked.Stride<TLanes>();
        for (int i = 0; i < (_isDirect ? 0 : _phases.Length * count); i++)
        {
            Phase phase = _phases[i / count];
            ReadOnlySpan<ulong> plane = planes[(i % count * from)..];
            if (_isHalving)
                LaneHalving.Pick(Input, plane, phase.Row, phase.Column, picked.Slice(i * to, _picked.Words));
            else
                PickRows(plane, phase, picked.Slice(i * to, _picked.Words));
        }
    }

    /// <summary>The planes of all taps of some channels for one register of positions, which may begin at any word.</summary>
    /// <param name="planes">All planes, one every <c>Input.Stride&lt;TAll&gt;()</c> words.</param>
    /// <param name="picked">What <see cref="Pick"/> gave of them.</param>
    /// <param name="all">Number of all planes.</param>
    /// <param name="plane">Index of the first plane.</param>
    /// <param name="count">Number of planes.</param>
    /// <param name="word">Where the register of positions begins, in words of a plane.</param>
    /// <param name="taps">Receives <c>[count, Taps, TLanes.Words]</c> words: tap row · kernel columns + column. Lanes without a position hold anything.</param>
    /// <param name="complements">So many registers further on their complements are received too; 0: they are not wanted.</param>
    /// <typeparam name="TAll">The registers of a plane.</typeparam>
    /// <typeparam name="TLanes">The register of positions.</typeparam>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal unsafe void Gather<TAll, TLanes>(
        ReadOnlySpan<ulong> planes, ReadOnlySpan<ulong> picked, int all, int plane, int count, int word, Span<ulong> taps, int complements)
        where TAll : unmanaged, ILanes<TAll>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int pitchBytes = Output.Pitch / 8, registerRows = 64 * TLanes.Words / Output.Pitch;
        int stride = (_isDirect ? Input : _picked).Stride<TAll>();
        ReadOnlySpan<ulong> source = _isDirect ? planes : picked;
        if (plane < 0 || word < 0 || word + TLanes.Words > _maskWords || plane + count > all
            || source.Length < (long)_phases.Length * all * stride || taps.Length < ((long)complements + (count * Taps)) * TLanes.Words)
        {
            throw new ArgumentException($"Planes {plane} to {plane + count} of {source.Length} words do not give {Taps} taps each in {taps.Length} words.");
        }
        if (typeof(TLanes) == typeof(Lanes64) && _turned is not null)
        {
            _turned.Gather(source[(plane * stride)..], stride, count, taps, complements, TurnedWords.Together);
            return;
        }
        int first = (word * Output.RowsOfWord) + _firstRow, rows = registerRows + _rowSpan;
        int copyBytes = ((rows * pitchBytes) + 7) / 8 * 8;
        byte* copy = stackalloc byte[copyBytes];
        ref byte bytes = ref Unsafe.As<ulong, byte>(ref MemoryMarshal.GetReference(source));
        ref ulong inside = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_inside), word);
        long planeBytes = 8L * stride, rowBytes = rows * pitchBytes;
        foreach (Phase phase in _phases)
        {
            ref TLanes to = ref LaneMemory.First<TLanes>(taps);
            long from = (plane * planeBytes) + (first * pitchBytes);
            for (int left = count; left > 0;)
            {
                // The rows around a plane are read too, and masked; only those around the first and the last plane may not exist.
                long behind = (8L * source.Length) - rowBytes - from;
                int direct = from >= 0 && behind >= 0 ? (int)Math.Min(left, (behind / planeBytes) + 1) : 0;
                ref byte at = ref *copy;
                if (direct > 0)
                    at = ref Unsafe.Add(ref bytes, (nint)from);
                else
                {
                    CopyRows(MemoryMarshal.AsBytes(source), from, new(copy, copyBytes));
                    direct = 1;
                }
                // The second is called once only: it is inlined, and the JIT takes 2 ms for it.
                if (_isThreeByThree)
                    ThreeByThree(phase.Taps, ref at, (nint)planeBytes, direct, ref inside, ref to, complements);
                else
                    TapPlanes(phase.Taps, ref at, (nint)planeBytes, direct, ref inside, ref to, complements);
                left -= direct;
                from += direct * planeBytes;
                to = ref Unsafe.Add(ref to, direct * Taps);
            }
            plane += all;
        }
    }

    // Tap by tap, so that its shift and its mask are loaded once for all planes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TapPlanes<TLanes>(Tap[] taps, ref byte rows, nint planeBytes, int planes, ref ulong inside, ref TLanes to, int complements)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int step = Taps;
        foreach (Tap tap in taps)
        {
            TLanes mask = Unsafe.As<ulong, TLanes>(ref Unsafe.Add(ref inside, tap.Index * _maskWords));
            TLanes outside = _hasPadding ? ~mask : TLanes.Broadcast(0);
            ref byte x = ref Unsafe.Add(ref rows, tap.Offset);
            ref TLanes y = ref Unsafe.Add(ref to, tap.Index);
            int shift = tap.Shift;
            if (shift >= 0)
            {
                for (int p = 0; p < planes; p++, x = ref Unsafe.Add(ref x, planeBytes), y = ref Unsafe.Add(ref y, step))
                    Put(ref y, (TLanes.ShiftRight(Unsafe.ReadUnaligned<TLanes>(ref x), shift) & mask) | outside, complements);
            }
            else
            {
                for (int p = 0; p < planes; p++, x = ref Unsafe.Add(ref x, planeBytes), y = ref Unsafe.Add(ref y, step))
                    Put(ref y, (TLanes.ShiftLeft(Unsafe.ReadUnaligned<TLanes>(ref x), -shift) & mask) | outside, complements);
            }
        }
    }

    // The usual kernel, plane by plane, a column of padding before the image: each row of taps is read once, and shifts are constants.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ThreeByThree<TLanes>(Tap[] taps, ref byte rows, nint planeBytes, int planes, ref ulong inside, ref TLanes to, int complements)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        nint above = taps[0].Offset, level = taps[3].Offset, below = taps[6].Offset;
        TLanes aboveLeft = Mask<TLanes>(ref inside, 0), aboveHere = Mask<TLanes>(ref inside, 1), aboveRight = Mask<TLanes>(ref inside, 2);
        TLanes levelLeft = Mask<TLanes>(ref inside, 3), here = Mask<TLanes>(ref inside, 4), levelRight = Mask<TLanes>(ref inside, 5);
        TLanes belowLeft = Mask<TLanes>(ref inside, 6), belowHere = Mask<TLanes>(ref inside, 7), belowRight = Mask<TLanes>(ref inside, 8);
        for (; planes > 0; planes--, rows = ref Unsafe.Add(ref rows, planeBytes), to = ref Unsafe.Add(ref to, 9))
        {
            Row(ref Unsafe.Add(ref rows, above), aboveLeft, aboveHere, aboveRight, ref to, complements);
            Row(ref Unsafe.Add(ref rows, level), levelLeft, here, levelRight, ref Unsafe.Add(ref to, 3), complements);
            Row(ref Unsafe.Add(ref rows, below), belowLeft, belowHere, belowRight, ref Unsafe.Add(ref to, 6), complements);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Mask<TLanes>(ref ulong inside, int tap)
        where TLanes : unmanaged, ILanes<TLanes> => Unsafe.As<ulong, TLanes>(ref Unsafe.Add(ref inside, tap * _maskWords));

    // Three taps of a row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TLanes>(ref byte row, TLanes insideLeft, TLanes inside, TLanes insideRight, ref TLanes to, int complements)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes bits = Unsafe.ReadUnaligned<TLanes>(ref row);
        TLanes left = TLanes.ShiftLeft(bits, 1) & insideLeft, here = bits & inside, right = TLanes.ShiftRight(bits, 1) & insideRight;
        (to, Unsafe.Add(ref to, 1), Unsafe.Add(ref to, 2)) = (left, here, right);
        if (complements != 0)
            (Unsafe.Add(ref to, complements), Unsafe.Add(ref to, complements + 1), Unsafe.Add(ref to, complements + 2)) = (~left, ~here, ~right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TLanes>(ref TLanes to, TLanes plane, int complements)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        to = plane;
        if (complements != 0)
            Unsafe.Add(ref to, complements) = ~plane;
    }

    // Bytes of a buffer from a place on, which may lie before its beginning; what does not exist is 0.
    private static void CopyRows(ReadOnlySpan<byte> buffer, long from, Span<byte> copy)
    {
        copy.Clear();
        long first = Math.Max(0, from), end = Math.Min(buffer.Length, from + copy.Length);
        if (first < end)
            buffer[(int)first..(int)end].CopyTo(copy[(int)(first - from)..]);
    }

    // Every strideHeight-th row, and of it every strideWidth-th column.
    private void PickRows(ReadOnlySpan<ulong> plane, Phase phase, Span<ulong> picked)
    {
        picked.Clear();
        for (int j = 0, y = phase.Row; y < Input.Height; j++, y += _strideHeight)
        {
            ulong row = Input.Row(ref MemoryMarshal.GetReference(plane), y) >> phase.Column;
            _picked.OrRow(ref MemoryMarshal.GetReference(picked), j, RowBits.Every(row, _strideWidth));
        }
    }

    // The positions of a row whose tap, some columns to the right, is a column of the image.
    private ulong ColumnsInside(int right)
    {
        ulong inside = 0;
        for (int x = 0; x < Output.Width; x++)
        {
            if ((uint)((x * _strideWidth) + right) < (uint)Input.Width)
                inside |= 1UL << x;
        }
        return inside;
    }

    private static int Floor(int number, int divisor) => (int)Math.Floor((double)number / divisor);

    // Taps that read the same rows and columns: those with the same remainders.
    private sealed class Phase(int row, int column)
    {
        public int Row { get; } = row;
        public int Column { get; } = column;
        public Tap[] Taps { get; set; } = [];
    }

    // Offset: bytes from the first row that any tap reads. Shift: columns to the right of the position, may be negative.
    private readonly record struct Tap(int Index, int Offset, int Shift);
}
