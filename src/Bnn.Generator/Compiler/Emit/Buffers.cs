using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>The words in which bits lie between layers: on the stack up to about 128 KB together, above it in scratch of the thread.</summary>
internal sealed class Buffers
{
    private const int StackWords = 16 << 10;

    private readonly Dictionary<string, (int First, int Words)> _places = [];
    private int _total;

    /// <summary>Plans the buffers that <paramref name="plan"/> needs: those of the input, and one for what each layer gives.</summary>
    public Buffers(Plan plan, ImageInputEmitter? image)
    {
        if (plan.Layers[0].Lowering != Lowering.None && plan.Layers[0] is { ReadsInput: true } and not (PixelLanesPlan or WeightedPlan { ReadsBytes: true, HasWords: false }))
        {
            foreach ((string name, int words) in image?.Buffers ?? [])
                Add(name, words);
            Add(LayerText.Bits(0), plan.Input.Planes * plan.Input.Words);
        }
        foreach (LayerPlan layer in plan.Layers)
        {
            if (layer is PixelLanesPlan lanes && (lanes.Index < lanes.Last || lanes.Layer is ScoreLayer))
                continue;
            if (layer is PixelLanesPlan { Output: { HasBorder: true, Shape: var shape } })
                Add(PixelLanesEmitter.Pixels(layer), WeightMatrix.WordsFor(shape.Count) + 1);
            if (layer.Lowering != Lowering.None && layer.Layer is not ScoreLayer)
                Add(LayerText.Bits(layer.Index + 1), layer.Output.Words + (layer is not PixelLanesPlan && plan.Layers[layer.Index + 1].Layer is DenseLayer or ScoresLayer ? 0 : 1));
        }
    }

    private bool IsOnStack => _total <= StackWords;

    /// <summary>Writes what must stand before the first buffer.</summary>
    public void EmitScratch(SourceWriter w)
    {
        if (!IsOnStack)
            w.Line($"global::System.Span<ulong> scratch = global::Bnn.Kernels.ThreadScratch.Words({Literal.Of(_total)});");
    }

    /// <summary>Declares the buffer <paramref name="name"/>; what it holds at first does not matter.</summary>
    public void Emit(SourceWriter w, string name)
    {
        (int first, int words) = _places[name];
        string memory = IsOnStack ? $"stackalloc ulong[{Literal.Of(words)}]" : $"scratch.Slice({Literal.Of(first)}, {Literal.Of(words)})";
        w.Line($"global::System.Span<ulong> {name} = {memory};");
    }

    private void Add(string name, int words)
    {
        _places.Add(name, (_total, words));
        _total += words;
    }
}
