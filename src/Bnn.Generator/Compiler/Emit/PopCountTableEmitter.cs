using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Lowering <see cref="Lowering.PopCountTable"/>: weights in tables of the assembly, a loop over channels, the words of a channel written out.</summary>
/// <remarks>
/// The tables come in the order in which the loop reads them, so one reference steps through each. Bits gather without branches. Channels are
/// padded to whole steps with rows that never fire. Measured at 0.9 to 1 popcount per cycle, twice the plain loop; see docs/compiler.md.
/// </remarks>
internal static class PopCountTableEmitter
{
    // Up to here the words of a channel are written out; above it a loop takes so many at a time, into two sums.
    private const int WordsWrittenOut = 16;
    private const int WordsOfStep = 8;
    private const int WordsOfLine = 8;

    /// <summary>Writes the method and the tables of a layer.</summary>
    public static void Emit(SourceWriter w, LayerPlan layer, CancellationToken cancel)
    {
        string name = "Layer" + Literal.Of(layer.Index);
        bool isScores = layer.Layer is ScoreLayer;
        bool isMasked = layer.Rows.HasElementMasks;
        int block = isScores ? 1 : Block(layer);
        int rows = (layer.Channels + block - 1) / block * block;
        string to = isScores ? "global::System.Span<int> scores" : "global::System.Span<ulong> y";

        w.Line($"// {ModelNames.Quote(layer.Layer.Name)}: {layer.Layer.Weights.Columns} -> {layer.Channels}, {Literal.Of(layer.InputWords)} words{(layer.IsEightBit ? " in each of 8 planes" : "")}");
        w.Line(ModelEmitter.LayerAttribute);
        using (w.Block($"private static void {name}(global::System.ReadOnlySpan<ulong> x, {to})"))
        using (w.Block("unchecked"))
        {
            w.Line("ref ulong xs = ref BnnMemory.GetReference(x);");
            w.Line($"ref ulong ws = ref BnnMemory.GetReference({name}Weights);");
            if (isMasked)
                w.Line($"ref ulong ms = ref BnnMemory.GetReference({name}Masks);");
            w.Line($"ref int limits = ref BnnMemory.GetReference({name}{(isScores ? "Constants" : "Limits")});");
            if (layer.SharesSum())
                SharedSum(w, layer);
            if (isScores)
                ScoresLoop(w, layer, isMasked);
            else
                BitsLoop(w, layer, rows, block, isMasked);
        }
        w.Line();
        Table(w, $"{name}Weights", "ulong", rows * layer.InputWords, i => Literal.Of(i / layer.InputWords < layer.Channels
            ? layer.Rows.Signs(i / layer.InputWords)[i % layer.InputWords] : 0UL), cancel);
        if (isMasked)
        {
            Table(w, $"{name}Masks", "ulong", rows * layer.InputWords, i => Literal.Of(i / layer.InputWords < layer.Channels
                ? layer.Rows.Live(i / layer.InputWords, i % layer.InputWords) : 0UL), cancel);
        }
        if (isScores)
            Table(w, $"{name}Constants", "int", rows, c => Literal.Of(layer.Constant(c)), cancel);
        else
            Table(w, $"{name}Limits", "int", rows, c => Literal.Of(c < layer.Channels ? layer.Limit(c) : int.MinValue), cancel);
    }

    // Two channels at a time load each input word once; four for the shortest rows, where the loop itself would count (measured).
    private static int Block(LayerPlan layer) => layer.IsEightBit || layer.Channels == 1 ? 1 : layer.InputWords <= 2 && layer.Channels >= 4 ? 4 : layer.InputWords is 3 or 4 ? 1 : 2;

    private static void BitsLoop(SourceWriter w, LayerPlan layer, int rows, int block, bool isMasked)
    {
        using (w.Block($"for (int first = 0; first < {Literal.Of(rows)}; first += 64)"))
        {
            w.Line(rows % 64 == 0 ? "int end = first + 64;" : rows < 64 ? $"int end = {Literal.Of(rows)};" : $"int end = first + 64 < {Literal.Of(rows)} ? first + 64 : {Literal.Of(rows)};");
            w.Line("ulong word = 0;");
            using (w.Block($"for (int c = first; c < end; c += {Literal.Of(block)})"))
            {
                Counts(w, layer, block, isMasked);
                for (int k = 0; k < block; k++)
                {
                    string limit = k == 0 ? "limits" : $"BnnUnsafe.Add(ref limits, {Literal.Of(k)})";
                    w.Line($"word |= n{Literal.Of(k)} <= {limit} ? 1UL << {(k == 0 ? "c" : $"(c + {Literal.Of(k)})")} : 0UL;");
                }
                Advance(w, layer, block, isMasked);
            }
            w.Line("y[first >> 6] = word;");
        }
    }

    private static void ScoresLoop(SourceWriter w, LayerPlan layer, bool isMasked)
    {
        using (w.Block($"for (int c = 0; c < {Literal.Of(layer.Channels)}; c++)"))
        {
            Counts(w, layer, 1, isMasked);
            w.Line($"scores[c] = limits - ({Literal.Of(layer.Factor())}) * n0;");
            Advance(w, layer, 1, isMasked);
        }
    }

    private static void Advance(SourceWriter w, LayerPlan layer, int block, bool isMasked)
    {
        w.Line($"ws = ref BnnUnsafe.Add(ref ws, {Literal.Of(block * layer.InputWords)});");
        if (isMasked)
            w.Line($"ms = ref BnnUnsafe.Add(ref ms, {Literal.Of(block * layer.InputWords)});");
        w.Line($"limits = ref BnnUnsafe.Add(ref limits, {Literal.Of(block)});");
    }

    // Declares n0 .. n(block-1).
    private static void Counts(SourceWriter w, LayerPlan layer, int block, bool isMasked)
    {
        if (layer.IsEightBit)
        {
            EightBitCount(w, layer, isMasked);
            return;
        }
        int words = layer.InputWords;
        if (words <= WordsWrittenOut)
        {
            for (int k = 0; k < block; k++)
                w.Line($"int n{Literal.Of(k)} = {string.Join(" + ", Enumerable.Range(0, words).Select(j => Fixed(j, (k * words) + j, isMasked, "^")))};");
            return;
        }
        for (int k = 0; k < block; k++)
            w.Line($"int n{Literal.Of(k)} = 0, m{Literal.Of(k)} = 0;");
        int whole = words / WordsOfStep * WordsOfStep;
        using (w.Block($"for (nint j = 0; j < {Literal.Of(whole)}; j += {Literal.Of(WordsOfStep)})"))
        {
            for (int i = 0; i < WordsOfStep; i++)
            {
                for (int k = 0; k < block; k++)
                    w.Line($"{(i % 2 == 0 ? "n" : "m")}{Literal.Of(k)} += {Moving(i, (k * words) + i, isMasked, "^")};");
            }
        }
        for (int j = whole; j < words; j++)
        {
            for (int k = 0; k < block; k++)
                w.Line($"{(j % 2 == 0 ? "n" : "m")}{Literal.Of(k)} += {Fixed(j, (k * words) + j, isMasked, "^")};");
        }
        for (int k = 0; k < block; k++)
            w.Line($"n{Literal.Of(k)} += m{Literal.Of(k)};");
    }

    private static void SharedSum(SourceWriter w, LayerPlan layer)
    {
        w.Line("int sum = 0;");
        using (w.Block($"for (nint j = 0; j < {Literal.Of(layer.InputWords)}; j++)"))
        {
            for (int b = 0; b < 8; b++)
                w.Line($"sum += BnnBits.PopCount(BnnUnsafe.Add(ref xs, j + {Literal.Of(b * layer.InputWords)})) << {Literal.Of(b)};");
        }
    }

    private static void EightBitCount(SourceWriter w, LayerPlan layer, bool isMasked)
    {
        bool shares = layer.SharesSum();
        w.Line("int " + string.Join(", ", Enumerable.Range(0, 8).Select(b => $"p{Literal.Of(b)} = 0")) + ";");
        using (w.Block($"for (nint j = 0; j < {Literal.Of(layer.InputWords)}; j++)"))
        {
            for (int b = 0; b < 8; b++)
                w.Line($"p{Literal.Of(b)} += {Moving(b * layer.InputWords, 0, isMasked, shares ? "&" : "^")};");
        }
        string weighted = string.Join(" + ", Enumerable.Range(0, 8).Select(b => b == 0 ? "p0" : $"(p{Literal.Of(b)} << {Literal.Of(b)})"));
        w.Line(shares ? $"int n0 = sum - 2 * ({weighted});" : $"int n0 = {weighted};");
    }

    private static string Fixed(int input, int row, bool isMasked, string op) =>
        Term(At("xs", Literal.Of(input)), At("ws", Literal.Of(row)), At("ms", Literal.Of(row)), isMasked, op);

    // A term of a loop over j: input word j + input, weight word j + row.
    private static string Moving(int input, int row, bool isMasked, string op) =>
        Term(At("xs", FromJ(input)), At("ws", FromJ(row)), At("ms", FromJ(row)), isMasked, op);

    private static string FromJ(int offset) => offset == 0 ? "j" : $"j + {Literal.Of(offset)}";

    private static string Term(string x, string weight, string mask, bool isMasked, string op) =>
        isMasked ? $"BnnBits.PopCount(({x} {op} {weight}) & {mask})" : $"BnnBits.PopCount({x} {op} {weight})";

    private static string At(string reference, string index) => index == "0" ? reference : $"BnnUnsafe.Add(ref {reference}, {index})";

    private static void Table(SourceWriter w, string name, string type, int length, Func<int, string> item, CancellationToken cancel)
    {
        w.Line($"private static global::System.ReadOnlySpan<{type}> {name} => new {type}[]");
        w.Line("{");
        for (int i = 0; i < length; i += WordsOfLine)
        {
            cancel.ThrowIfCancellationRequested();
            w.Line("    " + string.Join(", ", Enumerable.Range(i, Math.Min(WordsOfLine, length - i)).Select(item)) + ",");
        }
        w.Line("};");
        w.Line();
    }
}
