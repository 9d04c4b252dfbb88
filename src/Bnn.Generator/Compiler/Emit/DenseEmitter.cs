using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes a dense or scores layer in lowering <see cref="Lowering.PopCountTable"/>: one method and its tables.</summary>
internal static class DenseEmitter
{
    /// <summary>Writes the method and the tables.</summary>
    public static void Emit(SourceWriter w, WeightedPlan layer, CancellationToken cancel)
    {
        RowsPlan rows = layer.Rows;
        w.Line(LayerText.Comment(layer));
        w.Line(LayerText.Attribute);
        using (w.Block($"private static void {rows.Name}({LayerText.Parameters(layer)})"))
        using (w.Block("unchecked"))
        {
            w.Line("ref ulong xs = ref BnnMemory.GetReference(x);");
            for (int word = 0; word < PatchText.Locals(rows); word++)
                w.Line($"ulong x{Literal.Of(word)} = {LayerText.At("xs", Literal.Of(word))};");
            PopCountTable.EmitReferences(w, rows);
            PopCountTable.EmitStart(w, rows);
            if (layer.Layer is ScoreLayer)
            {
                PopCountTable.EmitCounts(w, rows, isAdded: false);
                PopCountTable.EmitScores(w, rows);
            }
            else
            {
                w.Line("var writer = new BnnWriter(y);");
                PopCountTable.EmitBits(w, rows, "0");
                w.Line("writer.Flush();");
            }
        }
        w.Line();
        PopCountTable.EmitTables(w, rows, cancel);
        if (layer.Layer is ScoreLayer)
            PopCountTable.EmitConstants(w, rows, cancel);
    }
}
