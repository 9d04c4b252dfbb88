using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Steps;

/// <summary>A max-pool layer.</summary>
internal sealed class PoolStep : Step
{
    private readonly PoolShape _shape;
    private readonly ulong[] _and;

    /// <param name="layer">The layer.</param>
    /// <param name="input">Shape of what it takes.</param>
    public PoolStep(MaxPoolLayer layer, Shape input)
    {
        Shape output = layer.Output(input);
        _shape = new(input.Channels, input.Height, input.Width, layer.Window.Height, layer.Window.Width, layer.Stride.Height, layer.Stride.Width,
            layer.Padding.Top, layer.Padding.Left, output.Height, output.Width);
        _and = layer.PackedAnd();
    }

    /// <inheritdoc/>
    public override int OutputWords => _shape.OutputWords + 1;

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch) => _shape.Pool(input, _and, output);
}
