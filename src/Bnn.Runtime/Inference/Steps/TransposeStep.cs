using Bnn.Kernels;

namespace Bnn.Inference.Steps;

/// <summary>Changes the order of an image's bits: from planes to pixels, or back where a flattened image is not taken as a vector.</summary>
/// <param name="rows">Rows of the matrix of bits that is transposed.</param>
/// <param name="columns">Its columns.</param>
internal sealed class TransposeStep(int rows, int columns) : Step
{
    /// <inheritdoc/>
    public override int OutputWords { get; } = BitStream.WordsFor(rows * columns);

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch) => BitMatrix.Transpose(input, rows, columns, output);
}
