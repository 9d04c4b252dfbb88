using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>A convolution of a batch of byte images with a sample in each lane, by <see cref="TapSums"/>.</summary>
/// <remarks>
/// Exact. Bytes are transposed once, so that those of one value of as many samples as a pair of registers has lanes lie side by side, block by block of such samples; a tap is then one load.
/// Immutable; allocates nothing when it runs.
/// </remarks>
internal sealed class SampleByteConvolution : SampleSource
{
    private readonly TapSums _sums;
    private readonly SampleWindow _window;
    private readonly int _channels;
    private readonly byte _padding;

    /// <param name="window">Image, kernel, stride and padding.</param>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="paddingBit">Whether bytes outside the image are 255; else 0.</param>
    /// <param name="sums">Of all taps of all channels, by columns of the kernel.</param>
    public SampleByteConvolution(SampleWindow window, int channels, bool paddingBit, TapSums sums)
    {
        if (sums.Groups.Inputs != channels * window.Taps || !sums.Groups.IsAcross)
            throw new ArgumentException($"{sums.Groups.Inputs} inputs are not {channels} channels under {window.Taps} taps, by columns.", nameof(sums));
        (_window, _channels, _padding, _sums) = (window, channels, paddingBit ? byte.MaxValue : (byte)0, sums);
    }

    /// <inheritdoc/>
    public override int End => checked(_sums.Channels * _window.Positions);

    private int Values => _channels * _window.Pixels;

    // Registers of a channel. One more, lest those of all channels push one another out of the cache.
    private int FiredStride => Math.Min(TapGroups.Together, _window.OutputWidth) + 1;

    /// <inheritdoc/>
    public override int ScratchWords<TLanes>() =>
        checked(((_sums.TableBytes<TLanes>() + ((Values + 8) * 64 * TLanes.Words)) / sizeof(ulong)) + (_sums.Channels * FiredStride * TLanes.Words) + LaneBuffer.AlignmentWords);

    /// <inheritdoc/>
    public override void Pack<TLanes>(ReadOnlySpan<byte> images, int imageLength, Span<ulong> planes, Span<ulong> scratch)
    {
        if (images.Length < Values || imageLength < Values || images.Length % imageLength != 0 || images.Length / imageLength > 64 * TLanes.Words
            || planes.Length < End * TLanes.Words || scratch.Length < ScratchWords<TLanes>())
        {
            throw new ArgumentException($"{images.Length} bytes do not give {End} planes in {planes.Length} words by {scratch.Length}.", nameof(images));
        }
        scratch = LaneBuffer.Align(scratch);
        if (typeof(TLanes) == typeof(Lanes512))
            Run<Lanes512, Lanes512, Shorts512>(images, imageLength, planes, scratch);
        else if (typeof(TLanes) == typeof(Lanes256))
            Run<Lanes256, Lanes256, Shorts256>(images, imageLength, planes, scratch);
        else if (typeof(TLanes) == typeof(Lanes128))
            Run<Lanes128, Lanes128, Shorts128>(images, imageLength, planes, scratch);
        else
            Run<Lanes64, Lanes128, Shorts128>(images, imageLength, planes, scratch);
    }

    // A pair of numbers has as many lanes as a register of TBlock has bytes.
    private unsafe void Run<TLanes, TBlock, TShorts>(ReadOnlySpan<byte> images, int imageLength, Span<ulong> planes, Span<ulong> scratch)
        where TLanes : unmanaged, ILanes<TLanes>
        where TBlock : unmanaged, ILanes<TBlock>
        where TShorts : unmanaged, IShortLanes<TShorts>
    {
        // Values are transposed eight at a time; behind them lies the padding.
        int lanes = 64 * TLanes.Words, pair = TShorts.Pair, wholes = (Values + 7) & ~7, blockBytes = (wholes + 1) * pair;
        int windows = _sums.Groups.Windows, offsetCount = _sums.Groups.OffsetCount, step = _window.StrideWidth;
        int* offsets = stackalloc int[((Math.Min(step, windows) * TapGroups.Together) + windows) * offsetCount];
        fixed (ulong* memory = scratch)
        fixed (ulong* output = planes)
        {
            TShorts* table = (TShorts*)memory;
            TLanes* fired = (TLanes*)(memory + (_sums.TableBytes<TLanes>() / sizeof(ulong)));
            byte* bytes = (byte*)(fired + (_sums.Channels * FiredStride));
            for (int block = 0; block < lanes / pair; block++)
            {
                byte* to = bytes + (block * blockBytes);
                Transpose<TBlock>(images, imageLength, block * pair, to);
                new Span<byte>(to + (wholes * pair), pair).Fill(_padding);
            }
            for (int position = 0, count; position < _window.Positions; position += count)
            {
                int y = position / _window.OutputWidth, x = position % _window.OutputWidth;
                count = Math.Min(TapGroups.Together, _window.OutputWidth - x);
                int* offset = offsets;
                for (int i = 0, made = 0; i < count; i++)
                {
                    int first = (x + i) * step;
                    for (made = Math.Max(made, first); made < first + windows; made++, offset += offsetCount)
                        Offsets(y, made, wholes, pair, offset);
                }
                for (int block = 0; block < lanes / pair; block++)
                {
                    offset = offsets;
                    for (int i = 0, made = 0; i < count; i++)
                    {
                        int first = (x + i) * step;
                        for (made = Math.Max(made, first); made < first + windows; made++, offset += offsetCount)
                            _sums.Make(bytes + (block * blockBytes), offset, table, made % windows);
                        _sums.Fire(first % windows, table, (byte*)(fired + i) + (block * pair / 8), sizeof(TLanes) * FiredStride);
                    }
                }
                // Planes of the channels lie far apart, often at a power of two, and would push one another out of the cache block by block.
                TLanes* from = fired, plane = (TLanes*)output + position;
                for (int c = 0; c < _sums.Channels; c++, from += FiredStride, plane += _window.Positions)
                    new ReadOnlySpan<TLanes>(from, count).CopyTo(new(plane, count));
            }
        }
    }

    // Of the taps of a window, in bytes; a window's column is counted from the first one under the padded image.
    private unsafe void Offsets(int y, int window, int padding, int pair, int* offsets)
    {
        new Span<int>(offsets, _sums.Groups.OffsetCount).Clear();
        foreach (WindowTap tap in _sums.Groups.Taps)
        {
            int row = (y * _window.StrideHeight) - _window.Top + tap.Row, column = window - _window.Left + tap.Column;
            bool isInside = (uint)row < (uint)_window.Height && (uint)column < (uint)_window.Width;
            offsets[tap.Slot] = (isInside ? (tap.Channel * _window.Pixels) + (row * _window.Width) + column : padding) * pair;
        }
    }

    // The bytes of a block of samples, value by value. Word i of register r is eight bytes of sample 8 · i + r, and then, of value r, those of the samples from 8 · i on. Some
    // registers are put in place before the first are transposed: one that is loaded right behind the stores of its words waits for them.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Transpose<TBlock>(ReadOnlySpan<byte> images, int imageLength, int first, byte* to)
        where TBlock : unmanaged, ILanes<TBlock>
    {
        const int Together = 8;
        int samples = images.Length / imageLength, values = Values, count = 8 * TBlock.Words;
        ulong* words = stackalloc ulong[(Together * count) + LaneBuffer.AlignmentWords];
        words = (ulong*)(((nint)words + 63) & ~63);
        fixed (byte* bytes = images)
        {
            for (int done = 0; done < values; done += 8 * Together)
            {
                int groups = Math.Min(Together, (values - done + 7) / 8);
                for (int s = 0; s < count; s++)
                {
                    byte* from = bytes + ((long)Math.Min(first + s, samples - 1) * imageLength) + done;
                    ulong* word = words + (s % 8 * TBlock.Words) + (s / 8);
                    for (int g = 0; g < groups; g++, from += 8, word += count)
                        *word = values - done - (8 * g) >= 8 ? *(ulong*)from : Last(from, values - done - (8 * g));
                }
                for (int g = 0; g < groups; g++)
                    LaneTranspose.Bytes(ref *(TBlock*)(words + (g * count)));
                new Span<byte>(words, groups * 8 * count).CopyTo(new(to + (done * count), groups * 8 * count));
            }
        }
    }

    // Fewer than eight bytes.
    private static unsafe ulong Last(byte* bytes, int count)
    {
        ulong word = 0;
        for (int i = 0; i < count; i++)
            word |= (ulong)bytes[i] << (8 * i);
        return word;
    }
}
