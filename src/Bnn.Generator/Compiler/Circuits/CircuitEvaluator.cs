namespace Bnn.Generator.Compiler.Circuits;

/// <summary>What a circuit gives, gate by gate: slow and obvious, for tests.</summary>
internal static class CircuitEvaluator
{
    /// <summary>The outputs for 64 lanes.</summary>
    /// <param name="circuit">The circuit.</param>
    /// <param name="inputs">One word for each input.</param>
    public static ulong[] Run(Circuit circuit, IReadOnlyList<ulong> inputs)
    {
        var values = new List<ulong> { 0 };
        values.AddRange(inputs);
        foreach (Gate gate in circuit.Gates)
        {
            ulong a = values[gate.A], b = values[gate.B];
            values.Add(gate.Op switch { Op.Xor => a ^ b, Op.And => a & b, Op.AndNot => a & ~b, _ => a | b });
        }
        return [.. circuit.Outputs.Select(wire => wire.IsInverted ? ~values[wire.Value] : values[wire.Value])];
    }
}
