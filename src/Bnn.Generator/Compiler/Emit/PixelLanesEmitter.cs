using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes neighbouring layers in lowering <see cref="Lowering.PixelLanes"/>: a network of kernels, made at its first use, and its call.</summary>
internal static class PixelLanesEmitter
{
    /// <summary>Name of the buffer for pixels that still need a border.</summary>
    public static string Pixels(LayerPlan layer) => "pixels" + Literal.Of(layer.Index + 1);

    /// <summary>Writes the call behind the comment of the last of the neighbours.</summary>
    public static void EmitCall(SourceWriter w, PixelLanesPlan layer, Buffers buffers)
    {
        if (layer.Index < layer.Last)
            return;
        string call = $"Lanes{Literal.Of(layer.First)}.Layers", from = layer.First == 0 ? "input" : LayerText.Bits(layer.First);
        if (layer.Layer is ScoreLayer)
        {
            w.Line($"{call}.Scores({from}, scores);");
            return;
        }
        string to = LayerText.Bits(layer.Index + 1), pixels = layer.Output.HasBorder ? Pixels(layer) : to;
        buffers.Emit(w, pixels);
        w.Line($"{call}.Run({from}, {pixels});");
        if (layer.Output.HasBorder)
        {
            buffers.Emit(w, to);
            w.Line(LayerText.AddBorder(pixels, layer.Output, to));
        }
    }

    /// <summary>Writes the class that holds the network of layers <paramref name="first"/> and its neighbours.</summary>
    public static void Emit(SourceWriter w, Plan plan, PixelLanesPlan first, LaneTables tables)
    {
        Shape image = first.Input.Shape;
        string kind = $"isEightBit: {Literal.Of(first.IsEightBit)}, isPixelMajor: {Literal.Of(first.First > 0)}";
        w.Line($"// Layers {Literal.Of(first.First)} to {Literal.Of(first.Last)} with a pixel in each lane; made at the first use.");
        using (w.Block($"private static class Lanes{Literal.Of(first.First)}"))
        {
            w.Line("internal static readonly global::Bnn.Kernels.PixelNetwork Layers =");
            w.Line($"    new global::Bnn.Kernels.PixelNetworkBuilder({Literal.Of(image.Channels)}, {Literal.Of(image.Height)}, {Literal.Of(image.Width)}, {kind})");
            if (first.First == 0)
                w.Line($"        .FromBytes({Bytes(plan)})");
            for (int i = first.First; i <= first.Last; i++)
                w.Line("        " + Step(plan.Layers[i], tables) + (i < first.Last ? "" : plan.Layers[i].Layer is ScoreLayer ? ";" : $".Build(isPixelMajor: {Literal.Of(!plan.Layers[i].Output.IsChannelMajor)});"));
        }
        w.Line();
    }

    /// <summary>The window of a convolution or pool, as an argument.</summary>
    public static string Window(Extent size, Extent stride, Padding padding, Shape input, Shape output)
    {
        int[] sizes =
        [
            input.Height, input.Width, size.Height, size.Width, stride.Height, stride.Width, padding.Top, padding.Left, output.Height, output.Width,
        ];
        return $"new BnnWindow({string.Join(", ", sizes.Select(number => Literal.Of(number)))})";
    }

    /// <summary>The channels of a pool that take AND, as an argument.</summary>
    public static string And(MaxPoolLayer pool)
    {
        if (!pool.AndChannels.Any(and => and))
            return "default";
        var words = new ulong[WeightMatrix.WordsFor(pool.AndChannels.Length)];
        for (int c = 0; c < pool.AndChannels.Length; c++)
            words[c >> 6] |= pool.AndChannels[c] ? 1UL << (c & 63) : 0;
        return $"new ulong[] {{ {string.Join(", ", words.Select(Literal.Of))} }}";
    }

    // Nothing for the eight planes of bytes; else channel and threshold, or −1 − bit, of each plane.
    private static string Bytes(Plan plan)
    {
        if (plan.Compact.Encoding.IsEightBit)
            return "";
        IReadOnlyList<InputPlane> planes = plan.Compact.Encoding.Planes(plan.Compact.Input.Channels);
        return $"{Numbers(planes.Select(plane => plane.Channel))}, {Numbers(planes.Select(plane => plane.IsThreshold ? plane.Value : -1 - plane.Value))}";

        static string Numbers(IEnumerable<int> numbers) => $"new int[] {{ {string.Join(", ", numbers.Select(number => Literal.Of(number)))} }}";
    }

    private static string Step(LayerPlan layer, LaneTables tables)
    {
        Shape input = layer.Input.Shape, output = layer.Output.Shape;
        return layer.Layer switch
        {
            ConvolutionLayer convolution => $".Convolution({Window(convolution.Kernel, convolution.Stride, convolution.Padding, input, output)}, " +
                $"{Literal.Of(convolution.PaddingBit)}, {Literal.Of(convolution.Groups)}, {tables.Arguments(layer.Index)})",
            MaxPoolLayer pool => $".Pool({Window(pool.Window, pool.Stride, pool.Padding, input, output)}, {And(pool)})",
            _ => $".SumScores({tables.Arguments(layer.Index)})",
        };
    }
}
