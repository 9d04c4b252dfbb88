using System.ComponentModel;

namespace Bnn.Kernels;

/// <summary>A window over an image whose pixels are planes of their own, with a sample in each lane.</summary>
/// <param name="Height">Rows of the image.</param>
/// <param name="Width">Columns of the image.</param>
/// <param name="WindowHeight">Rows of the window.</param>
/// <param name="WindowWidth">Columns of the window.</param>
/// <param name="StrideHeight">Steps down.</param>
/// <param name="StrideWidth">Steps right.</param>
/// <param name="Top">Rows of padding above the image.</param>
/// <param name="Left">Columns of padding before it.</param>
/// <param name="OutputHeight">Rows of positions.</param>
/// <param name="OutputWidth">Columns of positions.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct SampleWindow(
    int Height, int Width, int WindowHeight, int WindowWidth, int StrideHeight, int StrideWidth, int Top, int Left, int OutputHeight, int OutputWidth)
{
    /// <summary>Rows times columns of the image.</summary>
    public int Pixels => Height * Width;

    /// <summary>Rows times columns of the window.</summary>
    public int Taps => WindowHeight * WindowWidth;

    /// <summary>Number of positions.</summary>
    public int Positions => OutputHeight * OutputWidth;

    /// <summary>The pixels under the window at a position, row by row.</summary>
    /// <param name="position">Output row · output columns + output column.</param>
    /// <param name="pixels">Receives <c>[Taps]</c> indices, −1 outside the image.</param>
    internal void PixelsAt(int position, Span<int> pixels)
    {
        int y = (position / OutputWidth * StrideHeight) - Top, x = (position % OutputWidth * StrideWidth) - Left;
        for (int row = y, tap = 0; row < y + WindowHeight; row++)
        {
            bool isRow = (uint)row < (uint)Height;
            for (int column = x; column < x + WindowWidth; column++, tap++)
                pixels[tap] = isRow && (uint)column < (uint)Width ? (row * Width) + column : -1;
        }
    }
}
