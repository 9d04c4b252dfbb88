using Bnn.Generator.Compiler.Planning;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes what holds the kernels of a layer in lowering <see cref="Lowering.ActiveColumns"/> or <see cref="Lowering.Permute"/>: made at their first
/// use, one for each group of a convolution.</summary>
internal static class DenseLanesEmitter
{
    /// <summary>Writes the class that holds the kernels, and tables in the order of an image on words.</summary>
    public static void Emit(SourceWriter w, WeightedPlan layer, LaneTables tables, CancellationToken cancel)
    {
        string type = layer.Lowering == Lowering.ActiveColumns ? "global::Bnn.Kernels.ColumnLayer" : "global::Bnn.Kernels.PermuteLayer";
        RowsPlan rows = layer.Rows;
        string inputs = Literal.Of(layer.HasOrderedKernel ? rows.Patch?.Columns.Length ?? layer.Input.Shape.Count : tables.Inputs(layer.Index));
        w.Line($"{LayerText.Comment(layer)}; made at the first use.");
        using (w.Block($"private static class Lanes{Literal.Of(layer.Index)}"))
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
        if (layer.HasOrderedKernel)
            PopCountTable.EmitTables(w, rows, cancel);
    }
}
