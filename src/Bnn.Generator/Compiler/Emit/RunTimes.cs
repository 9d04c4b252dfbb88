using Bnn.Generator.Compiler.Planning;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>A stretch of <c>Run</c> whose time is known: the input, a layer, or neighbouring layers in pixel lanes, which end together.</summary>
/// <param name="First">Index of the first layer; −1: packing of the input.</param>
/// <param name="Last">Index of the last layer; −1 as well for the input.</param>
internal readonly record struct TimedPart(int First, int Last);

/// <summary>Lets <c>Run</c> write down when it began and when each of its parts ended.</summary>
/// <remarks>The field <see cref="Field"/>, <c>[parts + 1]</c> of <c>Stopwatch.GetTimestamp()</c>: the begin, then the end of each part. Not thread-safe.</remarks>
internal sealed class RunTimes
{
    /// <summary>Name of the field.</summary>
    public const string Field = "Times";

    private readonly List<TimedPart> _parts = [];
    private int _next;

    /// <param name="plan">Tells which layers have code.</param>
    public RunTimes(Plan plan)
    {
        if (plan.Layers[0].Lowering != Lowering.None && plan.Layers[0].ReadsInput)
            _parts.Add(new(-1, -1));
        foreach (LayerPlan layer in plan.Layers)
        {
            int first = layer is PixelLanesPlan lanes ? lanes.First : layer.Index;
            if (layer is PixelLanesPlan { Last: var last } ? last == layer.Index : layer.Lowering != Lowering.None)
                _parts.Add(new(first, layer.Index));
        }
    }

    /// <summary>The parts, in the order in which they run.</summary>
    public IReadOnlyList<TimedPart> Parts => _parts;

    /// <summary>Declares the field.</summary>
    public void EmitField(SourceWriter w)
    {
        w.Line("/// <summary>When the last run began, and when each of its parts ended.</summary>");
        w.Line($"public static readonly long[] {Field} = new long[{Literal.Of(_parts.Count + 1)}];");
        w.Line();
        _next = 0;
    }

    /// <summary>Writes down the begin.</summary>
    public void EmitBegin(SourceWriter w) => Emit(w);

    /// <summary>Writes down the end of layer <paramref name="index"/> or, with −1, of the input, if that is the end of a part.</summary>
    public void EmitEnd(SourceWriter w, int index)
    {
        if (_next <= _parts.Count && _parts[_next - 1].Last == index)
            Emit(w);
    }

    private void Emit(SourceWriter w) => w.Line($"{Field}[{Literal.Of(_next++)}] = global::System.Diagnostics.Stopwatch.GetTimestamp();");
}
