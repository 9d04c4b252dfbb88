using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes a convolution in lowering <see cref="Lowering.ActiveColumns"/> or <see cref="Lowering.Permute"/>: the patches of some positions of a row
/// are gathered, and meet a kernel together.</summary>
internal static class PatchLanesEmitter
{
    /// <summary>Writes the method of a layer.</summary>
    public static void Emit(SourceWriter w, WeightedPlan layer)
    {
        RowsPlan rows = layer.Rows;
        int columns = layer.Output.Shape.Width, words = WeightMatrix.WordsFor(rows.ChannelsOfGroup);
        int together = Math.Min(columns, Math.Max(4, Math.Min(CostModel.PatchesTogether, CostModel.PatchesWords / rows.Words) / 4 * 4));
        w.Line(LayerText.Comment(layer));
        w.Line(LayerText.Attribute);
        using (w.Block($"private static void {rows.Name}({LayerText.Parameters(layer)})"))
        using (w.Block("unchecked"))
        {
            w.Line("ref ulong image = ref BnnMemory.GetReference(x);");
            w.Line($"global::System.Span<ulong> patches = stackalloc ulong[{Literal.Of(together * rows.Words)}];");
            // Bits are copied from here on by whole words, and one is read beyond them.
            w.Line($"global::System.Span<ulong> fired = stackalloc ulong[{Literal.Of((rows.Groups * together * words) + 1)}];");
            if (rows.Patch!.IsGatheredByKernel)
                w.Line($"var shape = {PatchesEmitter.Shape(layer)};");
            w.Line("var writer = new BnnWriter(y);");
            PositionLoops.Emit(w, layer.Output.Shape.Height, columns, layer.Input, ((ConvolutionLayer)layer.Layer).Stride, rows.Patch.IsOnBytes ? 8 : 1, layer.Output,
                () => Positions(w, layer, words, together), together);
            w.Line("writer.Flush();");
        }
        w.Line();
    }

    private static void Positions(SourceWriter w, WeightedPlan layer, int words, int together)
    {
        RowsPlan rows = layer.Rows;
        int columns = layer.Output.Shape.Width;
        string n = columns % together == 0 ? Literal.Of(together) : "n", kernel = $"Lanes{Literal.Of(layer.Index)}", channels = Literal.Of(rows.ChannelsOfGroup);
        if (n == "n")
            w.Line($"int n = global::System.Math.Min({Literal.Of(together)}, {Literal.Of(columns)} - column);");
        if (rows.Groups == 1)
        {
            Gather(w, layer, n, "p", "0");
            w.Line($"{kernel}.Layer.Run(patches, {n}, fired);");
            w.Line($"for (int i = 0; i < {n}; i++)");
            w.Line($"    writer.Copy(ref fired[i * {Literal.Of(words)}], 0, {channels});");
            return;
        }
        string groups = Literal.Of(rows.Groups), step = Literal.Of(together * words);
        using (w.Block($"for (int group = 0, q = p; group < {groups}; group++, q += {Literal.Of(PatchesEmitter.GroupStep(layer))})"))
        {
            Gather(w, layer, n, "q", "group");
            w.Line($"{kernel}.Groups[group].Run(patches, {n}, fired.Slice(group * {step}));");
        }
        using (w.Block($"for (int i = 0; i < {n}; i++)"))
        {
            w.Line($"for (int group = 0; group < {groups}; group++)");
            w.Line($"    writer.Copy(ref fired[(group * {step}) + (i * {Literal.Of(words)})], 0, {channels});");
        }
    }

    // The patches of one group, one behind another.
    private static void Gather(SourceWriter w, WeightedPlan layer, string count, string origin, string group)
    {
        string words = Literal.Of(layer.Rows.Words);
        int right = ((ConvolutionLayer)layer.Layer).Stride.Width * layer.Input.Shape.Channels / (layer.Rows.Patch!.IsOnBytes ? 8 : 1);
        using (w.Block($"for (int i = 0, o = {origin}; i < {count}; i++, o += {Literal.Of(right)})"))
        {
            w.Line(layer.Rows.Patch.IsGatheredByKernel
                ? $"global::System.Span<ulong> patch = patches.Slice(i * {words}, {words});"
                : $"ref ulong xs = ref BnnUnsafe.Add(ref BnnMemory.GetReference(patches), i * {words});");
            PatchesEmitter.Gather(w, layer, "o", group, locals: 0, "column + i");
        }
    }
}
