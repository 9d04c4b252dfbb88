using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>The plan of a layer that runs with a pixel of the image in each lane.</summary>
/// <param name="Index">Index of the layer.</param>
/// <param name="Layer">A convolution, a pool, or summed scores.</param>
/// <param name="Input">Where the input of the first of its neighbours lies.</param>
/// <param name="Output">Where the bits of the last one go.</param>
/// <param name="Reason">Why.</param>
/// <param name="First">The first of the neighbours.</param>
/// <param name="Last">The last of them; planes stay in the lanes in between.</param>
/// <param name="IsEightBit">Whether each input is eight planes.</param>
internal sealed record PixelLanesPlan(
    int Index, Layer Layer, ImageLayout Input, ImageLayout Output, string Reason, int First, int Last, bool IsEightBit)
    : LayerPlan(Index, Layer, Input, Output, Lowering.PixelLanes, Reason)
{
    /// <inheritdoc/>
    public override string Shape => Layer switch
    {
        ConvolutionLayer layer => FormattableString.Invariant(
            $"{Input.Shape} -> {Output.Shape} channels, kernel {layer.Kernel}{Groups(layer)}, {Added(layer)}, {layer.Weights.LiveCount()} live weights"),
        WeightedLayer layer => FormattableString.Invariant($"{Input.Shape} -> {layer.Weights.Rows} scores, {layer.Weights.LiveCount()} live weights"),
        _ => FormattableString.Invariant($"{Input.Shape} -> {Output.Shape} {Layer.Keyword}"),
    };

    private string Added(ConvolutionLayer layer) => TapSumCosts.Fits(layer, IsEightBit)
        ? FormattableString.Invariant($"{TapSumCosts.LookUps(layer, Input.Shape)} sums looked up for a pair of registers")
        : FormattableString.Invariant($"{LaneCosts.Additions(layer, IsEightBit)} planes added in a register");

    private static string Groups(ConvolutionLayer layer) => layer.Groups == 1 ? "" : FormattableString.Invariant($" in {layer.Groups} groups");
}
