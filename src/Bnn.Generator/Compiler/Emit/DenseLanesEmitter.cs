using Bnn.Generator.Compiler.Planning;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes a dense layer in lowering <see cref="Lowering.ActiveColumns"/> or <see cref="Lowering.Permute"/>: a kernel made at its first use.</summary>
internal static class DenseLanesEmitter
{
    /// <summary>Writes the class that holds the kernel.</summary>
    public static void Emit(SourceWriter w, LayerPlan layer, LaneTables tables)
    {
        string type = layer.Lowering == Lowering.ActiveColumns ? "global::Bnn.Kernels.ColumnLayer" : "global::Bnn.Kernels.PermuteLayer";
        w.Line($"{LayerText.Comment(layer)}; made at the first use.");
        using (w.Block($"private static class Lanes{Literal.Of(layer.Index)}"))
        {
            w.Line($"internal static readonly {type} Layer =");
            w.Line($"    {type}.Create({Literal.Of(tables.Inputs(layer.Index))}, {tables.Arguments(layer.Index, areMasksExpanded: true)});");
        }
        w.Line();
    }
}
