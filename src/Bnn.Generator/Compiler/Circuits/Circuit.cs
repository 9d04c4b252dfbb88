namespace Bnn.Generator.Compiler.Circuits;

/// <summary>What a gate computes from two values, lane by lane.</summary>
internal enum Op
{
    /// <summary>a ≠ b.</summary>
    Xor,

    /// <summary>a and b.</summary>
    And,

    /// <summary>a and not b.</summary>
    AndNot,

    /// <summary>a or b.</summary>
    Or,
}

/// <summary>One operation on earlier values.</summary>
/// <param name="Op">What it computes.</param>
/// <param name="A">Id of the first value.</param>
/// <param name="B">Id of the second value.</param>
internal readonly record struct Gate(Op Op, int A, int B);

/// <summary>A value or its complement: complements cost nothing until they leave the circuit.</summary>
/// <param name="Value">Id of the value.</param>
/// <param name="IsInverted">Whether the complement is meant.</param>
internal readonly record struct Wire(int Value, bool IsInverted)
{
    /// <summary>0 in every lane.</summary>
    public static Wire Zero => new(0, false);

    /// <summary>1 in every lane.</summary>
    public static Wire One => new(0, true);

    /// <summary>Whether this is <see cref="Zero"/> or <see cref="One"/>.</summary>
    public bool IsConstant => Value == 0;

    /// <summary>The complement.</summary>
    public static Wire operator ~(Wire wire) => new(wire.Value, !wire.IsInverted);
}

/// <summary>A flat list of bit operations; every operand comes before its gate, and every gate reaches an output.</summary>
/// <remarks>Value 0 is the constant 0, values 1 to <paramref name="Inputs"/> are the inputs, gate g gives value Inputs + 1 + g.</remarks>
/// <param name="Inputs">Number of inputs.</param>
/// <param name="Gates">In the order in which they run.</param>
/// <param name="Outputs">Where the results are.</param>
internal sealed record Circuit(int Inputs, IReadOnlyList<Gate> Gates, IReadOnlyList<Wire> Outputs)
{
    /// <summary>The gate that gives a value; −1 for inputs and the constant.</summary>
    public int GateOf(int value) => value > Inputs ? value - Inputs - 1 : -1;
}
