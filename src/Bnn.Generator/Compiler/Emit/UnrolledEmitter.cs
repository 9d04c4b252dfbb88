using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Lowering <see cref="Lowering.Unrolled"/>: every weight a literal, one line for each channel.</summary>
/// <remarks>Masked weights cost an <c>and</c> where channels differ in them, and masked words nothing. Cost: xor, popcount and add for each word
/// with live weights.</remarks>
internal static class UnrolledEmitter
{
    // 18 bytes of IL for a term, 27 for a masked one, 30 for a channel: below 20 KB of IL for a method, and 400 statements.
    private const int TermsOfMethod = 600;
    private const int ChannelsOfMethod = 64;

    // Up to here words travel as arguments, which reads best; more go in a span.
    private const int WordsAsArguments = 4;

    /// <summary>A piece of a layer that fits into one method: channels of one output word of a group, or classes.</summary>
    /// <param name="Name">Name of the method.</param>
    /// <param name="First">First channel or class of the layer.</param>
    /// <param name="End">Behind the last one.</param>
    /// <param name="Group">Group of the channels.</param>
    /// <param name="Bit">Bit of the group's output that the first channel gives.</param>
    private readonly record struct Part(string Name, int First, int End, int Group, int Bit);

    /// <summary>How many words of the input travel as arguments <c>x0, x1, …</c>; 0: they go in a span, if there are any.</summary>
    public static int Arguments(RowsPlan rows) => InputWords(rows) <= WordsAsArguments ? InputWords(rows) : 0;

    /// <summary>Writes the methods of a layer.</summary>
    public static void Emit(SourceWriter w, WeightedPlan layer, CancellationToken cancel)
    {
        RowsPlan rows = layer.Rows;
        int words = InputWords(rows);
        string parameters = AsArguments(rows)
            ? string.Join(", ", Enumerable.Range(0, words).Select(word => "ulong " + Word(word)))
            : "global::System.ReadOnlySpan<ulong> x";
        bool isScores = layer.Layer is ScoreLayer;
        foreach (Part part in Parts(rows))
        {
            cancel.ThrowIfCancellationRequested();
            w.Line($"{LayerText.Comment(layer)}, {(isScores ? "classes" : "channels")} {Literal.Of(part.First)} to {Literal.Of(part.End - 1)}");
            w.Line(LayerText.Attribute);
            string head = isScores
                ? $"private static void {part.Name}({parameters}{(parameters.Length > 0 ? ", " : "")}global::System.Span<int> scores)"
                : $"private static ulong {part.Name}({parameters})";
            using (w.Block(head))
            using (w.Block("unchecked"))
                Body(w, rows, part, isScores);
            w.Line();
        }
    }

    /// <summary>Writes the calls of the methods of a layer that sees every bit of <paramref name="input"/>.</summary>
    public static void EmitCall(SourceWriter w, RowsPlan rows, string input, string to)
    {
        string arguments = AsArguments(rows)
            ? string.Join(", ", Enumerable.Range(0, InputWords(rows)).Select(word => $"{input}[{Literal.Of(word)}]"))
            : input;
        if (rows.Layer is ScoreLayer)
            ScoreCalls(w, rows, arguments);
        else
        {
            foreach (IGrouping<int, Part> word in Parts(rows).GroupBy(part => part.Bit / 64))
                w.Line($"{to}[{Literal.Of(word.Key)}] = {Calls(word, arguments)};");
        }
    }

    /// <summary>Writes the calls for the patch of a group, in <c>x0, x1, …</c> or <c>patch</c>.</summary>
    public static void EmitPatch(SourceWriter w, RowsPlan rows, int group)
    {
        string arguments = AsArguments(rows) ? string.Join(", ", Enumerable.Range(0, InputWords(rows)).Select(Word)) : "patch";
        if (rows.Layer is ScoreLayer)
            ScoreCalls(w, rows, arguments);
        else
        {
            foreach (IGrouping<int, Part> word in Parts(rows).Where(part => part.Group == group).GroupBy(part => part.Bit / 64))
                w.Line($"writer.Write({Calls(word, arguments)}, {Literal.Of(word.Sum(part => part.End - part.First))});");
        }
    }

    private static string Calls(IEnumerable<Part> parts, string arguments) => string.Join(" | ", parts.Select(part => $"{part.Name}({arguments})"));

    private static void ScoreCalls(SourceWriter w, RowsPlan rows, string arguments)
    {
        foreach (Part part in Parts(rows))
            w.Line($"{part.Name}({arguments}{(arguments.Length > 0 ? ", " : "")}scores);");
    }

    private static void Body(SourceWriter w, RowsPlan rows, Part part, bool isScores)
    {
        bool[] isUsed = UsedWords(rows, part);
        if (!AsArguments(rows))
        {
            for (int word = 0; word < isUsed.Length; word++)
            {
                if (isUsed[word])
                    w.Line($"ulong {Word(word)} = x[{Literal.Of(word)}];");
            }
        }
        string shared = "";
        if (rows.SharesSum)
        {
            w.Line("int sum = " + EightBitSum(rows, word => rows.Rows.Read[word] == 0 ? null : (_, x) => $"BnnBits.PopCount({x})") + ";");
            shared = "sum - 2 * ";
        }
        if (!isScores)
            w.Line("ulong y = 0;");
        for (int c = part.First; c < part.End; c++)
        {
            string count = Count(rows, c, shared);
            if (isScores)
                Score(w, rows, c, count);
            else
                Bit(w, rows, c, (part.Bit + c - part.First) & 63, count);
        }
        if (!isScores)
            w.Line("return y;");
    }

    // Scores that are summed over positions only count here; what is counted becomes scores behind the last position.
    private static void Score(SourceWriter w, RowsPlan rows, int c, string count)
    {
        if (rows.Patch is not null)
        {
            if (count.Length > 0)
                w.Line($"scores[{Literal.Of(c)}] += {count};");
            return;
        }
        bool isOne = !rows.IsEightBit && !count.Contains(") + ");
        string term = count.Length == 0 ? "" : $" - {LayerText.Number(rows.Factor)} * {(isOne ? count : $"({count})")}";
        w.Line($"scores[{Literal.Of(c)}] = {Literal.Of(rows.Constant(c))}{term};");
    }

    private static void Bit(SourceWriter w, RowsPlan rows, int c, int bit, string count)
    {
        if (count.Length > 0)
            w.Line($"y |= {count} <= {Literal.Of(rows.Limit(c))} ? 1UL << {Literal.Of(bit)} : 0UL;");
        else if (rows.Limit(c) >= 0)
            w.Line($"y |= 1UL << {Literal.Of(bit)};");
    }

    /// <summary>The count of a channel; empty if it has no live weight.</summary>
    private static string Count(RowsPlan rows, int channel, string shared)
    {
        PackedRows packed = rows.Rows;
        if (rows.IsEightBit)
        {
            string terms = EightBitSum(rows, word =>
                shared.Length > 0
                    ? packed.Signs(channel)[word] == 0 ? null : (_, x) => $"BnnBits.PopCount({x} & {Literal.Of(packed.Signs(channel)[word])})"
                    : packed.Live(channel, word) == 0 ? null : (_, x) => Term(packed, channel, word, x));
            return shared.Length == 0 ? terms : terms.Length == 0 ? "sum" : $"{shared}({terms})";
        }
        var sum = new List<string>();
        for (int word = 0; word < packed.Words; word++)
        {
            if (packed.Live(channel, word) != 0)
                sum.Add(Term(packed, channel, word, Word(word)));
        }
        return string.Join(" + ", sum);
    }

    private static string EightBitSum(RowsPlan rows, Func<int, Func<int, string, string>?> term)
    {
        var planes = new List<string>();
        for (int b = 0; b < 8; b++)
        {
            var sum = new List<string>();
            for (int word = 0; word < rows.Words; word++)
            {
                if (term(word) is { } text)
                    sum.Add(text(b, Word((b * rows.Words) + word)));
            }
            if (sum.Count > 0)
                planes.Add(b == 0 ? string.Join(" + ", sum) : $"{Literal.Of(1 << b)} * ({string.Join(" + ", sum)})");
        }
        return string.Join(" + ", planes);
    }

    // Bits that nobody reads are 0 in input and weights; a mask is needed only for bits that other channels read.
    private static string Term(PackedRows rows, int channel, int word, string x)
    {
        ulong signs = rows.Signs(channel)[word];
        string xor = signs == 0 ? x : $"{x} ^ {Literal.Of(signs)}";
        return !rows.NeedsMask(channel, word) ? $"BnnBits.PopCount({xor})"
            : signs == 0 ? $"BnnBits.PopCount({x} & {Literal.Of(rows.Live(channel, word))})"
            : $"BnnBits.PopCount(({xor}) & {Literal.Of(rows.Live(channel, word))})";
    }

    private static bool[] UsedWords(RowsPlan rows, Part part)
    {
        var isUsed = new bool[InputWords(rows)];
        for (int i = 0; i < isUsed.Length; i++)
        {
            int word = i % rows.Words;
            isUsed[i] = rows.SharesSum
                ? rows.Rows.Read[word] != 0
                : Enumerable.Range(part.First, part.End - part.First).Any(c => rows.Rows.Live(c, word) != 0);
        }
        return isUsed;
    }

    // With patches the layer's own name is that of the method that goes through the positions.
    private static IEnumerable<Part> Parts(RowsPlan rows)
    {
        int perChannel = Math.Max(1, InputWords(rows));
        int most = Math.Max(1, Math.Min(ChannelsOfMethod, TermsOfMethod / perChannel));
        string name = rows.Patch is null ? rows.Name : rows.Name + "At";
        bool isWhole = rows.Channels <= most && rows.Groups == 1;
        for (int group = 0; group < rows.Groups; group++)
        {
            int start = group * rows.ChannelsOfGroup;
            for (int bit = 0; bit < rows.ChannelsOfGroup;)
            {
                int end = Math.Min(Math.Min(bit + most, rows.ChannelsOfGroup), ((bit / 64) + 1) * 64);
                yield return new(isWhole ? name : $"{name}From{Literal.Of(start + bit)}", start + bit, start + end, group, bit);
                bit = end;
            }
        }
    }

    // A layer without live weights takes nothing: its input may not even be computed.
    private static int InputWords(RowsPlan rows) => rows.WordOperations == 0 ? 0 : rows.Words * rows.Planes;

    private static bool AsArguments(RowsPlan rows) => InputWords(rows) <= WordsAsArguments;

    private static string Word(int index) => "x" + Literal.Of(index);
}
