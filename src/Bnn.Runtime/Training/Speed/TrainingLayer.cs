namespace Bnn.Training;

/// <summary>The arithmetic of a layer with weights.</summary>
/// <param name="Name">Its kind and shapes.</param>
/// <param name="Weights">Binary weights.</param>
/// <param name="Products">Products of a weight and a value in the forward pass of an image.</param>
/// <param name="HasInputGradient">Whether a layer before it wants gradients.</param>
public sealed record TrainingLayer(string Name, long Weights, long Products, bool HasInputGradient)
{
    /// <summary>
    /// Floating-point operations of an image if nothing is left out: two for each product forward, two for its gradient by the weight and, but
    /// in the first layer, two for that by the value.
    /// </summary>
    public long Operations => (HasInputGradient ? 6 : 4) * Products;

    internal static TrainingLayer Of(LayerGeometry layer, bool hasInputGradient)
    {
        string kind = layer.Convolution?.ToString() ?? layer.Kind.ToString();
        return new(
            FormattableString.Invariant($"{layer.Input} {kind} {layer.Output}"), (long)layer.Inputs * layer.Channels,
            (long)layer.Inputs * layer.Channels * layer.Output.Height * layer.Output.Width, hasInputGradient);
    }
}
