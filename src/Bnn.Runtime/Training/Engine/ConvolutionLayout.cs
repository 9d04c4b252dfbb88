using Bnn.Model;

namespace Bnn.Training;

/// <summary>Where values and gradients of a convolution lie in memory, so that each tap of the kernel is one constant offset and nothing is copied per tap.</summary>
/// <remarks>
/// Values stand in padded planes. A stride s parts them into s·s phases: row y of the padded image is row y / s of phase y mod s, so that within a
/// phase neighbouring outputs see neighbouring values. Outputs are numbered q = row · <see cref="Pitch"/> + column; columns beyond the output's width
/// are computed and thrown away. Gradients by the outputs stand in planes of the same pitch with zeros around them, so the gradient by the values
/// is a convolution of the same form, phase by phase.
/// </remarks>
internal sealed class ConvolutionLayout
{
    private const int Slack = 64;   // floats behind a buffer that whole vectors may touch

    public ConvolutionLayout(LayerGeometry geometry)
    {
        ConvolutionWord word = geometry.Convolution!;
        (Geometry, Padding) = (geometry, word.Amounts);
        (int strideHeight, int strideWidth) = (word.Stride.Height, word.Stride.Width);
        (ChannelsOfGroup, InputsOfGroup) = (geometry.Channels / word.Groups, geometry.Input.Channels / word.Groups);
        Phases = Enumerable.Range(0, strideHeight * strideWidth)
            .Select(i => new ConvolutionPhase(geometry, i / strideWidth, i % strideWidth)).Where(phase => phase.IsRead).ToArray();
        GradientTop = Phases.Max(phase => Math.Max(0, phase.Taps.Max(tap => tap.Row) - phase.FirstRow));
        GradientLeft = Phases.Max(phase => Math.Max(0, phase.Taps.Max(tap => tap.Column) - phase.FirstColumn));
        int paddedHeight = geometry.Input.Height + Padding.Top + Padding.Bottom, paddedWidth = geometry.Input.Width + Padding.Left + Padding.Right;
        Pitch = Math.Max(
            (paddedWidth + strideWidth - 1) / strideWidth,
            GradientLeft + Math.Max(geometry.Output.Width, Phases.Max(phase => phase.FirstColumn + phase.Columns)));
        PlaneSize = (paddedHeight + strideHeight - 1) / strideHeight * Pitch;
        OutputLength = ((geometry.Output.Height - 1) * Pitch) + geometry.Output.Width;
        // A plane ends in zeros as far as whole vectors of outputs reach.
        GradientPlaneSize = Math.Max(
            (GradientTop + Math.Max(geometry.Output.Height, Phases.Max(phase => phase.FirstRow + phase.Rows))) * Pitch,
            GradientOrigin + ((OutputLength + 7) / 8 * 8));
        SampleLength = (strideHeight * strideWidth * geometry.Input.Channels * PlaneSize) + Slack;
        GradientLength = (geometry.Channels * GradientPlaneSize) + Slack;
        Taps = new int[geometry.Inputs];
        for (int k = 0; k < Taps.Length; k++)
        {
            int column = k % word.Kernel.Width, row = k / word.Kernel.Width % word.Kernel.Height, channel = k / (word.Kernel.Width * word.Kernel.Height);
            int phase = ((row % strideHeight) * strideWidth) + (column % strideWidth);
            Taps[k] = (((phase * geometry.Input.Channels) + channel) * PlaneSize) + (row / strideHeight * Pitch) + (column / strideWidth);
        }
    }

    public LayerGeometry Geometry { get; }

    public Padding Padding { get; }

    /// <summary>Whether there is one phase: the stride is 1.</summary>
    public bool IsSingle => Geometry.Convolution!.Stride is { Height: 1, Width: 1 };

    /// <summary>Output channels of a group.</summary>
    public int ChannelsOfGroup { get; }

    /// <summary>Input channels of a group.</summary>
    public int InputsOfGroup { get; }

    /// <summary>Floats from a row to the next, in planes of values, outputs and gradients alike.</summary>
    public int Pitch { get; }

    /// <summary>Floats of one plane of values.</summary>
    public int PlaneSize { get; }

    /// <summary>Floats of the values of one sample, <c>[phases][input channels][PlaneSize]</c> and some more.</summary>
    public int SampleLength { get; }

    /// <summary>Outputs q of one channel, those between rows included.</summary>
    public int OutputLength { get; }

    /// <summary>For each weight of a channel of the first group where output 0 finds its value; other groups add <see cref="PlaneSize"/> · input channel.</summary>
    public int[] Taps { get; }

    /// <summary>Rows of zeros above the gradients.</summary>
    public int GradientTop { get; }

    /// <summary>Columns of zeros left of the gradients.</summary>
    public int GradientLeft { get; }

    /// <summary>Floats of one plane of gradients by outputs.</summary>
    public int GradientPlaneSize { get; }

    /// <summary>Floats of the gradients by the outputs of one sample.</summary>
    public int GradientLength { get; }

    /// <summary>Index of the gradient by output 0 in its plane.</summary>
    public int GradientOrigin => (GradientTop * Pitch) + GradientLeft;

    /// <summary>The phases that hold values which some tap sees.</summary>
    public ConvolutionPhase[] Phases { get; }

    /// <summary><paramref name="length"/> rounded up to whole tiles of 32 columns.</summary>
    public static int WholeTiles(int length) => (length + Gemm.Columns - 1) / Gemm.Columns * Gemm.Columns;

    /// <summary>Copies an image into the planes of one sample; padding stays as it is.</summary>
    /// <param name="image"><c>[input channels][rows][columns]</c></param>
    /// <param name="planes">The sample's planes.</param>
    public unsafe void Spread(float* image, float* planes)
    {
        Shape input = Geometry.Input;
        Extent stride = Geometry.Convolution!.Stride;
        for (int channel = 0; channel < input.Channels; channel++)
        {
            for (int row = 0; row < input.Height; row++, image += input.Width)
            {
                int y = row + Padding.Top;
                int firstPhase = y % stride.Height * stride.Width;
                float* target = planes + ((((long)firstPhase * input.Channels) + channel) * PlaneSize) + (y / stride.Height * Pitch);
                if (stride.Width == 1)
                {
                    new ReadOnlySpan<float>(image, input.Width).CopyTo(new Span<float>(target + Padding.Left, input.Width));
                    continue;
                }
                for (int x = Padding.Left; x < Padding.Left + input.Width; x++)
                    target[((long)(x % stride.Width) * input.Channels * PlaneSize) + (x / stride.Width)] = image[x - Padding.Left];
            }
        }
    }

    /// <summary>For each output channel of a group and each tap of <paramref name="phase"/> where the phase's first value finds its gradient, <c>[channels of a group][taps]</c>.</summary>
    public int[] GradientTaps(ConvolutionPhase phase) => Enumerable.Range(0, ChannelsOfGroup)
        .SelectMany(channel => phase.Taps.Select(tap => (channel * GradientPlaneSize)
            + ((phase.FirstRow - tap.Row + GradientTop) * Pitch) + phase.FirstColumn - tap.Column + GradientLeft))
        .ToArray();
}

/// <summary>A tap of a kernel as its phase sees it.</summary>
/// <param name="Row">Rows of the phase above the value it falls on when the output is 0.</param>
/// <param name="Column">The same for columns.</param>
/// <param name="Weight">Number of the weight within one input channel.</param>
internal readonly record struct ConvolutionTap(int Row, int Column, int Weight);

/// <summary>The values of a padded image whose row and column have certain remainders by the stride.</summary>
internal sealed class ConvolutionPhase
{
    public ConvolutionPhase(LayerGeometry geometry, int row, int column)
    {
        ConvolutionWord word = geometry.Convolution!;
        (Row, Column) = (row, column);
        (FirstRow, Rows) = Inside(word.Amounts.Top, geometry.Input.Height, row, word.Stride.Height);
        (FirstColumn, Columns) = Inside(word.Amounts.Left, geometry.Input.Width, column, word.Stride.Width);
        var taps = new List<ConvolutionTap>();
        for (int y = row; y < word.Kernel.Height; y += word.Stride.Height)
        {
            for (int x = column; x < word.Kernel.Width; x += word.Stride.Width)
                taps.Add(new(y / word.Stride.Height, x / word.Stride.Width, (y * word.Kernel.Width) + x));
        }
        Taps = [.. taps];
    }

    /// <summary>Remainder of its rows.</summary>
    public int Row { get; }

    /// <summary>Remainder of its columns.</summary>
    public int Column { get; }

    /// <summary>First row of the phase that holds values and not padding.</summary>
    public int FirstRow { get; }

    /// <summary>Rows that do.</summary>
    public int Rows { get; }

    /// <summary>First column of the phase that holds values.</summary>
    public int FirstColumn { get; }

    /// <summary>Columns that do.</summary>
    public int Columns { get; }

    /// <summary>Taps of the kernel that fall on the phase.</summary>
    public ConvolutionTap[] Taps { get; }

    /// <summary>Whether it holds values and any tap sees them.</summary>
    public bool IsRead => Taps.Length > 0 && Rows > 0 && Columns > 0;

    // First index of the phase, and how many, whose place in the padded image lies in [padding, padding + length).
    private static (int First, int Count) Inside(int padding, int length, int remainder, int stride)
    {
        int first = Math.Max(0, (padding - remainder + stride - 1) / stride);
        int last = (padding + length - 1 - remainder) / stride;
        return padding + length - 1 < remainder ? (first, 0) : (first, last - first + 1);
    }
}
