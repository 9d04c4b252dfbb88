using Bnn.Kernels;

namespace Bnn.Inference.Steps;

/// <summary>Changes the order of an image's bits: from planes to pixels, or back for a layer that takes a flattened image as something else than a vector.</summary>
internal sealed class TransposeStep(int rows, int columns) : Step
{
    /// <inheritdoc/>
    public override int OutputWords { get; } = BitStream.WordsFor(rows * columns);

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch) => BitMatrix.Transpose(input, rows, columns, output);
}
