using Bnn.Generator.Compiler.Circuits;
using Bnn.Generator.Compiler.Planning;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes a circuit in lowering <see cref="Lowering.BitCircuit"/>: a class whose methods are its operations on vectors, in their order.</summary>
/// <remarks>
/// An operator of a vector is an instruction, and does not count as a call where the JIT inlines up to a budget. A value that only one operation
/// reads stands inside it. Methods keep below 400 statements, 800 locals and 20 KB of IL; what crosses them goes through memory.
/// </remarks>
internal sealed class CircuitEmitter
{
    // At most 29 bytes of IL for an operation, 15 for what is stored: a method has 12 KB.
    private const int OperationsOfMethod = 360;

    // Values inside one another; more would keep too many of them in registers at once.
    private const int MostNested = 2;

    private const string Vector = "global::System.Runtime.Intrinsics.Vector256<ulong>";
    private const string Parameters = $"ref {Vector} x, ref {Vector} y, ref {Vector} m";

    private readonly Circuit _circuit;
    private readonly bool[] _isInside;
    private readonly int[] _methods;
    private readonly int[] _slots;
    private readonly ILookup<int, int> _outputs;
    private readonly int _methodCount;
    private int _slotCount;

    private CircuitEmitter(Circuit circuit)
    {
        _circuit = circuit;
        int gates = circuit.Gates.Count;
        _outputs = Enumerable.Range(0, circuit.Outputs.Count).ToLookup(channel => circuit.GateOf(circuit.Outputs[channel].Value));
        _isInside = Inside(circuit, _outputs);
        _methods = new int[gates];
        _slots = new int[gates];
        int operations = _outputs[-1].Count(), inside = 0;
        for (int gate = 0; gate < gates; gate++)
        {
            inside++;
            if (_isInside[gate])
                continue;
            // The gate, what stands inside it, a store and its outputs.
            int more = inside + 1 + _outputs[gate].Count();
            if (operations + more > OperationsOfMethod)
                (operations, _methodCount) = (0, _methodCount + 1);
            operations += more;
            inside = 0;
            _methods[gate] = _methodCount;
            _slots[gate] = -1;
        }
        _methodCount++;
        for (int gate = 0; gate < gates; gate++)
        {
            if (!_isInside[gate])
                Reach(gate, _methods[gate]);
        }
    }

    /// <summary>Name of the class of a layer.</summary>
    public static string Name(LayerPlan layer) => "Circuit" + Literal.Of(layer.Index);

    /// <summary>Writes the class.</summary>
    public static void Emit(SourceWriter w, LayerPlan layer, Circuit circuit, CancellationToken cancel)
    {
        w.Line();
        w.Line($"{LayerText.Comment(layer)}; {Literal.Of(circuit.Gates.Count)} operations");
        using (w.Block($"private sealed class {Name(layer)} : global::Bnn.Kernels.SampleCircuit"))
            new CircuitEmitter(circuit).Emit(w, cancel);
    }

    private void Emit(SourceWriter w, CancellationToken cancel)
    {
        w.Line($"public override int Scratch => {Literal.Of(_slotCount)};");
        w.Line();
        using (w.Block($"public override void Run({Parameters})"))
        {
            for (int method = 0; method < _methodCount; method++)
                w.Line($"Part{Literal.Of(method)}(ref x, ref y, ref m);");
        }
        int gate = 0;
        for (int method = 0; method < _methodCount; method++)
        {
            cancel.ThrowIfCancellationRequested();
            w.Line();
            w.Line(LayerText.Attribute);
            using (w.Block($"private static void Part{Literal.Of(method)}({Parameters})"))
            {
                if (method == 0)
                    Outputs(w, -1, $"{Vector}.Zero");
                for (; gate < _methods.Length && (_isInside[gate] || _methods[gate] == method); gate++)
                {
                    if (!_isInside[gate])
                        Statement(w, gate);
                }
            }
        }
    }

    private void Statement(SourceWriter w, int gate)
    {
        string local = "v" + Literal.Of(gate);
        w.Line($"{Vector} {local} = {Expression(gate, _methods[gate])};");
        if (_slots[gate] >= 0)
            w.Line($"{Memory("m", _slots[gate])} = {local};");
        Outputs(w, gate, local);
    }

    private void Outputs(SourceWriter w, int gate, string value)
    {
        foreach (int channel in _outputs[gate])
        {
            Wire wire = _circuit.Outputs[channel];
            string of = gate < 0 && !wire.IsConstant ? Memory("x", wire.Value - 1) : value;
            w.Line($"{Memory("y", channel)} = {(wire.IsInverted ? "~" : "")}{of};");
        }
    }

    private string Expression(int gate, int method)
    {
        (Op op, int a, int b) = _circuit.Gates[gate];
        string sign = op switch { Op.Xor => "^", Op.And => "&", Op.AndNot => "& ~", _ => "|" };
        return $"{Operand(a, method)} {sign}{(op == Op.AndNot ? "" : " ")}{Operand(b, method)}";
    }

    private string Operand(int value, int method)
    {
        int gate = _circuit.GateOf(value);
        return gate < 0 ? Memory("x", value - 1)
            : _isInside[gate] ? $"({Expression(gate, method)})"
            : _methods[gate] == method ? "v" + Literal.Of(gate)
            : Memory("m", _slots[gate]);
    }

    // Gives memory to all values that a gate, and what stands inside it, read from other methods.
    private void Reach(int gate, int method)
    {
        (_, int a, int b) = _circuit.Gates[gate];
        foreach (int read in new[] { _circuit.GateOf(a), _circuit.GateOf(b) })
        {
            if (read < 0)
                continue;
            if (_isInside[read])
                Reach(read, method);
            else if (_methods[read] != method && _slots[read] < 0)
                _slots[read] = _slotCount++;
        }
    }

    private static string Memory(string reference, int index) => index == 0 ? reference : $"BnnUnsafe.Add(ref {reference}, {Literal.Of(index)})";

    private static bool[] Inside(Circuit circuit, ILookup<int, int> outputs)
    {
        int gates = circuit.Gates.Count;
        var reads = new int[gates];
        foreach ((_, int a, int b) in circuit.Gates)
        {
            foreach (int read in new[] { circuit.GateOf(a), circuit.GateOf(b) })
            {
                if (read >= 0)
                    reads[read]++;
            }
        }
        var isInside = new bool[gates];
        var nested = new int[gates];
        for (int gate = 0; gate < gates; gate++)
        {
            (_, int a, int b) = circuit.Gates[gate];
            foreach (int read in new[] { circuit.GateOf(a), circuit.GateOf(b) })
            {
                if (read < 0 || reads[read] != 1 || outputs.Contains(read) || nested[read] >= MostNested || gate - read > 2)
                    continue;
                isInside[read] = true;
                nested[gate] = Math.Max(nested[gate], nested[read] + 1);
            }
        }
        return isInside;
    }
}
