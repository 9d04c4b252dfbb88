using System.ComponentModel;
using System.Runtime.InteropServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>How the bits under a convolution's kernel are gathered from a pixel-major image; see docs/decisions/0006-images-pixel-major.md.</summary>
/// <remarks>A patch holds K bits: index (kernel row · kernel columns + kernel column) · channels of the group + channel in the group.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct PatchShape
{
    private readonly int _channels, _height, _width, _kernelHeight, _kernelWidth, _strideHeight, _strideWidth, _top, _left, _groupChannels;
    private readonly ulong _paddingBit;

    /// <summary>A window over an image.</summary>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="kernelHeight">Rows of the window.</param>
    /// <param name="kernelWidth">Columns of the window.</param>
    /// <param name="strideHeight">Steps down.</param>
    /// <param name="strideWidth">Steps right.</param>
    /// <param name="top">Rows of padding above the image.</param>
    /// <param name="left">Columns of padding before it.</param>
    /// <param name="paddingBit">The bit outside the image, on every side.</param>
    /// <param name="groups">Divides the channels.</param>
    public PatchShape(
        int channels, int height, int width, int kernelHeight, int kernelWidth, int strideHeight, int strideWidth, int top, int left, bool paddingBit, int groups = 1)
    {
        (_channels, _height, _width) = (channels, height, width);
        (_kernelHeight, _kernelWidth, _strideHeight, _strideWidth) = (kernelHeight, kernelWidth, strideHeight, strideWidth);
        (_top, _left, _groupChannels) = (top, left, channels / groups);
        _paddingBit = paddingBit ? 1UL : 0;
        Words = WeightMatrix.WordsFor(checked(_groupChannels * kernelHeight * kernelWidth));
        ImageWords = BitStream.WordsFor(checked(channels * height * width));
    }

    /// <summary>Words of a patch, ⌈K/64⌉.</summary>
    public int Words { get; }

    /// <summary>Words of the image, with the readable word behind it.</summary>
    public int ImageWords { get; }

    /// <summary>Gathers the bits under the kernel at an output position.</summary>
    /// <param name="image"><c>[height, width, channels]</c> bits and a readable word.</param>
    /// <param name="row">Output row.</param>
    /// <param name="column">Output column.</param>
    /// <param name="group">Group of channels, in [0, groups).</param>
    /// <param name="patch">Receives <see cref="Words"/> words; tail bits 0.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Gather(ReadOnlySpan<ulong> image, int row, int column, int group, Span<ulong> patch)
    {
        if (image.Length < ImageWords || patch.Length < Words || (uint)group * (uint)_groupChannels >= (uint)_channels)
            ThrowLength(image.Length, patch.Length);
        int y = (row * _strideHeight) - _top;
        int x = (column * _strideWidth) - _left;
        bool isInside = y >= 0 && y <= _height - _kernelHeight && x >= 0 && x <= _width - _kernelWidth;
        if (isInside && _groupChannels == _channels)
            GatherRows(ref MemoryMarshal.GetReference(image), y, x, patch);
        else
            GatherClipped(ref MemoryMarshal.GetReference(image), y, x, group, patch);
    }

    // Everything inside the image, all channels: a run of bits for each row of the kernel.
    private void GatherRows(ref ulong image, int y, int x, Span<ulong> patch)
    {
        var writer = new BitWriter(patch);
        int run = _kernelWidth * _channels;
        int rowStep = _width * _channels;
        int bit = ((y * _width) + x) * _channels;
        if (run >= 64)
        {
            for (int i = _kernelHeight; i > 0; i--, bit += rowStep)
                writer.Copy(in image, bit, run);
        }
        else
        {
            ulong mask = BitStream.Low(run);
            for (int i = _kernelHeight; i > 0; i--, bit += rowStep)
                writer.Write(BitStream.Read(in image, bit) & mask, run);
        }
        writer.Flush();
    }

    private void GatherClipped(ref ulong image, int y, int x, int group, Span<ulong> patch)
    {
        // Of each row of the kernel: how many columns lie before the image, and how many inside.
        int before = Math.Clamp(-x, 0, _kernelWidth);
        int inside = Math.Clamp(_width - x, before, _kernelWidth) - before;
        var writer = new BitWriter(patch);
        for (int i = 0; i < _kernelHeight; i++)
        {
            if ((uint)(y + i) >= (uint)_height)
            {
                writer.Fill(_paddingBit, _kernelWidth * _groupChannels);
                continue;
            }
            writer.Fill(_paddingBit, before * _groupChannels);
            int bit = ((((y + i) * _width) + x + before) * _channels) + (group * _groupChannels);
            int run = _groupChannels == _channels ? inside * _channels : _groupChannels;
            for (int left = inside * _groupChannels; left > 0; left -= run, bit += _channels)
                writer.Copy(in image, bit, run);
            writer.Fill(_paddingBit, (_kernelWidth - before - inside) * _groupChannels);
        }
        writer.Flush();
    }

    private void ThrowLength(int image, int patch) =>
        throw new ArgumentException($"Of an image of {image} words (needed: {ImageWords}) no such group goes into a patch of {patch} words (needed: {Words}).");
}
