using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes the way from the bytes of a sample to its scores, layer by layer, and the methods of the layers.</summary>
internal static class RunEmitter
{
    /// <summary>Writes <c>Run</c>.</summary>
    /// <param name="w">Receives the lines.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="times">Writes down when each layer ended; null: nobody asks.</param>
    /// <param name="cancel">Reaches the methods of the input.</param>
    public static void Emit(SourceWriter w, Plan plan, RunTimes? times, CancellationToken cancel)
    {
        times?.EmitField(w);
        ImageInputEmitter? image = plan.Input.Image is null ? null : new(plan.Input);
        var input = new InputEmitter(plan.Input, plan.Layers[0], image);
        var buffers = new Buffers(plan, image);
        w.Line("/// <summary>From the bytes of a sample to its scores; the lengths have been checked.</summary>");
        using (w.Block("private static void Run(global::System.ReadOnlySpan<byte> input, global::System.Span<int> scores)"))
        using (w.Block("unchecked"))
        {
            buffers.EmitScratch(w);
            times?.EmitBegin(w);
            foreach (LayerPlan layer in plan.Layers)
            {
                if (layer.Lowering == Lowering.None)
                    continue;
                w.Line($"// {layer.Index}: {ModelNames.Quote(layer.Layer.Name)}, {layer.Shape}, {layer.How}");
                bool packsLater = layer is WeightedPlan { ReadsBytes: true };
                if (layer.Index == 0 && layer.ReadsInput)
                {
                    if (!packsLater && layer is not PixelLanesPlan)
                        input.EmitCall(w, buffers);
                    times?.EmitEnd(w, index: -1);
                }
                if (layer is PixelLanesPlan lanes)
                    PixelLanesEmitter.EmitCall(w, lanes, buffers);
                else
                {
                    if (layer.Layer is not ScoreLayer)
                        buffers.Emit(w, LayerText.Bits(layer.Index + 1));
                    Call(w, layer, InputBytes(plan), packsLater ? () => input.EmitCall(w, buffers) : null);
                }
                times?.EmitEnd(w, layer.Index);
            }
        }
        w.Line();
        if (plan.Layers[0] is not PixelLanesPlan)
            input.EmitMethods(w, cancel);
    }

    /// <summary>Writes the methods and tables of a layer.</summary>
    public static void EmitLayer(SourceWriter w, LayerPlan layer, CancellationToken cancel)
    {
        switch (layer)
        {
            case { Lowering: Lowering.None } or { Layer: FlattenLayer } or PixelLanesPlan:
                break;
            case ChannelLanesPlan plan:
                ChannelLanesEmitter.Emit(w, plan, cancel);
                break;
            case WeightedPlan { HasPatches: true, HasDenseKernel: true } plan:
                PatchLanesEmitter.Emit(w, plan);
                break;
            case WeightedPlan { HasPatches: true } plan:
                PatchesEmitter.Emit(w, plan, cancel);
                break;
            case WeightedPlan { Lowering: Lowering.Unrolled } plan:
                UnrolledEmitter.Emit(w, plan, cancel);
                break;
            case WeightedPlan { HasWords: false }:
                break;
            case WeightedPlan plan:
                DenseEmitter.Emit(w, plan, cancel);
                break;
            case BitsPlan plan:
                PoolEmitter.Emit(w, plan);
                break;
        }
    }

    // A layer that takes bytes reads one run of them.
    private static string InputBytes(Plan plan) => plan.Input.Runs.Count == 1
        ? $"input.Slice({Literal.Of(plan.Input.Runs[0].First)}, {Literal.Of(plan.Input.Runs[0].Length)})" : "";

    private static void Call(SourceWriter w, LayerPlan layer, string bytes, Action? pack)
    {
        string from = layer.ReadsInput ? LayerText.Bits(layer.Index) : "default", to = layer.Layer is ScoreLayer ? "scores" : LayerText.Bits(layer.Index + 1);
        if (layer.Layer is FlattenLayer)
        {
            Shape image = layer.Input.Shape;
            w.Line($"global::Bnn.Kernels.BitMatrix.Transpose({from}, {Literal.Of(image.Height * image.Width)}, {Literal.Of(image.Channels)}, {to});");
            return;
        }
        if (layer is WeightedPlan { HasPatches: false } plan)
        {
            // Bits between those that are read were computed along with them.
            foreach (int word in layer.Index > 0 && layer.ReadsInput ? plan.Rows.Rows.UnreadWords : [])
                w.Line($"{from}[{Literal.Of(word)}] &= {Literal.Of(~plan.Rows.Rows.Unread(word))};");
            if (plan.HasDenseKernel)
                DenseLanesEmitter.EmitCall(w, plan, from, bytes, to, Words);
            else
                Words();
            return;
        }
        Whole();

        void Words()
        {
            pack?.Invoke();
            if (layer is WeightedPlan { Lowering: Lowering.Unrolled } plan)
                UnrolledEmitter.EmitCall(w, plan.Rows, layer.ReadsInput ? from : "", to);
            else
                Whole();
        }

        void Whole() => w.Line($"Layer{Literal.Of(layer.Index)}({from}, {to});");
    }
}
