using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Training;

/// <summary>The forward pass of a convolution on packed signs: the sums of <see cref="ConvolutionTile"/>, many times as fast.</summary>
/// <remarks>
/// A bit is 1 where a value or weight is below 0. The channels of a pixel take 8, 16, 32 or whole words of 64 bits, pixels stand in padded rows, and a row of
/// the kernel is one run of neighbouring pixels: it is read where it stands, in words of which the last one may reach too far and is masked.
/// </remarks>
internal sealed unsafe class SignConvolution
{
    private readonly LatentLayer _layer;
    private readonly ConvolutionWord _word;
    private readonly Shape _input, _output;
    private readonly int _pitch;                    // floats from a row of outputs to the next
    private readonly int _pixel, _row;              // bytes of a pixel and of a padded row
    private readonly int _wordsOfRow;               // of the kernel
    private readonly int[] _offsets;                // [words] bytes
    private readonly ulong[] _masks;                // [words]
    private readonly int[] _places;                 // [positions] byte of each input pixel
    private readonly ulong[] _weights;              // [blocks][words][16]
    private readonly ulong[]? _live;                // the same shape: weights that are not pruned; null: all
    private readonly int[] _all;                    // [blocks · 16] live weights of each channel
    private readonly ulong[][] _signs;              // per worker: [input channels][SignWords]
    private readonly byte[][] _pixels;              // per worker
    private readonly FloatBuffer[] _dots;           // per worker: [16][16]

    /// <param name="layout">Its outputs are numbered the same.</param>
    /// <param name="layer">Latent weights.</param>
    /// <param name="batch">For the number of workers.</param>
    public SignConvolution(ConvolutionLayout layout, LatentLayer layer, Batch batch)
    {
        LayerGeometry geometry = layer.Geometry;
        (_layer, _word, _input, _output, _pitch) = (layer, geometry.Convolution!, geometry.Input, geometry.Output, layout.Pitch);
        int channels = _input.Channels;
        _pixel = channels <= 8 ? 1 : channels <= 16 ? 2 : channels <= 32 ? 4 : (channels + 63) / 64 * 8;
        Padding padding = _word.Amounts;
        _row = (padding.Left + _input.Width + padding.Right) * _pixel;
        _wordsOfRow = ((_word.Kernel.Width * _pixel) + 7) / 8;
        int words = _word.Kernel.Height * _wordsOfRow, bytesOfRow = _word.Kernel.Width * _pixel;
        _offsets = [.. Enumerable.Range(0, words).Select(w => (w / _wordsOfRow * _row) + (w % _wordsOfRow * 8))];
        _masks = [.. Enumerable.Range(0, words).Select(w => ulong.MaxValue >> (64 - (8 * Math.Min(8, bytesOfRow - (w % _wordsOfRow * 8)))))];
        _places = [.. Enumerable.Range(0, _input.Height * _input.Width)
            .Select(i => (((i / _input.Width) + padding.Top) * _row) + (((i % _input.Width) + padding.Left) * _pixel))];
        Blocks = (layer.Channels + SignCounts.Channels - 1) / SignCounts.Channels;
        _weights = GC.AllocateArray<ulong>(Blocks * words * SignCounts.Channels, pinned: true);
        _live = layer.Mask is null ? null : GC.AllocateArray<ulong>(_weights.Length, pinned: true);
        _all = GC.AllocateArray<int>(Blocks * SignCounts.Channels, pinned: true);
        Array.Fill(_all, layer.Inputs);
        int bytes = checked((_input.Height + padding.Top + padding.Bottom) * _row);
        _signs = Enumerable.Range(0, batch.Pool.Threads).Select(_ => GC.AllocateArray<ulong>(channels * SignWords, pinned: true)).ToArray();
        _pixels = Enumerable.Range(0, batch.Pool.Threads).Select(_ => Padded(bytes)).ToArray();
        _dots = batch.PerWorker(SignCounts.Channels * Transposition.Block);
    }

    /// <summary>
    /// Whether the values of a layer are signs, all channels see all of them, and counting is the faster way: on 256-bit vectors not for a word or two.
    /// </summary>
    public static bool Suits(LatentLayer layer, bool isEightBit) =>
        !isEightBit && layer.Geometry.Convolution!.Groups == 1 && (Vector512.IsHardwareAccelerated || layer.Inputs > 128);

    /// <summary>Blocks of 16 output channels: tasks of <see cref="Pack"/>.</summary>
    public int Blocks { get; }

    /// <summary>Words that the signs of a channel take.</summary>
    public int SignWords => (_places.Length + 63) / 64;

    /// <summary>Packs the signs of a block of channels.</summary>
    public void Pack(int block, int worker)
    {
        int first = block * SignCounts.Channels, count = Math.Min(SignCounts.Channels, _layer.Channels - first);
        PackBits(_layer.Weights.Values.Pointer + first, block, count, _weights, isLive: false);
        if (_live is null)
            return;
        PackBits(_layer.Mask!.Live.Pointer + first, block, count, _live, isLive: true);
        Span<int> all = _all.AsSpan(first, SignCounts.Channels);
        all.Clear();
        for (int w = 0; w < _offsets.Length; w++)
        {
            for (int c = 0; c < SignCounts.Channels; c++)
                all[c] += BitOperations.PopCount(_live[(((block * _offsets.Length) + w) * SignCounts.Channels) + c]);
        }
    }

    // A bit is 1 where a weight lives, or where a latent weight is below 0.
    private void PackBits(float* items, int block, int count, ulong[] result, bool isLive)
    {
        int words = _offsets.Length, kernel = _word.Kernel.Height * _word.Kernel.Width;
        Span<ulong> to = result.AsSpan(block * words * SignCounts.Channels, words * SignCounts.Channels);
        to.Clear();
        for (int k = 0; k < _layer.Inputs; k++, items += _layer.Stride)
        {
            int tap = k % kernel;
            int bit = (tap % _word.Kernel.Width * _pixel * 8) + (k / kernel);
            Span<ulong> word = to.Slice(((tap / _word.Kernel.Width * _wordsOfRow) + (bit / 64)) * SignCounts.Channels, SignCounts.Channels);
            for (int c = 0; c < count; c++)
                word[c] |= (isLive ? items[c] != 0 : items[c] < 0) ? 1UL << bit : 0;
        }
    }

    /// <summary>Where a worker writes the signs of a sample, <c>[channels][SignWords]</c>: a bit is 1 where the value at its position is below 0; tail bits 0.</summary>
    public ulong* Signs(int worker) => (ulong*)Unsafe.AsPointer(ref _signs[worker][0]);

    /// <summary>Writes the signs of a sample from its values, <c>[channels][positions]</c>.</summary>
    public void WriteSigns(float* values, int worker)
    {
        ulong* signs = Signs(worker);
        for (int c = 0; c < _input.Channels; c++, values += _places.Length)
        {
            for (int first = 0; first < _places.Length; first += 64)
            {
                int count = Math.Min(64, _places.Length - first), i = 0;
                ulong bits = 0;
                for (; i + 16 <= count; i += 16)
                    bits |= Vector512.LessThan(Vector512.Load(values + first + i), Vector512<float>.Zero).ExtractMostSignificantBits() << i;
                for (; i < count; i++)
                    bits |= values[first + i] < 0 ? 1UL << i : 0;
                *signs++ = bits;
            }
        }
    }

    /// <summary>Packs the signs of a sample that are written now.</summary>
    /// <param name="worker">Who wrote them, and calls <see cref="Run"/> next.</param>
    public void Take(int worker)
    {
        ulong* signs = Signs(worker);
        int positions = _places.Length;
        Span<ulong> rows = stackalloc ulong[LaneTranspose.Rows];
        fixed (byte* pixels = _pixels[worker])
        {
            for (int channel = 0; channel < _input.Channels; channel += 64)
            {
                int count = Math.Min(64, _input.Channels - channel);
                for (int position = 0; position < positions; position += 64)
                {
                    int width = Math.Min(64, positions - position);
                    for (int c = 0; c < count; c++)
                        rows[c] = signs[((channel + c) * SignWords) + (position / 64)];
                    rows[count..].Clear();
                    LaneTranspose.Run(ref Unsafe.As<ulong, Lanes64>(ref rows[0]));
                    for (int i = 0; i < width; i++)
                        Store(pixels + _places[position + i] + (channel / 8), rows[i]);
                }
            }
        }
    }

    /// <summary>Sums of a block of channels of the sample that was taken.</summary>
    /// <param name="block">The block.</param>
    /// <param name="outputs">Receives <c>[16][stride]</c>, rows of outputs a pitch apart; up to 15 floats behind a row may be overwritten.</param>
    /// <param name="stride">Floats from channel to channel.</param>
    /// <param name="worker">Who took it.</param>
    public void Run(int block, float* outputs, int stride, int worker)
    {
        int step = _word.Stride.Width * _pixel;
        float* dots = _dots[worker].Pointer;
        fixed (byte* pixels = _pixels[worker])
        fixed (int* offsets = _offsets)
        fixed (ulong* masks = _masks, weights = &_weights[block * _offsets.Length * SignCounts.Channels])
        fixed (ulong* live = _live is null ? null : _live.AsSpan(block * _offsets.Length * SignCounts.Channels))
        fixed (int* all = &_all[block * SignCounts.Channels])
        {
            for (int row = 0; row < _output.Height; row++)
            {
                byte* values = pixels + (row * _word.Stride.Height * _row);
                for (int column = 0; column < _output.Width; column += Transposition.Block, values += Transposition.Block * step)
                {
                    int count = Math.Min(Transposition.Block, _output.Width - column);
                    if (live is null)
                        SignCounts.Run(count, step, _offsets.Length, values, offsets, new WordMasks(masks), weights, all, dots);
                    else
                        SignCounts.Run(count, step, _offsets.Length, values, offsets, new ChannelMasks(live), weights, all, dots);
                    Transposition.Square(dots, SignCounts.Channels, Transposition.Block, outputs + (row * _pitch) + column, stride);
                }
            }
        }
    }

    // Rows of padding, and a word behind the last pixel that whole words may touch.
    private byte[] Padded(int bytes)
    {
        byte[] pixels = GC.AllocateArray<byte>(bytes + 8, pinned: true);
        if (_word.PaddingBit)
            return pixels;
        Span<byte> pixel = new byte[_pixel];
        for (int c = 0; c < _input.Channels; c++)
            pixel[c / 8] |= (byte)(1 << (c % 8));
        for (int at = 0; at < bytes; at += _pixel)
            pixel.CopyTo(pixels.AsSpan(at));
        return pixels;
    }

    private void Store(byte* pixel, ulong bits)
    {
        switch (_pixel)
        {
            case 1:
                *pixel = (byte)bits;
                break;
            case 2:
                *(ushort*)pixel = (ushort)bits;
                break;
            case 4:
                *(uint*)pixel = (uint)bits;
                break;
            default:
                *(ulong*)pixel = bits;
                break;
        }
    }
}
