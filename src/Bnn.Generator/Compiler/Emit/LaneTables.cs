using Bnn.Generator.Compiler.Passes;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>The tables that kernels over lanes are made from: packed weights, masks, limits or biases. A table of another lowering serves where it holds
/// the same words.</summary>
/// <remarks>Columns are channel-major as in the file, or in the order of the packed input bits for dense layers that see a vector.</remarks>
internal sealed class LaneTables
{
    private readonly Plan _plan;
    private readonly List<int> _layers;

    // Rows of masks of each layer: none if everything lives, one if all channels have the same.
    private readonly Dictionary<int, int> _masks;

    /// <param name="plan">Tells which layers need tables.</param>
    public LaneTables(Plan plan)
    {
        _plan = plan;
        bool isBatch = plan.Batch.Input is not null;
        _layers =
        [
            .. plan.Layers.Where(layer => layer.Layer is WeightedLayer && (isBatch || layer is PixelLanesPlan or WeightedPlan { HasDenseKernel: true, HasOrderedKernel: false })).Select(layer => layer.Index),
        ];
        _masks = _layers.ToDictionary(layer => layer, MaskRows);
    }

    /// <summary>Words of weights and masks that no other lowering has.</summary>
    public long Words => _layers.Sum(layer => ((IsShared(layer) ? 0L : Rows(layer)) + _masks[layer]) * WordsOf(layer));

    /// <summary>Inputs of a channel, as the tables count them.</summary>
    public int Inputs(int layer) => Packed(layer) is null ? Layer(layer).Weights.Columns : layer == 0 ? _plan.Input.Columns.Length : Layer(layer).Weights.Columns;

    /// <summary>Signs, masks and limits or biases of a layer, as arguments.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="areMasksExpanded">Whether a row of masks that all channels share must be repeated for each.</param>
    public string Arguments(int layer, bool areMasksExpanded = false)
    {
        string index = Literal.Of(layer);
        string signs = IsShared(layer) ? $"Layer{index}Weights.Slice(0, {Literal.Of(Rows(layer) * WordsOf(layer))})" : $"Lanes{index}Signs";
        string numbers = Layer(layer) is ScoreLayer scores ? $"Lanes{index}Biases, {Literal.Of(scores.Scale)}" : $"Lanes{index}Limits";
        string masks = _masks[layer] == 0 ? "default" : $"Lanes{index}Masks";
        if (areMasksExpanded && _masks[layer] > 0)
            masks = $"global::Bnn.Kernels.RowMasks.Expand({masks}, {signs})";
        return $"{signs}, {masks}, {numbers}";
    }

    /// <summary>Writes the tables.</summary>
    public void Emit(SourceWriter w, CancellationToken cancel)
    {
        foreach (int layer in _layers)
        {
            int words = WordsOf(layer);
            string name = "Lanes" + Literal.Of(layer);
            if (!IsShared(layer))
                TableText.Emit(w, name + "Signs", "ulong", Rows(layer) * words, i => Literal.Of(Signs(layer, i / words)[i % words]), cancel);
            if (_masks[layer] is > 0 and int rows)
                TableText.Emit(w, name + "Masks", "ulong", rows * words, i => Literal.Of(Live(layer, i / words, i % words)), cancel);
            EquatableArray<int> numbers = Layer(layer) is ScoreLayer scores ? scores.Biases : Layer(layer).Limits()!.Value;
            TableText.Emit(w, name + (Layer(layer) is ScoreLayer ? "Biases" : "Limits"), "int", numbers.Length, i => Literal.Of(numbers[i]), cancel);
        }
    }

    private WeightedLayer Layer(int layer) => (WeightedLayer)_plan.Compact.Layers[layer];

    private int Rows(int layer) => Layer(layer).Weights.Rows;

    private int WordsOf(int layer) => WeightMatrix.WordsFor(Inputs(layer));

    // Rows in the order of packed bits, of a dense layer whose input is a vector.
    private PackedRows? Packed(int layer) =>
        _plan.Layers[layer] is WeightedPlan { Layer: DenseLayer or ScoresLayer } plan
            && (layer == 0 || plan.Input.IsInFileOrder)
            ? plan.Rows.Rows : null;

    private bool IsShared(int layer) => Packed(layer) is not null && _plan.Layers[layer].Lowering == Lowering.PopCountTable;

    private ReadOnlySpan<ulong> Signs(int layer, int row) => Packed(layer) is { } packed ? packed.Signs(row) : Layer(layer).Weights.Signs(row);

    private ulong Live(int layer, int row, int word) => Packed(layer) is { } packed ? packed.Live(row, word) : Layer(layer).Weights.Live(row, word);

    private int MaskRows(int layer)
    {
        int words = WordsOf(layer), inputs = Inputs(layer), rows = Rows(layer);
        bool isWhole = true, isSame = true;
        for (int row = 0; row < rows; row++)
        {
            for (int word = 0; word < words; word++)
            {
                ulong live = Live(layer, row, word);
                isWhole &= live == WeightMatrix.TailMask(inputs, word);
                isSame &= live == Live(layer, 0, word);
            }
        }
        return isWhole ? 0 : isSame ? 1 : rows;
    }
}
