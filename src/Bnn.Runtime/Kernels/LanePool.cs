using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Pooling of planes with a pixel in each lane: OR of each window, or AND for some channels. What lies outside the image is ignored.</summary>
/// <remarks>
/// Exact. Row by row: the rows of the window are combined, then its columns, then every stride-th column is kept; some 50 cycles for an output row.
/// Windows of 2x2 that do not overlap go word by word, several rows at once: some 25 instructions for a word.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class LanePool
{
    private readonly bool _isHalving;
    private readonly int _windowHeight, _windowWidth, _strideHeight, _strideWidth, _top, _left;

    /// <summary>A window over an image.</summary>
    /// <param name="input">Layout of the image.</param>
    /// <param name="windowHeight">Rows of the window.</param>
    /// <param name="windowWidth">Columns of the window.</param>
    /// <param name="strideHeight">Steps down.</param>
    /// <param name="strideWidth">Steps right.</param>
    /// <param name="top">How far the first windows reach above the image; less than the window.</param>
    /// <param name="left">How far they reach before it; less than the window.</param>
    /// <param name="outputHeight">Rows of windows.</param>
    /// <param name="outputWidth">Columns of windows; the last window begins at column 63 of the padded image at most.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are too many columns.</exception>
    public LanePool(
        PixelLayout input, int windowHeight, int windowWidth, int strideHeight, int strideWidth, int top, int left, int outputHeight, int outputWidth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((outputWidth - 1) * strideWidth, PixelLayout.MostWidth - 1, nameof(outputWidth));
        Input = input;
        _isHalving = (windowHeight, windowWidth, strideHeight, strideWidth, top, left) == (2, 2, 2, 2, 0, 0)
            && 2 * outputHeight <= input.Height && 2 * outputWidth <= input.Width;
        Output = new PixelLayout(outputHeight, outputWidth);
        if (_isHalving)
            Output = Output.WithPitch(Math.Max(8, input.Pitch / 2));
        (_windowHeight, _windowWidth, _strideHeight, _strideWidth, _top, _left) = (windowHeight, windowWidth, strideHeight, strideWidth, top, left);
    }

    /// <summary>Layout of the image.</summary>
    public PixelLayout Input { get; }

    /// <summary>Layout of the result; its pitch is not always the least one.</summary>
    public PixelLayout Output { get; }

    /// <summary>Pools every channel.</summary>
    /// <param name="input">A plane every <paramref name="inputStride"/> words.</param>
    /// <param name="inputStride">Words from one input plane to the next.</param>
    /// <param name="channels">Number of planes.</param>
    /// <param name="and"><c>[⌈channels/64⌉]</c> words, 1 = AND; empty: all OR.</param>
    /// <param name="output">Receives a plane every <paramref name="outputStride"/> words.</param>
    /// <param name="outputStride">Words from one output plane to the next.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Run(ReadOnlySpan<ulong> input, int inputStride, int channels, ReadOnlySpan<ulong> and, Span<ulong> output, int outputStride)
    {
        if (channels < 1 || inputStride < Input.Words || input.Length < ((long)(channels - 1) * inputStride) + Input.Words
            || outputStride < Output.Words || output.Length < ((long)(channels - 1) * outputStride) + Output.Words
            || (!and.IsEmpty && and.Length < Model.WeightMatrix.WordsFor(channels)))
            throw new ArgumentException($"{channels} planes do not fit into {input.Length} and {output.Length} words.");
        for (int c = 0; c < channels; c++)
        {
            bool isAnd = !and.IsEmpty && (and[c >> 6] >> (c & 63) & 1) != 0;
            ReadOnlySpan<ulong> from = input.Slice(c * inputStride, Input.Words);
            Span<ulong> to = output.Slice(c * outputStride, Output.Words);
            if (_isHalving)
                Halve(from, isAnd ? ulong.MaxValue : 0, to);
            else
                Pool(from, isAnd, to);
        }
    }

    // AND is OR of the opposite bits. Rows and columns outside the image give no ones.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pool(ReadOnlySpan<ulong> input, bool isAnd, Span<ulong> output)
    {
        PixelLayout from = Input, to = Output;
        ref ulong plane = ref MemoryMarshal.GetReference(input);
        ulong flip = isAnd ? from.RowMask : 0, flipOutput = isAnd ? to.RowMask : 0;
        output.Clear();
        for (int y = 0; y < to.Height; y++)
        {
            int top = Math.Max(0, (y * _strideHeight) - _top), bottom = Math.Min(from.Height, (y * _strideHeight) - _top + _windowHeight);
            ulong rows = 0;
            for (int row = top; row < bottom; row++)
                rows |= from.Row(ref plane, row) ^ flip;
            ulong windows = 0;
            for (int shift = Math.Max(-63, -_left); shift < Math.Min(64, _windowWidth - _left); shift++)
                windows |= shift >= 0 ? rows >> shift : rows << -shift;
            to.OrRow(ref MemoryMarshal.GetReference(output), y, (RowBits.Every(windows, _strideWidth) & to.RowMask) ^ flipOutput);
        }
    }

    // A word of rows becomes a quarter of a word (half of one at the least pitch): pairs of rows, then pairs of columns, then the even columns of
    // the even rows side by side. AND is OR of the opposite bits. Windows do not reach beyond the image, so nothing has to be masked.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Halve(ReadOnlySpan<ulong> input, ulong flip, Span<ulong> output)
    {
        int to = 0, used = 0, pitch = Input.Pitch, bits = pitch == 8 ? 32 : pitch == 64 ? 32 : 16;
        ulong word = 0;
        for (int i = 0; i < input.Length && to < output.Length; i++)
        {
            ulong x = input[i] ^ flip;
            if (pitch == 64)
                x |= ++i < input.Length ? input[i] ^ flip : 0;
            else
                x |= x >> pitch;
            x |= x >> 1;
            x = pitch switch
            {
                8 => Halves8(x),
                16 => Halves16(x),
                32 => RowBits.Every(x & uint.MaxValue, 2),
                _ => RowBits.Every(x, 2),
            };
            word |= x << used;
            used += bits;
            if (used < 64)
                continue;
            output[to++] = word ^ flip;
            (word, used) = (0, 0);
        }
        if (to < output.Length)
            output[to] = word ^ flip;
    }

    // Rows at 0, 16, 32, 48, of which the even ones of the eight columns go to rows at 0, 8, 16, 24.
    private static ulong Halves8(ulong x)
    {
        x &= 0x0055005500550055;
        x = (x | x >> 1) & 0x0033003300330033;
        x = (x | x >> 2) & 0x000F000F000F000F;
        x = (x | x >> 8) & 0x00000F0F00000F0F;
        return (x | x >> 16) & 0x000000000F0F0F0F;
    }

    // Rows at 0 and 32, of which the even ones of the sixteen columns go to rows at 0 and 8.
    private static ulong Halves16(ulong x)
    {
        x &= 0x0000555500005555;
        x = (x | x >> 1) & 0x0000333300003333;
        x = (x | x >> 2) & 0x00000F0F00000F0F;
        x = (x | x >> 4) & 0x000000FF000000FF;
        return (x | x >> 24) & 0x000000000000FFFF;
    }
}
