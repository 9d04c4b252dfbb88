using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Pooling of planes with a pixel in each lane: OR of each window, or AND for some channels. What lies outside the image is ignored.</summary>
/// <remarks>
/// Exact. Row by row: the rows of the window are combined, then its columns, then every stride-th column is kept; some 50 cycles for an output row.
/// Windows of 2x2 that do not overlap go word by word, several rows at once: two to 25 instructions for a word.
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
        if (_isHalving)
        {
            int done = and.IsEmpty ? WideHalving.Pool(Input, input, inputStride, channels, Output.Words, output, outputStride) : 0;
            if (done == channels)
                return;
            input = input[(done * inputStride)..];
            output = output[(done * outputStride)..];
            channels -= done;
            if (InputWindow.IsFast && Input.Pitch <= BitHalving.MostPitch)
                BitHalving.Pool(Input, input, inputStride, channels, and, Output.Words, output, outputStride);
            else
                LaneHalving.Pool(Input, input, inputStride, channels, and, Output.Words, output, outputStride);
            return;
        }
        for (int c = 0; c < channels; c++)
        {
            bool isAnd = !and.IsEmpty && (and[c >> 6] >> (c & 63) & 1) != 0;
            Pool(input.Slice(c * inputStride, Input.Words), isAnd, output.Slice(c * outputStride, Output.Words));
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
}
