using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>A convolution of one image of bytes with its positions in the lanes, by <see cref="TapSums"/>.</summary>
/// <remarks>
/// Exact. The image is copied into a frame of padding; then, once for each column of the kernel and each row within a stride, its rows are laid behind one another at the pitch of
/// the planes, so that the bytes of a tap are one run for all lanes; band by band, so that they stay in the first-level cache. Lanes without a position hold anything. Immutable; allocates nothing when it runs.
/// </remarks>
internal sealed class PixelByteConvolution : PixelSource
{
    private const int MostRunBytes = 12 << 10;

    private readonly TapSums _sums;
    private readonly SampleWindow _window;
    private readonly int _channels;
    private readonly byte _padding;

    // Of the framed image bytes of a row, and rows; of a band words of a plane, and rows of a run.
    private readonly int _framePitch, _frameRows, _bandWords, _runRows, _phases;
    private readonly int[] _offsets;

    /// <param name="window">Image, kernel, stride and padding.</param>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="paddingBit">Whether bytes outside the image are 255; else 0.</param>
    /// <param name="sums">Of all taps of all channels, by rows of the kernel.</param>
    public PixelByteConvolution(SampleWindow window, int channels, bool paddingBit, TapSums sums)
    {
        if (sums.Groups.Inputs != channels * window.Taps || sums.Groups.IsAcross)
            throw new ArgumentException($"{sums.Groups.Inputs} inputs are not {channels} channels under {window.Taps} taps, by rows.", nameof(sums));
        (_window, _channels, _padding, _sums) = (window, channels, paddingBit ? byte.MaxValue : (byte)0, sums);
        Output = new PixelLayout(window.OutputHeight, window.OutputWidth);
        _phases = Math.Min(window.StrideHeight, window.WindowHeight);
        int around = (window.WindowHeight - 1) / window.StrideHeight, mostRows = MostRunBytes / (window.WindowWidth * _phases * channels * Output.Pitch);
        _bandWords = Math.Clamp((mostRows - around) / Output.RowsOfWord, 1, Output.Words);
        _runRows = (_bandWords * Output.RowsOfWord) + around;
        // Rows are read eight lanes at a time, and with a stride of two sixteen bytes.
        _framePitch = (Output.Pitch * window.StrideWidth) + window.WindowWidth + 16;
        int bands = (Output.Words + _bandWords - 1) / _bandWords;
        _frameRows = (((bands * _bandWords * Output.RowsOfWord) + around) * window.StrideHeight) + _phases;
        _offsets = new int[sums.Groups.OffsetCount];
        foreach (WindowTap tap in sums.Groups.Taps)
            _offsets[tap.Slot] = Place(tap.Column, tap.Row, tap.Channel);
    }

    /// <summary>Layout of the planes.</summary>
    public PixelLayout Output { get; }

    /// <summary>Number of planes.</summary>
    public int Planes => _sums.Channels;

    private int RunBytes => _window.WindowWidth * _phases * _channels * _runRows * Output.Pitch;

    private int FrameBytes => ((_channels * _frameRows * _framePitch) + 63) & ~63;

    /// <inheritdoc/>
    public override int ScratchWords<TLanes>() =>
        (FrameBytes + _sums.TableBytes<TLanes>() + RunBytes) / sizeof(ulong);

    /// <inheritdoc/>
    public override void Fill<TLanes>(ReadOnlySpan<byte> image, PixelLayout layout, Span<ulong> planes, Span<ulong> scratch)
    {
        int stride = layout.Stride<TLanes>();
        if (image.Length < _channels * _window.Pixels || layout != Output || planes.Length < Planes * stride || scratch.Length < ScratchWords<TLanes>())
            throw new ArgumentException($"{image.Length} bytes do not give {Planes} planes of {Output} in {planes.Length} words.", nameof(image));
        Span<byte> bytes = MemoryMarshal.AsBytes(scratch);
        Span<byte> frame = bytes[..FrameBytes], table = bytes.Slice(frame.Length, _sums.TableBytes<TLanes>()), runs = bytes[(frame.Length + table.Length)..];
        Frame(image, frame);
        for (int word = 0; word < Output.Words; word += _bandWords)
        {
            LayRows(frame, word * Output.RowsOfWord, runs);
            int words = Math.Min(_bandWords, Output.Words - word);
            if (typeof(TLanes) == typeof(Lanes512))
                Sum<Shorts512>(runs, words, table, planes[word..], stride);
            else if (typeof(TLanes) == typeof(Lanes256))
                Sum<Shorts256>(runs, words, table, planes[word..], stride);
            else
                Sum<Shorts128>(runs, words, table, planes[word..], stride);
        }
    }

    private unsafe void Sum<TShorts>(Span<byte> runs, int words, Span<byte> table, Span<ulong> planes, int stride)
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        int pitch = Output.Pitch, across = Math.Min(pitch, TShorts.Pair), rows = words * Output.RowsOfWord, windows = _sums.Groups.Windows;
        fixed (byte* bytes = runs, sums = table)
        fixed (int* offsets = _offsets)
        fixed (ulong* output = planes)
        {
            for (int x = 0; x < pitch; x += across)
            {
                for (int y = 0, made = 0; y < rows; y += TShorts.Pair / across)
                {
                    int first = y * _window.StrideHeight;
                    for (made = Math.Max(made, first); made < first + windows; made++)
                        _sums.Make(bytes + Place(0, made, 0) + x, offsets, (TShorts*)sums, made % windows);
                    _sums.Fire(first % windows, (TShorts*)sums, (byte*)output + (((y * pitch) + x) / 8), sizeof(ulong) * stride);
                }
            }
        }
    }

    // Where the runs have the bytes of a column of the kernel from a row on, counted from the band's first.
    private int Place(int column, int row, int channel)
    {
        int run = (((column * _phases) + (row % _window.StrideHeight)) * _channels) + channel;
        return ((run * _runRows) + (row / _window.StrideHeight)) * Output.Pitch;
    }

    // The image with padding around it, as far as a position reads.
    private void Frame(ReadOnlySpan<byte> image, Span<byte> frame)
    {
        frame.Fill(_padding);
        int rows = Math.Min(_window.Height, _frameRows - _window.Top), columns = Math.Min(_window.Width, _framePitch - _window.Left);
        if (columns <= 0)
            return;
        for (int c = 0; c < _channels; c++)
        {
            for (int y = 0; y < rows; y++)
                image.Slice((c * _window.Pixels) + (y * _window.Width), columns).CopyTo(frame[((((c * _frameRows) + _window.Top + y) * _framePitch) + _window.Left)..]);
        }
    }

    // The rows under a band from a row of positions on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void LayRows(ReadOnlySpan<byte> frame, int first, Span<byte> runs)
    {
        int pitch = Output.Pitch, strideWidth = _window.StrideWidth;
        nint rowStep = (nint)_framePitch * _window.StrideHeight;
        fixed (byte* framed = frame, run = runs)
        {
            byte* to = run;
            for (int column = 0; column < _window.WindowWidth; column++)
            {
                for (int phase = 0; phase < _phases; phase++)
                {
                    for (int c = 0; c < _channels; c++)
                    {
                        byte* from = framed + (((c * _frameRows) + phase) * _framePitch) + (first * rowStep) + column;
                        for (byte* end = to + (_runRows * pitch); to < end; to += pitch, from += rowStep)
                            LayRow(from, to, pitch, strideWidth);
                    }
                }
            }
        }
    }

    // So many bytes, each a stride behind the one before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void LayRow(byte* from, byte* to, int count, int stride)
    {
        if (stride != 1)
        {
            for (int x = 0; x < count; x += 8)
                *(ulong*)(to + x) = Eight(from + (x * stride), stride);
        }
        else if (count == 8)
        {
            *(ulong*)to = *(ulong*)from;
        }
        else if (count == 16)
        {
            Vector128.Store(Vector128.Load(from), to);
        }
        else
        {
            for (int x = 0; x < count; x += 32)
                Vector256.Store(Vector256.Load(from + x), to + x);
        }
    }

    // Eight bytes, each a stride behind the one before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe ulong Eight(byte* from, int stride)
    {
        if (stride == 2)
        {
            Vector128<ushort> even = Vector128.Load((ushort*)from) & Vector128.Create((ushort)byte.MaxValue);
            return Vector128.Narrow(even, even).AsUInt64().ToScalar();
        }
        ulong bytes = 0;
        for (int i = 0; i < 8; i++)
            bytes |= (ulong)from[i * stride] << (8 * i);
        return bytes;
    }
}
