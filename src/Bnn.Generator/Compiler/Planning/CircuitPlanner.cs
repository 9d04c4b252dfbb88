using Bnn.Generator.Compiler.Circuits;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Chooses the dense layers of a batch that become circuits.</summary>
/// <remarks>By cost only for goal <see cref="Goal.Throughput"/>: the first call of a circuit takes the JIT longer than that of a table.</remarks>
internal static class CircuitPlanner
{
    /// <summary>For each layer its circuit; null: it takes the table.</summary>
    /// <param name="network">The compact network.</param>
    /// <param name="input">The order of the planes of the first layer.</param>
    /// <param name="settings">Lowering by name, budget in operations.</param>
    /// <param name="cancel">Reaches the making of circuits.</param>
    public static IReadOnlyList<Circuit?> Choose(Network network, InputLayout input, CompileSettings settings, CancellationToken cancel)
    {
        var circuits = new Circuit?[network.Layers.Length];
        long left = CostModel.ModelBudget(settings.UnrolledBudget);
        bool isAsked = settings.Lowering == Lowering.BitCircuit, canPay = settings is { Lowering: null, Goal: Goal.Throughput };
        for (int i = 0; i < circuits.Length && (isAsked || canPay); i++)
        {
            if (network.Layers[i] is not DenseLayer layer || network.IsEightBit(i)
                || layer.Weights.LiveCount() > CostModel.CircuitWeights || layer.Weights.Rows > CostModel.CircuitChannels)
                continue;
            WeightMatrix weights = i == 0 ? layer.Weights.SelectColumns(input.Columns) : layer.Weights;
            Circuit circuit = DenseCircuit.Of(weights, [.. layer.Limits], cancel);
            int gates = circuit.Gates.Count;
            if (gates > settings.UnrolledBudget || gates > left)
                continue;
            if (!isAsked && (gates > CostModel.FasterCircuit || Cycles(circuit) >= Table(layer) * CostModel.Advantage))
                continue;
            circuits[i] = circuit;
            left -= gates;
        }
        return circuits;
    }

    /// <summary>Cycles that circuits save for one sample, with vectors of the usual width.</summary>
    public static double Saved(Network network, IReadOnlyList<Circuit?> circuits)
    {
        double saved = 0;
        for (int i = 0; i < circuits.Count; i++)
            saved += circuits[i] is { } circuit ? Table((DenseLayer)network.Layers[i]) - Cycles(circuit) : 0;
        return saved / (64 * LaneTier.Usual.Words);
    }

    /// <summary>Which circuits there are, in a few words.</summary>
    public static string Describe(IReadOnlyList<Circuit?> circuits)
    {
        long gates = circuits.Sum(circuit => (long)(circuit?.Gates.Count ?? 0));
        return gates == 0 ? "" : FormattableString.Invariant($", {circuits.Count(circuit => circuit is not null)} layers as circuits of {gates} operations");
    }

    private static double Cycles(Circuit circuit) => circuit.Gates.Count * CostModel.CircuitGate;

    // Of a register; so many lanes as if each were a sample.
    private static double Table(DenseLayer layer)
    {
        int lanes = 64 * LaneTier.Usual.Words;
        return lanes * LaneCosts.Sample(LaneTier.Usual, layer, Shape.Vector(layer.Weights.Columns), isEightBit: false, lanes);
    }
}
