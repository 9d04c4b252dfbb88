using System.ComponentModel;
using System.Runtime.InteropServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>How a pixel-major image is pooled: OR of the bits of each window, or AND of those of some channels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct PoolShape
{
    private readonly int _channels, _height, _width, _windowHeight, _windowWidth, _strideHeight, _strideWidth, _top, _left, _outputHeight, _outputWidth;

    /// <summary>A window over an image.</summary>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="windowHeight">Rows of the window.</param>
    /// <param name="windowWidth">Columns of the window.</param>
    /// <param name="strideHeight">Steps down.</param>
    /// <param name="strideWidth">Steps right.</param>
    /// <param name="top">How far the first windows reach above the image; less than the window.</param>
    /// <param name="left">How far they reach before it; less than the window.</param>
    /// <param name="outputHeight">Rows of windows.</param>
    /// <param name="outputWidth">Columns of windows.</param>
    public PoolShape(
        int channels, int height, int width, int windowHeight, int windowWidth, int strideHeight, int strideWidth, int top, int left, int outputHeight, int outputWidth)
    {
        (_channels, _height, _width) = (channels, height, width);
        (_windowHeight, _windowWidth, _strideHeight, _strideWidth) = (windowHeight, windowWidth, strideHeight, strideWidth);
        (_top, _left, _outputHeight, _outputWidth) = (top, left, outputHeight, outputWidth);
        ImageWords = BitStream.WordsFor(checked(channels * height * width));
        OutputWords = WeightMatrix.WordsFor(checked(channels * outputHeight * outputWidth));
    }

    /// <summary>Words of the image, with the readable word behind it.</summary>
    public int ImageWords { get; }

    /// <summary>Words of the result.</summary>
    public int OutputWords { get; }

    /// <summary>Pools every window.</summary>
    /// <param name="image"><c>[height, width, channels]</c> bits and a readable word.</param>
    /// <param name="and"><c>[⌈channels/64⌉]</c> words, 1 = AND; empty: all OR. Tail bits 0.</param>
    /// <param name="output">Receives <c>[output height, output width, channels]</c> bits; tail bits 0.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Pool(ReadOnlySpan<ulong> image, ReadOnlySpan<ulong> and, Span<ulong> output)
    {
        if (image.Length < ImageWords || output.Length < OutputWords || (!and.IsEmpty && and.Length < WeightMatrix.WordsFor(_channels)))
            ThrowLength(image.Length, and.Length, output.Length);
        ref ulong words = ref MemoryMarshal.GetReference(image);
        var writer = new BitWriter(output);
        for (int row = 0; row < _outputHeight; row++)
        {
            int top = Math.Max(0, (row * _strideHeight) - _top);
            int bottom = Math.Min(_height, (row * _strideHeight) - _top + _windowHeight);
            for (int column = 0; column < _outputWidth; column++)
            {
                int left = Math.Max(0, (column * _strideWidth) - _left);
                int right = Math.Min(_width, (column * _strideWidth) - _left + _windowWidth);
                for (int channel = 0; channel < _channels; channel += 64)
                {
                    // AND is OR of the opposite bits.
                    ulong flip = and.IsEmpty ? 0 : and[channel >> 6];
                    ulong any = 0;
                    for (int y = top; y < bottom; y++)
                    {
                        int bit = (((y * _width) + left) * _channels) + channel;
                        for (int x = left; x < right; x++, bit += _channels)
                            any |= BitStream.Read(in words, bit) ^ flip;
                    }
                    int count = Math.Min(64, _channels - channel);
                    writer.Write((any ^ flip) & BitStream.Low(count), count);
                }
            }
        }
        writer.Flush();
    }

    private void ThrowLength(int image, int and, int output) => throw new ArgumentException(
        $"An image of {image} words (needed: {ImageWords}) and {and} words of AND channels do not pool into {output} words (needed: {OutputWords}).");
}
