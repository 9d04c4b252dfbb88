namespace Bnn.Generator.Compiler.Circuits;

/// <summary>Builds a <see cref="Circuit"/>; an operation that is there already is not made twice.</summary>
/// <remarks>
/// Laws: complements move to the results (~a ^ b = ~(a ^ b), ~a &amp; ~b = ~(a | b)), so that signs of weights cost nothing; operands of commutative
/// operations are sorted; constants, equal and opposite operands fold.
/// </remarks>
/// <param name="inputs">Number of inputs.</param>
internal sealed class CircuitBuilder(int inputs)
{
    private readonly List<Gate> _gates = [];
    private readonly List<int> _levels = [];
    private readonly Dictionary<Gate, int> _known = [];

    /// <summary>Of what weight the planes are that new gates add up; decides only in which order gates run.</summary>
    public int Level { get; set; }

    /// <summary>Input <paramref name="index"/>.</summary>
    public static Wire Input(int index) => new(1 + index, false);

    /// <summary>a ≠ b.</summary>
    public Wire Xor(Wire a, Wire b)
    {
        bool isInverted = a.IsInverted != b.IsInverted;
        return a.Value == b.Value ? new(0, isInverted)
            : a.IsConstant ? new(b.Value, isInverted)
            : b.IsConstant ? new(a.Value, isInverted)
            : new(Add(Op.Xor, a.Value, b.Value), isInverted);
    }

    /// <summary>a and b.</summary>
    public Wire And(Wire a, Wire b)
    {
        if (a.Value == b.Value)
            return a == b ? a : Wire.Zero;
        if (a.IsConstant || b.IsConstant)
            return a == Wire.One ? b : b == Wire.One ? a : Wire.Zero;
        return (a.IsInverted, b.IsInverted) switch
        {
            (false, false) => new(Add(Op.And, a.Value, b.Value), false),
            (true, true) => new(Add(Op.Or, a.Value, b.Value), true),
            (false, true) => new(Add(Op.AndNot, a.Value, b.Value), false),
            (true, false) => new(Add(Op.AndNot, b.Value, a.Value), false),
        };
    }

    /// <summary>a or b.</summary>
    public Wire Or(Wire a, Wire b) => ~And(~a, ~b);

    /// <summary>a + b + c = sum + 2 · carry, in five operations.</summary>
    /// <remarks>Three of them do not ask for complements: of the same values with other signs only two are new.</remarks>
    public (Wire Sum, Wire Carry) FullAdder(Wire a, Wire b, Wire c)
    {
        // Always the same roles, so that full adders of the same values share what they can.
        if (a.Value > b.Value)
            (a, b) = (b, a);
        if (b.Value > c.Value)
            (b, c) = (c, b);
        if (a.Value > b.Value)
            (a, b) = (b, a);
        Wire differs = Xor(a, b);
        return (Xor(differs, c), Xor(a, And(differs, Xor(a, c))));
    }

    /// <summary>The circuit of all that <paramref name="outputs"/> need, each with its operands just before it.</summary>
    public Circuit Build(IReadOnlyList<Wire> outputs)
    {
        var gates = new List<Gate>();
        var places = new int[inputs + 1 + _gates.Count];
        for (int i = 0; i <= inputs; i++)
            places[i] = i + 1;
        var open = new Stack<int>();
        foreach (Wire output in outputs)
        {
            open.Push(output.Value);
            while (open.Count > 0)
            {
                int value = open.Peek();
                if (places[value] == 0)
                {
                    Gate gate = _gates[value - inputs - 1];
                    if (places[gate.A] == 0 || places[gate.B] == 0)
                    {
                        open.Push(places[gate.B] != 0 || (places[gate.A] == 0 && IsBefore(gate.A, gate.B)) ? gate.A : gate.B);
                        continue;
                    }
                    gates.Add(new(gate.Op, places[gate.A] - 1, places[gate.B] - 1));
                    places[value] = inputs + 1 + gates.Count;
                }
                open.Pop();
            }
        }
        return new(inputs, gates, [.. outputs.Select(output => new Wire(places[output.Value] - 1, output.IsInverted))]);
    }

    // First what was added up so far, then the carries that come to it: each is made just before it is used, and few values wait for others.
    private bool IsBefore(int a, int b)
    {
        int levelA = a <= inputs ? -1 : _levels[a - inputs - 1], levelB = b <= inputs ? -1 : _levels[b - inputs - 1];
        return levelA != levelB ? levelA > levelB : a < b;
    }

    private int Add(Op op, int a, int b)
    {
        Gate gate = op != Op.AndNot && a > b ? new(op, b, a) : new(op, a, b);
        if (!_known.TryGetValue(gate, out int value))
        {
            _gates.Add(gate);
            _levels.Add(Level);
            value = inputs + _gates.Count;
            _known.Add(gate, value);
        }
        return value;
    }
}
