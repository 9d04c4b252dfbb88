using Bnn.Generator.Compiler.Circuits;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>How a batch runs: sample by sample, or with a sample in each lane.</summary>
/// <param name="Input">The planes that the lanes are made of; null: sample by sample.</param>
/// <param name="Leasts">For each tier the fewest samples worth a register of 128 lanes; what is left over runs sample by sample. <see cref="Never"/>: all do.</param>
/// <param name="Cycles">Estimated cycles of a sample, with vectors of the usual width.</param>
/// <param name="Reason">How, and why, for people.</param>
internal sealed record BatchPlan(InputLayout? Input, IReadOnlyList<int> Leasts, double Cycles, string Reason)
{
    /// <summary>No number of samples is enough.</summary>
    public const int Never = int.MaxValue;

    /// <summary>The fewest samples worth a register on the usual tier.</summary>
    public int Least => LeastOn(LaneTier.Usual);

    /// <summary>The fewest samples worth a register on a tier.</summary>
    public int LeastOn(LaneTier tier) => Input is null ? Never : Leasts[Index(tier)];

    /// <summary>Whether large batches run in lanes on a tier.</summary>
    public bool IsInLanes(LaneTier tier) => LeastOn(tier) < Never;

    /// <summary>For each layer the circuit that it is with 256 lanes, or null.</summary>
    public IReadOnlyList<Circuit?> Circuits { get; private init; } = [];

    /// <summary>Registers of so many lanes take what does not fill a wider one.</summary>
    public const int LeastLanes = 128;

    /// <summary>Chooses.</summary>
    /// <param name="network">The compact network.</param>
    /// <param name="settings">Goal, lowering by name.</param>
    /// <param name="sample">How one sample runs.</param>
    /// <param name="cancel">Reaches the making of circuits.</param>
    public static BatchPlan Of(Network network, CompileSettings settings, OneSample sample, CancellationToken cancel)
    {
        double alone = sample.Cycles(LaneTier.Usual);
        InputLayout planes = network.Layers[0] is DenseLayer or ScoresLayer ? InputLayout.Of(network) : InputLayout.OfPlanes(network);
        string? obstacle = settings.Goal == Goal.Size ? "that is least code"
            : settings.Lowering is not (null or Lowering.SampleLanes or Lowering.BitCircuit) ? "the lowering of each layer was asked for"
            : Obstacle(network, planes);
        if (obstacle is not null)
            return new(null, [], alone, "sample by sample: " + obstacle);
        IReadOnlyList<Circuit?> circuits = CircuitPlanner.Choose(network, planes, settings, cancel);
        double cycles = Of(network, planes, LaneTier.Usual, 64 * LaneTier.Usual.Words) - CircuitPlanner.Saved(network, circuits);
        string how = FormattableString.Invariant($"a sample in each lane{CircuitPlanner.Describe(circuits)}, about {cycles:F0} cycles each");
        if (settings.Lowering is Lowering.SampleLanes or Lowering.BitCircuit)
            return new(planes, [.. LaneTier.All.Select(_ => 1)], cycles, how + ": asked for") { Circuits = circuits };
        int[] leasts = [.. LaneTier.All.Select(Least)];
        return leasts.All(least => least == Never)
            ? new(null, [], alone, FormattableString.Invariant($"sample by sample: in lanes it would be about {cycles:F0} cycles each"))
            : new(planes, leasts, cycles, $"{how}, from {From(leasts)} samples on") { Circuits = circuits };

        int Least(LaneTier tier) => Of(network, planes, tier, 64 * tier.Words) < sample.Cycles(tier) * CostModel.Advantage
            ? (int)Math.Ceiling(LeastLanes * Of(network, planes, tier, LeastLanes) / sample.Cycles(tier))
            : Never;
    }

    private static int Index(LaneTier tier) => LaneTier.All.TakeWhile(other => other != tier).Count();

    // The usual tier first.
    private static string From(int[] leasts)
    {
        string text = Number(LaneTier.Usual);
        foreach (LaneTier tier in LaneTier.All)
        {
            if (Number(tier) != Number(LaneTier.Usual))
                text += FormattableString.Invariant($"{(text.Contains('(') ? ", " : " (")}{Number(tier)} with {64 * tier.Words} bits");
        }
        return text.Contains('(') ? text + ")" : text;

        string Number(LaneTier tier)
        {
            int least = leasts[Index(tier)];
            return least == Never ? "no" : FormattableString.Invariant($"{least}");
        }
    }

    /// <summary>Cycles to bring the bytes of a sample into lanes of a tier.</summary>
    public static double Packing(LaneTier tier, Network network, InputLayout input) =>
        TapSumCosts.Fits(network.Layers[0], input.IsEightBit) ? CostModel.TransposedByte * network.InputLength
            : (tier.Words == 8 ? CostModel.SampleByte512 : CostModel.SampleByte) * (input.IsEightBit ? 8.0 * network.InputLength : input.Runs.Sum(run => (double)run.Length));

    /// <summary>Cycles of a sample in lanes, all of which hold one.</summary>
    public static double Of(Network network, InputLayout input, LaneTier tier, int lanes)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        double cycles = Packing(tier, network, input);
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
