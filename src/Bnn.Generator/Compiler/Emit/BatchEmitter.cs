using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes the way of a batch in lowering <see cref="Lowering.SampleLanes"/>: a network of kernels, made at its first use, and its call.</summary>
internal static class BatchEmitter
{
    /// <summary>Writes what does as many samples as pay, before a loop that begins at <c>i</c>.</summary>
    /// <param name="w">Receives the lines.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="method"><c>Predict</c> or <c>Scores</c>.</param>
    /// <param name="results">The span that receives the results.</param>
    public static void EmitCall(SourceWriter w, Plan plan, string method, string results)
    {
        int[] leasts = [.. plan.Batch.Leasts];
        string least = Number(leasts[0]);
        if (leasts.Distinct().Count() > 1)
        {
            w.Line("int least = global::Bnn.Kernels.ProcessorTier.Has512 ? " + Number(leasts[0])
                + (leasts[1] == leasts[2] ? "" : " : global::Bnn.Kernels.ProcessorTier.Has256 ? " + Number(leasts[1])) + $" : {Number(leasts[2])};");
            least = "least";
        }
        w.Line($"if (samples >= {least})");
        w.Line($"    i = BatchLanes.Network.{method}(images, {results}, {least});");

        static string Number(int least) => least == BatchPlan.Never ? "int.MaxValue" : Literal.Of(least);
    }

    /// <summary>Writes the class that holds the network.</summary>
    public static void Emit(SourceWriter w, Plan plan, LaneTables tables, CancellationToken cancel)
    {
        w.Line("// All layers with a sample in each lane; made at the first use.");
        using (w.Block("private static class BatchLanes"))
        {
            w.Line("internal static readonly global::Bnn.Kernels.SampleNetwork Network =");
            w.Line($"    new global::Bnn.Kernels.SampleNetworkBuilder({Literal.Of(plan.Network.InputLength)})");
            foreach (string run in Runs(plan))
                w.Line("        " + run);
            foreach (LayerPlan layer in plan.Layers)
            {
                if (layer.Layer is not FlattenLayer)
                    w.Line("        " + Step(plan, layer, tables));
            }
            foreach (LayerPlan layer in plan.Layers)
            {
                if (plan.Batch.Circuits[layer.Index] is { } circuit)
                    CircuitEmitter.Emit(w, layer, circuit, cancel);
            }
        }
        w.Line();
    }

    private static IEnumerable<string> Runs(Plan plan)
    {
        InputLayout input = plan.Batch.Input!;
        if (!input.IsEightBit)
            return input.Runs.Select(run => Run(run.IsThreshold ? "AtLeast" : "Bit", run.First, run.Length, run.Value));
        return input.Image is null ? Enumerable.Range(0, 8).SelectMany(bit => input.Runs.Select(run => Run("Bit", run.First, run.Length, bit))) : [".EightBit()"];

        static string Run(string method, int first, int length, int value) => $".{method}({Literal.Of(first)}, {Literal.Of(length)}, {Literal.Of(value)})";
    }

    private static string Step(Plan plan, LayerPlan layer, LaneTables tables)
    {
        IReadOnlyList<Shape> shapes = plan.Compact.Shapes();
        Shape input = shapes[layer.Index], output = shapes[layer.Index + 1];
        string eightBit = plan.Compact.IsEightBit(layer.Index) ? ", isEightBit: true" : "";
        switch (layer.Layer)
        {
            case ConvolutionLayer convolution:
                string window = PixelLanesEmitter.Window(convolution.Kernel, convolution.Stride, convolution.Padding, input, output);
                return $".Convolution({window}, {Literal.Of(input.Channels)}, {Literal.Of(convolution.PaddingBit)}, " +
                    $"{Literal.Of(convolution.Groups)}, {tables.Arguments(layer.Index)}{eightBit})";
            case MaxPoolLayer pool:
                return $".Pool({PixelLanesEmitter.Window(pool.Window, pool.Stride, pool.Padding, input, output)}, {Literal.Of(input.Channels)}, " +
                    $"{PixelLanesEmitter.And(pool)})";
            case SumScoresLayer:
                string positions = Literal.Of(input.Height * input.Width);
                return $".SumScores({Literal.Of(input.Channels)}, {positions}, {tables.Arguments(layer.Index)}{eightBit});";
            case ScoresLayer:
                return $".Scores({Literal.Of(tables.Inputs(layer.Index))}, {tables.Arguments(layer.Index)}{eightBit});";
            case DenseLayer when plan.Batch.Circuits[layer.Index] is not null:
                return $".Circuit(new {CircuitEmitter.Name(layer)}(), {Literal.Of(tables.Inputs(layer.Index))}, {tables.Arguments(layer.Index)})";
            default:
                return $".Dense({Literal.Of(tables.Inputs(layer.Index))}, {tables.Arguments(layer.Index)}{eightBit})";
        }
    }
}
