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
        Span<int> counts = stackalloc int[ChannelRows.Lanes];
        for (int first = 0; first < rows.Channels; first += ChannelRows.Lanes)
        {
            rows.Count(input[..(rows.Planes * rows.Words)], 0, first, counts);
            output[first / ChannelRows.Lanes] = rows.Fires(counts, 0, first);
        }
    }
}
