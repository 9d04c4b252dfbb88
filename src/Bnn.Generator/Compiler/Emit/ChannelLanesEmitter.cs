using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Lowering <see cref="Lowering.ChannelLanes"/>: at each position every value under the kernel adds a row of a table, or of weights times
/// the value, to the counts of all channels.</summary>
/// <remarks>Cost for a value: a load, and an addition (8-bit input: a multiplication and an addition) for each 32 (16) channels.</remarks>
internal static class ChannelLanesEmitter
{
    // Up to so many vector operations all values are written out; more go through a loop.
    private const int WrittenOut = 192;

    /// <summary>Writes the method and its tables.</summary>
    public static void Emit(SourceWriter w, ChannelLanesPlan layer, CancellationToken cancel)
    {
        string name = "Layer" + Literal.Of(layer.Index);
        w.Line(LayerText.Comment(layer));
        w.Line(LayerText.Attribute);
        using (w.Block($"private static void {name}({LayerText.Parameters(layer)})"))
        using (w.Block("unchecked"))
        {
            w.Line("ref byte codes = ref BnnMemory.GetReference(BnnMemory.AsBytes(x));");
            w.Line($"ref {Type(layer)} items = ref BnnMemory.GetReference({name}Items);");
            w.Line($"ref {Type(layer)} bounds = ref BnnMemory.GetReference({name}Bounds);");
            if (!IsWrittenOut(layer))
                w.Line($"ref int taps = ref BnnMemory.GetReference({name}Taps);");
            for (int v = 0; v < layer.Vectors; v++)
                w.Line($"var bound{Literal.Of(v)} = {Load("bounds", Literal.Of(v * layer.Lanes))};");
            w.Line("var writer = new BnnWriter(y);");
            PositionLoops.Emit(w, layer.Output.Shape.Height, layer.Output.Shape.Width, layer.Codes.Plane, layer.Convolution.Stride, 1, layer.Output,
                () => Position(w, layer));
            w.Line("writer.Flush();");
        }
        w.Line();
        int channels = layer.Convolution.Weights.Rows, padded = layer.PaddedChannels, codes = layer.Codes.Codes;
        TableText.Emit(w, $"{name}Items", Type(layer), layer.TableItems, i => i % padded < channels
            ? Literal.Of(layer.Item(i / padded / codes, i / padded % codes, i % padded)) : "0", cancel);
        TableText.Emit(w, $"{name}Bounds", Type(layer), padded, c => c < channels ? Literal.Of(layer.Bound(c)) : "0", cancel);
        if (!IsWrittenOut(layer))
            TableText.Emit(w, $"{name}Taps", "int", layer.Taps.Count, t => Literal.Of(layer.Taps[t].Offset), cancel);
    }

    private static string Type(ChannelLanesPlan layer) => layer.IsEightBit ? "short" : "byte";

    private static bool IsWrittenOut(ChannelLanesPlan layer) => layer.Taps.Count * (layer.Vectors + 1) <= WrittenOut;

    private static void Position(SourceWriter w, ChannelLanesPlan layer)
    {
        int step = layer.Codes.Codes * layer.PaddedChannels;
        if (IsWrittenOut(layer))
        {
            for (int t = 0; t < layer.Taps.Count; t++)
                Tap(w, layer, Literal.Of(t), LayerText.Plus("p", layer.Taps[t].Offset), Literal.Of(t * step), t == 0 ? "var " : "", t == 0 ? "=" : "+=");
        }
        else
        {
            for (int v = 0; v < layer.Vectors; v++)
                w.Line($"var sum{Literal.Of(v)} = BnnVectors.Create(({Type(layer)})0);");
            using (w.Block($"for (nuint t = 0, first = 0; t < {Literal.Of(layer.Taps.Count)}; t++, first += {Literal.Of(step)})"))
                Tap(w, layer, "", "p + BnnUnsafe.Add(ref taps, t)", "first", "", "+=");
        }
        for (int v = 0; v < layer.Vectors; v += 64 / layer.Lanes)
            Write(w, layer, v);
    }

    // Written-out taps have numbered locals; in a loop they need no number.
    private static void Tap(SourceWriter w, ChannelLanesPlan layer, string number, string offset, string first, string declare, string assign)
    {
        string code = $"BnnUnsafe.Add(ref codes, {offset})";
        w.Line(layer.IsEightBit
            ? $"nuint at{number} = {first};"
            : $"nuint at{number} = {(first == "0" ? "" : first + " + ")}(nuint){code} * {Literal.Of(layer.PaddedChannels)};");
        if (layer.IsEightBit)
            w.Line($"var value{number} = BnnVectors.Create((short){code});");
        for (int v = 0; v < layer.Vectors; v++)
        {
            string items = Load("items", LayerText.Plus("at" + number, v * layer.Lanes));
            w.Line($"{declare}sum{Literal.Of(v)} {assign} {(layer.IsEightBit ? $"value{number} * {items}" : items)};");
        }
    }

    // Bits of up to 64 channels, from vectors of bytes or pairs of vectors of short integers.
    private static void Write(SourceWriter w, ChannelLanesPlan layer, int first)
    {
        int channel = first * layer.Lanes, count = Math.Min(64, layer.Convolution.Weights.Rows - channel);
        string bits = Half(0);
        if (count > 32)
            bits = $"{bits} | (ulong){Half(1)} << 32";
        if (count % 32 != 0)
            bits = $"{(count > 32 ? $"({bits})" : bits)} & {Literal.Of(WeightMatrix.TailMask(count, 0))}";
        w.Line($"writer.Write({bits}, {Literal.Of(count)});");

        string Half(int half)
        {
            int v = first + (half * 32 / layer.Lanes);
            string fires = layer.IsEightBit ? $"BnnVectors.Narrow({Less(v)}, {Less(v + 1)})" : Less(v);
            return $"BnnVectors.ExtractMostSignificantBits({fires})";
        }
    }

    private static string Less(int vector) => $"BnnVectors.LessThan(sum{Literal.Of(vector)}, bound{Literal.Of(vector)})";

    private static string Load(string from, string offset) => $"BnnVectors.LoadUnsafe(ref {from}, {offset})";
}
