using Bnn.Generator.Compiler.Planning;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes what holds the kernels of a layer in lowering <see cref="Lowering.ActiveColumns"/> or <see cref="Lowering.Permute"/>: made at their first
/// use, one for each group of a convolution; and the calls of a layer that has several ways.</summary>
internal static class DenseLanesEmitter
{
    /// <summary>Writes the classes that hold the kernels of each way, and tables in the order of an image on words.</summary>
    public static void Emit(SourceWriter w, WeightedPlan layer, LaneTables tables, CancellationToken cancel)
    {
        foreach (Lowering lowering in layer.Lanes!.InLanes)
            Emit(w, layer, lowering, tables);
        if (layer.HasOrderedKernel && layer.Lowering != Lowering.PopCountTable)
            PopCountTable.EmitTables(w, layer.Rows, cancel);
    }

    /// <summary>Writes the call of a dense layer, of the way that is the fastest on the processor.</summary>
    /// <param name="w">Receives the lines.</param>
    /// <param name="layer">Its plan.</param>
    /// <param name="from">The local with its input.</param>
    /// <param name="bytes">The same as bytes of the sample, for kernels that take those.</param>
    /// <param name="to">The local that receives its bits.</param>
    /// <param name="words">Writes the call of the layer on words.</param>
    public static void EmitCall(SourceWriter w, WeightedPlan layer, string from, string bytes, string to, Action words)
    {
        IReadOnlyList<(int Bits, Lowering? Way)> steps = layer.Lanes!.Steps;
        if (steps.Count == 1)
        {
            Way(steps[0].Way);
            return;
        }
        for (int i = 0; i < steps.Count; i++)
        {
            (int bits, Lowering? way) = steps[i];
            string condition = bits > 0 ? $"if (global::Bnn.Kernels.ProcessorTier.Has{Literal.Of(bits)})" : "";
            using (w.Block(i == 0 ? condition : bits > 0 ? $"else {condition}" : "else"))
                Way(way);
        }

        void Way(Lowering? way)
        {
            if (way is { } lowering)
                w.Line($"{Holder(layer, lowering)}.Layer.Run({(layer.ReadsBytes ? bytes : from)}, {to});");
            else
                words();
        }
    }

    // A layer with kernels of both kinds has a class for each, so that only those that run are made.
    private static string Holder(WeightedPlan layer, Lowering lowering) =>
        $"Lanes{Literal.Of(layer.Index)}{(layer.Lanes!.InLanes.Count > 1 ? lowering.ToString() : "")}";

    private static void Emit(SourceWriter w, WeightedPlan layer, Lowering lowering, LaneTables tables)
    {
        string type = "global::Bnn.Kernels." + (layer.ReadsBytes ? "ByteSumLayer" : lowering == Lowering.ActiveColumns ? "ColumnLayer" : "PermuteLayer");
        RowsPlan rows = layer.Rows;
        string inputs = Literal.Of(layer.HasOrderedKernel ? rows.Patch?.Columns.Length ?? layer.Input.Shape.Count : tables.Inputs(layer.Index));
        w.Line($"{LayerText.Comment(layer)}; made at the first use.");
        using (w.Block($"private static class {Holder(layer, lowering)}"))
        {
            if (rows.Groups == 1)
            {
                w.Line($"internal static readonly {type} Layer =");
                w.Line($"    {type}.Create({inputs}, {(layer.HasOrderedKernel ? PopCountTable.Arguments(rows, "0") : tables.Arguments(layer.Index, areMasksExpanded: true))});");
            }
            else
            {
                w.Line($"internal static readonly {type}[] Groups = Make();");
                w.Line();
                using (w.Block($"private static {type}[] Make()"))
                {
                    w.Line($"var groups = new {type}[{Literal.Of(rows.Groups)}];");
                    w.Line("for (int group = 0; group < groups.Length; group++)");
                    w.Line($"    groups[group] = {type}.Create({inputs}, {PopCountTable.Arguments(rows, "group")});");
                    w.Line("return groups;");
                }
            }
        }
        w.Line();
    }
}
