using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>How a batch runs: sample by sample, or with a sample in each lane.</summary>
/// <param name="Input">The planes that the lanes are made of; null: sample by sample.</param>
/// <param name="Least">The fewest samples worth a register of 128 lanes; what is left over runs sample by sample.</param>
/// <param name="Cycles">Estimated cycles of a sample, with vectors of the usual width.</param>
/// <param name="Reason">How, and why, for people.</param>
internal sealed record BatchPlan(InputLayout? Input, int Least, double Cycles, string Reason)
{
    /// <summary>Registers of so many lanes take what does not fill a wider one.</summary>
    public const int LeastLanes = 128;

    /// <summary>Chooses.</summary>
    /// <param name="network">The compact network.</param>
    /// <param name="settings">Goal, lowering by name.</param>
    /// <param name="sample">How one sample runs.</param>
    public static BatchPlan Of(Network network, CompileSettings settings, OneSample sample)
    {
        double alone = sample.Cycles(LaneTier.Usual);
        InputLayout planes = network.Layers[0] is DenseLayer or ScoresLayer ? InputLayout.Of(network) : InputLayout.OfPlanes(network);
        string? obstacle = settings.Goal == Goal.Size ? "that is least code"
            : settings.Lowering is not (null or Lowering.SampleLanes) ? "the lowering of each layer was asked for"
            : Obstacle(network, planes);
        if (obstacle is not null)
            return new(null, 0, alone, "sample by sample: " + obstacle);
        double cycles = Of(network, planes, LaneTier.Usual, 64 * LaneTier.Usual.Words);
        int least = (int)Math.Ceiling(LeastLanes * Of(network, planes, LaneTier.Usual, LeastLanes) / alone);
        if (settings.Lowering == Lowering.SampleLanes)
            return new(planes, 1, cycles, FormattableString.Invariant($"a sample in each lane, about {cycles:F0} cycles each: asked for"));
        bool pays = LaneTier.All.All(tier =>
            Of(network, planes, tier, 64 * tier.Words) < sample.Cycles(tier) * CostModel.Advantage);
        return pays
            ? new(planes, least, cycles, FormattableString.Invariant($"a sample in each lane, about {cycles:F0} cycles each, from {least} samples on"))
            : new(null, 0, alone, FormattableString.Invariant($"sample by sample: in lanes it would be about {cycles:F0} cycles each"));
    }

    /// <summary>Cycles to bring the bytes of a sample into lanes.</summary>
    public static double Packing(Network network, InputLayout input) =>
        CostModel.SampleByte * (input.IsEightBit ? 8.0 * network.InputLength : input.Runs.Sum(run => (double)run.Length));

    /// <summary>Cycles of a sample in lanes, all of which hold one.</summary>
    public static double Of(Network network, InputLayout input, LaneTier tier, int lanes)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        double cycles = Packing(network, input);
        for (int i = 0; i < network.Layers.Length; i++)
            cycles += LaneCosts.Sample(tier, network.Layers[i], shapes[i], network.IsEightBit(i), lanes);
        return cycles;
    }

    private static string? Obstacle(Network network, InputLayout input)
    {
        if (input.Image is null && input.Columns.Length == 0)
            return "no input is read";
        IReadOnlyList<Shape> shapes = network.Shapes();
        for (int i = 0; i < network.Layers.Length; i++)
        {
            if (shapes[i].LongCount * (network.IsEightBit(i) ? 8 : 1) > CostModel.SamplePlanes)
                return FormattableString.Invariant($"layer {i} reads more than {CostModel.SamplePlanes} planes");
            Extent window = network.Layers[i] switch { ConvolutionLayer layer => layer.Kernel, MaxPoolLayer pool => pool.Window, _ => new(1, 1) };
            if ((long)window.Height * window.Width > CostModel.SampleWindow)
                return FormattableString.Invariant($"layer {i} has a window of more than {CostModel.SampleWindow} values");
            if (network.Layers[i] is SumScoresLayer && shapes[i].LongCount > ModelCaps.FanIn)
                return FormattableString.Invariant($"scores of more than {ModelCaps.FanIn} inputs");
        }
        return null;
    }
}
