using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes a convolution or sum-scores: at each position a patch is gathered once, and meets all rows, literals or a table.</summary>
internal static class PatchesEmitter
{
    /// <summary>Writes the methods and tables of a layer.</summary>
    public static void Emit(SourceWriter w, WeightedPlan layer, CancellationToken cancel)
    {
        RowsPlan rows = layer.Rows;
        bool isUnrolled = layer.Lowering == Lowering.Unrolled;
        bool isScores = layer.Layer is ScoreLayer;
        w.Line(LayerText.Comment(layer));
        w.Line(LayerText.Attribute);
        using (w.Block($"private static void {rows.Name}({LayerText.Parameters(layer)})"))
        using (w.Block("unchecked"))
            Body(w, layer, isUnrolled, isScores);
        w.Line();
        if (isUnrolled)
            UnrolledEmitter.Emit(w, layer, cancel);
        else
            PopCountTable.EmitTables(w, rows, cancel);
        if (isScores)
            PopCountTable.EmitConstants(w, rows, cancel);
    }

    private static void Body(SourceWriter w, WeightedPlan layer, bool isUnrolled, bool isScores)
    {
        RowsPlan rows = layer.Rows;
        PatchPlan patch = rows.Patch!;
        int locals = isUnrolled ? UnrolledEmitter.Arguments(rows) : PatchText.Locals(rows);
        if (layer.ReadsInput)
        {
            w.Line("ref ulong image = ref BnnMemory.GetReference(x);");
            if (rows.Planes * rows.Words > locals || patch.IsGatheredByKernel)
            {
                w.Line($"global::System.Span<ulong> patch = stackalloc ulong[{Literal.Of(rows.Planes * rows.Words)}];");
                w.Line("ref ulong xs = ref BnnMemory.GetReference(patch);");
            }
            if (patch.IsGatheredByKernel)
                w.Line($"var shape = {Shape(layer)};");
        }
        if (isScores)
            w.Line("scores.Clear();");
        else
            w.Line("var writer = new BnnWriter(y);");
        if (!isUnrolled)
            PopCountTable.EmitReferences(w, rows);
        Extent stride = layer.Layer is ConvolutionLayer convolution ? convolution.Stride : new(1, 1);
        Shape output = isScores ? layer.Input.Shape : layer.Output.Shape;
        PositionLoops.Emit(w, output.Height, output.Width, layer.Input, stride, patch.IsOnBytes ? 8 : 1, isScores ? null : layer.Output,
            () => Position(w, layer, isUnrolled, isScores, locals));
        if (isScores)
            PopCountTable.EmitScores(w, rows);
        else
            w.Line("writer.Flush();");
    }

    private static void Position(SourceWriter w, WeightedPlan layer, bool isUnrolled, bool isScores, int locals)
    {
        RowsPlan rows = layer.Rows;
        if (!isUnrolled)
            PopCountTable.EmitStart(w, rows);
        if (isUnrolled)
        {
            for (int group = 0; group < rows.Groups; group++)
            {
                using (w.Block())
                {
                    Gather(w, layer, LayerText.Plus("p", group * GroupStep(layer)), Literal.Of(group), locals);
                    UnrolledEmitter.EmitPatch(w, rows, group);
                }
            }
            return;
        }
        if (rows.Groups == 1)
        {
            Gather(w, layer, "p", "0", locals);
            if (isScores)
                PopCountTable.EmitCounts(w, rows, isAdded: true);
            else
                PopCountTable.EmitBits(w, rows, "0");
            return;
        }
        using (w.Block($"for (int group = 0, q = p; group < {Literal.Of(rows.Groups)}; group++, q += {Literal.Of(GroupStep(layer))})"))
        {
            Gather(w, layer, "q", "group", locals);
            PopCountTable.EmitBits(w, rows, $"group * {Literal.Of(rows.ChannelsOfGroup)}");
        }
    }

    /// <summary>How much further the patch of the next group begins, in bits or bytes.</summary>
    public static int GroupStep(WeightedPlan layer) => layer.Input.Shape.Channels / layer.Rows.Groups / (layer.Rows.Patch!.IsOnBytes ? 8 : 1);

    /// <summary>Writes what gathers the patch of a group at a position.</summary>
    /// <param name="w">Receives the lines.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="origin">Name of the first bit, or byte, of the window.</param>
    /// <param name="group">Name of the group.</param>
    /// <param name="locals">How many words become locals; the rest goes to <c>xs</c>, or <c>patch</c> by a kernel of the runtime.</param>
    /// <param name="column">Name of the column of the position.</param>
    public static void Gather(SourceWriter w, WeightedPlan layer, string origin, string group, int locals, string column = "column")
    {
        RowsPlan rows = layer.Rows;
        if (!layer.ReadsInput)
            return;
        string stride = Literal.Of(layer.Input.Words + 1), words = Literal.Of(rows.Words);
        if (rows.Patch!.IsGatheredByKernel)
        {
            if (rows.IsEightBit)
            {
                w.Line("for (int b = 0; b < 8; b++)");
                w.Line($"    shape.Gather(x.Slice(b * {stride}, {stride}), row, column, {group}, patch.Slice(b * {words}, {words}));");
            }
            else
                w.Line($"shape.Gather(x, row, {column}, {group}, patch);");
            for (int word = 0; word < locals; word++)
                w.Line($"ulong x{Literal.Of(word)} = {LayerText.At("xs", Literal.Of(word))};");
            return;
        }
        if (!rows.IsEightBit)
        {
            PatchText.Gather(w, rows, "image", "xs", origin, locals);
            return;
        }
        // Each plane is an image of its own, and its patch goes behind that of the plane before.
        using (w.Block("for (int b = 0; b < 8; b++)"))
        {
            w.Line($"ref ulong plane = ref BnnUnsafe.Add(ref image, b * {stride});");
            w.Line($"ref ulong bits = ref BnnUnsafe.Add(ref xs, b * {words});");
            PatchText.Gather(w, rows, "plane", "bits", origin, locals: 0);
        }
        for (int word = 0; word < locals; word++)
            w.Line($"ulong x{Literal.Of(word)} = {LayerText.At("xs", Literal.Of(word))};");
    }

    /// <summary>The kernel of the runtime that gathers patches, as an expression.</summary>
    public static string Shape(WeightedPlan layer)
    {
        Shape image = layer.Input.Shape;
        var convolution = layer.Layer as ConvolutionLayer;
        Extent kernel = convolution?.Kernel ?? new(1, 1), stride = convolution?.Stride ?? new(1, 1);
        Padding padding = convolution?.Padding ?? default;
        int[] sizes = [image.Channels, image.Height, image.Width, kernel.Height, kernel.Width, stride.Height, stride.Width, padding.Top, padding.Left];
        string bit = convolution?.PaddingBit == true ? "true" : "false";
        return $"new global::Bnn.Kernels.PatchShape({string.Join(", ", sizes.Select(size => Literal.Of(size)))}, {bit}, {Literal.Of(layer.Rows.Groups)})";
    }
}
