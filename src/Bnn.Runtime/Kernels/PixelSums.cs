namespace Bnn.Kernels;

/// <summary>Summed scores at the end of a <see cref="PixelNetwork"/>.</summary>
internal sealed class PixelSums(int channels, ulong[] signs, ulong[] masks, int[] biases, int scale, bool isEightBit)
{
    /// <summary>Scores from planes with a pixel in each lane.</summary>
    /// <param name="planes">A plane every <paramref name="stride"/> words; eight for each channel on an eight-bit input.</param>
    /// <param name="layout">Where the pixels are.</param>
    /// <param name="stride">Words from one plane to the next.</param>
    /// <param name="scores">Receives <c>[C]</c> scores.</param>
    public void Run(ReadOnlySpan<ulong> planes, PixelLayout layout, int stride, Span<int> scores)
    {
        const int OnStack = 1024;
        Span<int> ones = channels <= OnStack ? stackalloc int[channels] : new int[channels];
        for (int c = 0; c < channels; c++)
        {
            ones[c] = 0;
            for (int b = 0; b < (isEightBit ? 8 : 1); b++)
                ones[c] += PixelPlanes.Ones(planes[(((b * channels) + c) * stride)..], layout) << b;
        }
        LaneSums.Scores(ones, layout.Height * layout.Width * (isEightBit ? 255 : 1), signs, masks, biases, scale, scores);
    }
}
