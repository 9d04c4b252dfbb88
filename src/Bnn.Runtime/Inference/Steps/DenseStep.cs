using Bnn.Kernels;

namespace Bnn.Inference.Steps;

/// <summary>A dense layer: the whole input meets the row of each channel.</summary>
internal sealed class DenseStep(ChannelRows rows) : Step
{
    /// <inheritdoc/>
    public override int OutputWords { get; } = BitStream.WordsFor(rows.Channels);

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch)
    {
        for (int first = 0; first < rows.Channels; first += 64)
            output[first >> 6] = rows.Fire(input, first, Math.Min(first + 64, rows.Channels));
    }
}
