using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes max-pooling: OR of the bits of a window, 64 channels at once; AND for channels whose row was flipped in folding.</summary>
/// <remarks>Small windows without padding are written out; a kernel of the runtime does the others. Cost: a read for each value of a window and 64
/// channels.</remarks>
internal static class PoolEmitter
{
    /// <summary>Writes the method of a pool.</summary>
    public static void Emit(SourceWriter w, BitsPlan layer)
    {
        var pool = (MaxPoolLayer)layer.Layer;
        w.Line(LayerText.Comment(layer));
        w.Line(LayerText.Attribute);
        using (w.Block($"private static void Layer{Literal.Of(layer.Index)}({LayerText.Parameters(layer)})"))
        using (w.Block("unchecked"))
        {
            if (layer.IsWrittenOut)
                Windows(w, layer, pool);
            else
                w.Line($"new global::Bnn.Kernels.PoolShape({Sizes(layer, pool)}).Pool(x, {And(layer, pool)}, y);");
        }
        w.Line();
    }

    private static void Windows(SourceWriter w, BitsPlan layer, MaxPoolLayer pool)
    {
        Shape output = layer.Output.Shape;
        bool isOnBytes = output.Channels % 8 == 0;
        w.Line("ref ulong image = ref BnnMemory.GetReference(x);");
        w.Line("var writer = new BnnWriter(y);");
        PositionLoops.Emit(w, output.Height, output.Width, layer.Input, pool.Stride, isOnBytes ? 8 : 1, layer.Output, () =>
        {
            for (int channel = 0; channel < output.Channels; channel += 64)
            {
                int count = Math.Min(64, output.Channels - channel);
                string bits = Window(layer.Input, pool, channel, count, isOnBytes);
                w.Line($"writer.Write({(count == 64 ? bits : $"({bits}) & {Literal.Of(WeightMatrix.TailMask(count, 0))}")}, {Literal.Of(count)});");
            }
        });
        w.Line("writer.Flush();");
    }

    // AND is OR of the opposite bits.
    private static string Window(ImageLayout input, MaxPoolLayer pool, int channel, int count, bool isOnBytes)
    {
        ulong all = WeightMatrix.TailMask(count, 0), and = AndWord(pool, channel, count);
        IEnumerable<string> reads =
            from row in Enumerable.Range(0, pool.Window.Height)
            from column in Enumerable.Range(0, pool.Window.Width)
            select PatchText.Read("image", isOnBytes, "p", (row * input.RowLength) + (column * input.Shape.Channels) + channel);
        return and == 0 ? string.Join(" | ", reads)
            : and == all ? string.Join(" & ", reads)
            : $"({string.Join(" | ", reads.Select(read => $"({read} ^ {Literal.Of(and)})"))}) ^ {Literal.Of(and)}";
    }

    private static ulong AndWord(MaxPoolLayer pool, int channel, int count)
    {
        ulong word = 0;
        for (int i = 0; i < count && pool.AndChannels.Length > 0; i++)
            word |= pool.AndChannels[channel + i] ? 1UL << i : 0;
        return word;
    }

    private static string Sizes(BitsPlan layer, MaxPoolLayer pool)
    {
        Shape image = layer.Input.Shape, output = layer.Output.Shape;
        int[] sizes =
        [
            image.Channels, image.Height, image.Width, pool.Window.Height, pool.Window.Width, pool.Stride.Height, pool.Stride.Width,
            pool.Padding.Top, pool.Padding.Left, output.Height, output.Width,
        ];
        return string.Join(", ", sizes.Select(size => Literal.Of(size)));
    }

    private static string And(BitsPlan layer, MaxPoolLayer pool)
    {
        int channels = layer.Input.Shape.Channels;
        IEnumerable<string> words = Enumerable.Range(0, WeightMatrix.WordsFor(channels))
            .Select(i => Literal.Of(AndWord(pool, 64 * i, Math.Min(64, channels - (64 * i)))));
        return pool.AndChannels.Length == 0 ? "default" : $"new ulong[] {{ {string.Join(", ", words)} }}";
    }
}
