using Bnn.Inference.Steps;
using Bnn.Kernels;

namespace Bnn.Inference.Vector;

/// <summary>A run of convolutions and pools with a pixel in each lane.</summary>
/// <param name="network">The run.</param>
/// <param name="lanes">Pixels in a register.</param>
/// <param name="outputs">Bits of the result.</param>
internal sealed class PixelRunStep(PixelNetwork network, int lanes, int outputs) : Step
{
    /// <inheritdoc/>
    public override int OutputWords { get; } = BitStream.WordsFor(outputs);

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch)
    {
        switch (lanes)
        {
            case 64:
                network.Run<Lanes64>(input, default, output);
                break;
            case 128:
                network.Run<Lanes128>(input, default, output);
                break;
            case 256:
                network.Run<Lanes256>(input, default, output);
                break;
            case 512:
                network.Run<Lanes512>(input, default, output);
                break;
            default:
                throw VectorLanes.Unknown(lanes);
        }
    }
}

/// <summary>A run with a pixel in each lane that ends with scores summed over the image.</summary>
/// <param name="network">The run.</param>
/// <param name="lanes">Pixels in a register.</param>
internal sealed class PixelScores(PixelNetwork network, int lanes) : ScoreStep
{
    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> input, Span<int> scores, Span<ulong> scratch)
    {
        switch (lanes)
        {
            case 64:
                network.Scores<Lanes64>(input, default, scores);
                break;
            case 128:
                network.Scores<Lanes128>(input, default, scores);
                break;
            case 256:
                network.Scores<Lanes256>(input, default, scores);
                break;
            case 512:
                network.Scores<Lanes512>(input, default, scores);
                break;
            default:
                throw VectorLanes.Unknown(lanes);
        }
    }
}
