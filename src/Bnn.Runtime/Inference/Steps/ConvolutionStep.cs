using Bnn.Kernels;

namespace Bnn.Inference.Steps;

/// <summary>A convolution: at each position a patch is gathered once, and meets the rows of all channels.</summary>
/// <param name="patches">Where the patches lie.</param>
/// <param name="rows">The weights, columns in the order of a patch.</param>
/// <param name="positions">Rows and columns of the output.</param>
/// <param name="groups">Divides the channels.</param>
internal sealed class ConvolutionStep(PatchShape patches, ChannelRows rows, (int Height, int Width) positions, int groups) : Step
{
    /// <inheritdoc/>
    public override int OutputWords { get; } = BitStream.WordsFor(rows.Channels * positions.Height * positions.Width);

    /// <inheritdoc/>
    public override int ScratchWords => rows.Planes * patches.Words;

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch)
    {
        int channelsOfGroup = rows.Channels / groups;
        Span<ulong> patch = scratch[..ScratchWords];
        var writer = new BitWriter(output);
        for (int row = 0; row < positions.Height; row++)
        {
            for (int column = 0; column < positions.Width; column++)
            {
                for (int group = 0; group < groups; group++)
                {
                    for (int plane = 0; plane < rows.Planes; plane++)
                        patches.Gather(input.Slice(plane * patches.ImageWords, patches.ImageWords), row, column, group, patch.Slice(plane * patches.Words, patches.Words));
                    int end = (group + 1) * channelsOfGroup;
                    for (int first = end - channelsOfGroup; first < end; first += 64)
                    {
                        int count = Math.Min(64, end - first);
                        writer.Write(rows.Fire(patch, first, first + count), count);
                    }
                }
            }
        }
        writer.Flush();
    }
}
