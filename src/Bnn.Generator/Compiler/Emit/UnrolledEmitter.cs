using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Lowering <see cref="Lowering.Unrolled"/>: every weight a literal, one line for each channel.</summary>
/// <remarks>Masked weights cost an <c>and</c> where channels differ in them, and masked words nothing. Cost: xor, popcount and add for each word with live weights.</remarks>
internal static class UnrolledEmitter
{
    // 18 bytes of IL for a term, 27 for a masked one, 30 for a channel: below 20 KB of IL for a method, and 400 statements.
    private const int TermsOfMethod = 600;
    private const int ChannelsOfMethod = 64;

    // Up to here words travel as arguments, which reads best; more go in a span.
    private const int WordsAsArguments = 4;

    /// <summary>A piece of a layer that fits into one method: channels of one output word, or classes.</summary>
    private readonly record struct Part(string Name, int First, int End);

    /// <summary>Writes the methods of a layer.</summary>
    public static void Emit(SourceWriter w, LayerPlan layer, CancellationToken cancel)
    {
        int words = Words(layer);
        string parameters = AsArguments(layer)
            ? string.Join(", ", Enumerable.Range(0, words).Select(word => "ulong " + Word(word)))
            : "global::System.ReadOnlySpan<ulong> x";
        bool isScores = layer.Layer is ScoreLayer;
        foreach (Part part in Parts(layer))
        {
            cancel.ThrowIfCancellationRequested();
            w.Line($"// {ModelNames.Quote(layer.Layer.Name)}: {layer.Layer.Weights.Columns} -> {layer.Channels}, {(isScores ? "classes" : "channels")} {Literal.Of(part.First)} to {Literal.Of(part.End - 1)}");
            w.Line(ModelEmitter.LayerAttribute);
            string head = isScores
                ? $"private static void {part.Name}({parameters}{(parameters.Length > 0 ? ", " : "")}global::System.Span<int> scores)"
                : $"private static ulong {part.Name}({parameters})";
            using (w.Block(head))
            using (w.Block("unchecked"))
                Body(w, layer, part, isScores);
            w.Line();
        }
    }

    /// <summary>Writes the calls of a layer's methods.</summary>
    public static void Call(SourceWriter w, LayerPlan layer, string input, string to)
    {
        string arguments = AsArguments(layer)
            ? string.Join(", ", Enumerable.Range(0, Words(layer)).Select(word => $"{input}[{Literal.Of(word)}]"))
            : input;
        if (layer.Layer is ScoreLayer)
        {
            foreach (Part part in Parts(layer))
                w.Line($"{part.Name}({arguments}{(arguments.Length > 0 ? ", " : "")}scores);");
            return;
        }
        foreach (IGrouping<int, Part> word in Parts(layer).GroupBy(part => part.First / 64))
            w.Line($"{to}[{Literal.Of(word.Key)}] = {string.Join(" | ", word.Select(part => $"{part.Name}({arguments})"))};");
    }

    private static void Body(SourceWriter w, LayerPlan layer, Part part, bool isScores)
    {
        bool[] isUsed = UsedWords(layer, part);
        if (!AsArguments(layer))
        {
            for (int word = 0; word < isUsed.Length; word++)
            {
                if (isUsed[word])
                    w.Line($"ulong {Word(word)} = x[{Literal.Of(word)}];");
            }
        }
        string shared = "";
        if (layer.SharesSum())
        {
            w.Line("int sum = " + EightBitSum(layer, word => layer.Rows.Read[word] == 0 ? null : (_, x) => $"BnnBits.PopCount({x})") + ";");
            shared = "sum - 2 * ";
        }
        if (!isScores)
            w.Line("ulong y = 0;");
        for (int c = part.First; c < part.End; c++)
        {
            string count = Count(layer, c, shared);
            if (isScores)
            {
                bool isOne = !layer.IsEightBit && !count.Contains(") + ");
                string term = count.Length == 0 ? "" : $" - {Number(layer.Factor())} * {(isOne ? count : $"({count})")}";
                w.Line($"scores[{Literal.Of(c)}] = {Literal.Of(layer.Constant(c))}{term};");
            }
            else if (count.Length == 0)
            {
                if (layer.Limit(c) >= 0)
                    w.Line($"y |= 1UL << {Literal.Of(c & 63)};");
            }
            else
                w.Line($"y |= {count} <= {Literal.Of(layer.Limit(c))} ? 1UL << {Literal.Of(c & 63)} : 0UL;");
        }
        if (!isScores)
            w.Line("return y;");
    }

    /// <summary>The count of a channel; empty if it has no live weight.</summary>
    private static string Count(LayerPlan layer, int channel, string shared)
    {
        PackedRows rows = layer.Rows;
        if (layer.IsEightBit)
        {
            string terms = EightBitSum(layer, word =>
                shared.Length > 0
                    ? rows.Signs(channel)[word] == 0 ? null : (_, x) => $"BnnBits.PopCount({x} & {Literal.Of(rows.Signs(channel)[word])})"
                    : rows.Live(channel, word) == 0 ? null : (_, x) => Term(rows, channel, word, x));
            return shared.Length == 0 ? terms : terms.Length == 0 ? "sum" : $"{shared}({terms})";
        }
        var sum = new List<string>();
        for (int word = 0; word < rows.Words; word++)
        {
            if (rows.Live(channel, word) != 0)
                sum.Add(Term(rows, channel, word, Word(word)));
        }
        return string.Join(" + ", sum);
    }

    private static string EightBitSum(LayerPlan layer, Func<int, Func<int, string, string>?> term)
    {
        var planes = new List<string>();
        for (int b = 0; b < 8; b++)
        {
            var sum = new List<string>();
            for (int word = 0; word < layer.InputWords; word++)
            {
                if (term(word) is { } text)
                    sum.Add(text(b, Word((b * layer.InputWords) + word)));
            }
            if (sum.Count > 0)
                planes.Add(b == 0 ? string.Join(" + ", sum) : $"{Literal.Of(1 << b)} * ({string.Join(" + ", sum)})");
        }
        return string.Join(" + ", planes);
    }

    // Bits that nobody reads are 0 in input and weights; a mask is needed only for bits that other channels read.
    private static string Term(PackedRows rows, int channel, int word, string x)
    {
        ulong signs = rows.Signs(channel)[word], live = rows.Live(channel, word);
        string xor = signs == 0 ? x : $"{x} ^ {Literal.Of(signs)}";
        return live == rows.Read[word] ? $"BnnBits.PopCount({xor})"
            : signs == 0 ? $"BnnBits.PopCount({x} & {Literal.Of(live)})"
            : $"BnnBits.PopCount(({xor}) & {Literal.Of(live)})";
    }

    private static bool[] UsedWords(LayerPlan layer, Part part)
    {
        var isUsed = new bool[Words(layer)];
        for (int i = 0; i < isUsed.Length; i++)
        {
            int word = i % layer.InputWords;
            isUsed[i] = layer.SharesSum()
                ? layer.Rows.Read[word] != 0
                : Enumerable.Range(part.First, part.End - part.First).Any(c => layer.Rows.Live(c, word) != 0);
        }
        return isUsed;
    }

    private static IEnumerable<Part> Parts(LayerPlan layer)
    {
        int perChannel = Math.Max(1, Words(layer));
        int most = Math.Max(1, Math.Min(ChannelsOfMethod, TermsOfMethod / perChannel));
        string name = "Layer" + Literal.Of(layer.Index);
        bool isWhole = layer.Channels <= most;
        for (int first = 0; first < layer.Channels;)
        {
            int end = Math.Min(Math.Min(first + most, layer.Channels), ((first / 64) + 1) * 64);
            yield return new(isWhole ? name : $"{name}From{Literal.Of(first)}", first, end);
            first = end;
        }
    }

    // A layer without live weights takes nothing: its input may not even be computed.
    private static int Words(LayerPlan layer) => layer.Rows.WordOperations == 0 ? 0 : layer.InputWords * (layer.IsEightBit ? 8 : 1);

    private static bool AsArguments(LayerPlan layer) => Words(layer) <= WordsAsArguments;

    private static string Word(int index) => "x" + Literal.Of(index);

    private static string Number(int value) => value < 0 ? $"({Literal.Of(value)})" : Literal.Of(value);
}
