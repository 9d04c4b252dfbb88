using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Lowering <see cref="Lowering.PopCountTable"/>: weights in tables of the assembly, a loop over channels, the words of a channel written
/// out.</summary>
/// <remarks>
/// The tables come in the order in which the loop reads them, so one reference steps through each. Counts go to memory, and vectors compare 64 of
/// them with their limits at once. Four channels at a time load each input word once. Measured at 0.8 to 1 popcount per cycle; see docs/compiler.md.
/// </remarks>
internal static class PopCountTable
{
    /// <summary>Up to here the words of a channel are written out; above it a loop takes eight at a time.</summary>
    public const int WordsWrittenOut = 16;

    private const int WordsOfStep = 8;

    // Vectors of limits are read whole.
    private const int LimitsAtOnce = 16;

    /// <summary>Writes references to the tables, before any loop.</summary>
    public static void EmitReferences(SourceWriter w, RowsPlan rows)
    {
        bool isScores = rows.Layer is ScoreLayer;
        if (isScores)
        {
            w.Line("ref int counts = ref BnnMemory.GetReference(scores);");
            return;
        }
        string count = Literal.Of(Math.Min(64, Padded(rows.ChannelsOfGroup, LimitsAtOnce)));
        w.Line($"ref int counts = ref BnnMemory.GetReference((global::System.Span<int>)stackalloc int[{count}]);");
        w.Line($"ref int limits = ref BnnMemory.GetReference({rows.Name}Limits);");
    }

    /// <summary>Writes references that step through the weights; they begin anew at each position.</summary>
    public static void EmitStart(SourceWriter w, RowsPlan rows)
    {
        w.Line($"ref ulong ws = ref BnnMemory.GetReference({rows.Name}Weights);");
        if (rows.Rows.HasElementMasks)
            w.Line($"ref ulong ms = ref BnnMemory.GetReference({rows.Name}Masks);");
    }

    /// <summary>Writes the loop that stores the count of each class, or adds it.</summary>
    /// <param name="w">Receives the lines.</param>
    /// <param name="rows">Rows of scores.</param>
    /// <param name="isAdded">Whether counts are added to those of earlier positions.</param>
    public static void EmitCounts(SourceWriter w, RowsPlan rows, bool isAdded)
    {
        if (rows.SharesSum)
            SharedSum(w, rows);
        Loop(w, rows, Literal.Of(rows.Channels), isAdded ? "+=" : "=");
    }

    /// <summary>Writes the loops that count the channels of a group and append their bits to <c>writer</c>.</summary>
    /// <param name="w">Receives the lines.</param>
    /// <param name="rows">Rows of channels.</param>
    /// <param name="firstLimit">Index of the limit of the group's first channel.</param>
    public static void EmitBits(SourceWriter w, RowsPlan rows, string firstLimit)
    {
        if (rows.SharesSum)
            SharedSum(w, rows);
        int channels = rows.ChannelsOfGroup;
        if (channels <= 64)
        {
            Loop(w, rows, Literal.Of(Padded(channels, Block(rows))), "=");
            w.Line($"writer.Write({Word(firstLimit, Literal.Of(channels))}, {Literal.Of(channels)});");
            return;
        }
        using (w.Block($"for (int first = 0; first < {Literal.Of(channels)}; first += 64)"))
        {
            bool isEven = channels % 64 == 0;
            if (!isEven)
                w.Line($"int n = first + 64 <= {Literal.Of(channels)} ? 64 : {Literal.Of(channels % 64)};");
            // Channels are padded to whole steps; a step never leaves the 64 counts.
            Loop(w, rows, isEven ? "64" : "n", "=");
            string limit = firstLimit == "0" ? "first" : firstLimit + " + first";
            w.Line($"writer.Write({Word(limit, isEven ? "64" : "n")}, {(isEven ? "64" : "n")});");
        }
    }

    /// <summary>Writes the loop that turns the counts in <c>scores</c> into scores.</summary>
    public static void EmitScores(SourceWriter w, RowsPlan rows)
    {
        w.Line($"ref int constants = ref BnnMemory.GetReference({rows.Name}Constants);");
        w.Line($"for (int c = 0; c < {Literal.Of(rows.Channels)}; c++)");
        w.Line($"    scores[c] = BnnUnsafe.Add(ref constants, c) - {LayerText.Number(rows.Factor)} * scores[c];");
    }

    /// <summary>Signs, masks and limits of a group, as arguments of what makes a kernel.</summary>
    /// <param name="rows">Rows of channels.</param>
    /// <param name="group">Name of the group.</param>
    public static string Arguments(RowsPlan rows, string group)
    {
        string Slice(string table, int step, int length) => $"{rows.Name}{table}.Slice({(group == "0" ? "0" : $"{group} * {Literal.Of(step)}")}, {Literal.Of(length)})";
        int channels = rows.ChannelsOfGroup, step = Padded(channels, Block(rows)) * rows.Words, length = channels * rows.Words;
        return $"{Slice("Weights", step, length)}, {(rows.Rows.HasElementMasks ? Slice("Masks", step, length) : "default")}, {Slice("Limits", channels, channels)}";
    }

    /// <summary>Writes the tables of weights, masks and limits.</summary>
    public static void EmitTables(SourceWriter w, RowsPlan rows, CancellationToken cancel)
    {
        // The rows of each group are padded to whole steps with rows of zeros, whose counts nobody looks at.
        int perGroup = Padded(rows.ChannelsOfGroup, Block(rows));
        int[] channels = Enumerable.Range(0, perGroup * rows.Groups)
            .Select(i => i % perGroup < rows.ChannelsOfGroup ? (i / perGroup * rows.ChannelsOfGroup) + (i % perGroup) : -1).ToArray();
        int words = rows.Words;
        TableText.Emit(w, $"{rows.Name}Weights", "ulong", channels.Length * words, i => Literal.Of(
            channels[i / words] < 0 ? 0UL : rows.Rows.Signs(channels[i / words])[i % words]), cancel);
        if (rows.Rows.HasElementMasks)
        {
            TableText.Emit(w, $"{rows.Name}Masks", "ulong", channels.Length * words, i => Literal.Of(
                channels[i / words] < 0 ? 0UL : rows.Rows.Live(channels[i / words], i % words)), cancel);
        }
        if (rows.Layer is not ScoreLayer)
        {
            TableText.Emit(w, $"{rows.Name}Limits", "int", rows.Channels + LimitsAtOnce - 1,
                c => Literal.Of(c < rows.Channels ? rows.Limit(c) : int.MinValue), cancel);
        }
    }

    /// <summary>Writes the table of constants of the scores.</summary>
    public static void EmitConstants(SourceWriter w, RowsPlan rows, CancellationToken cancel) =>
        TableText.Emit(w, $"{rows.Name}Constants", "int", rows.Channels, c => Literal.Of(rows.Constant(c)), cancel);

    private static string Word(string firstLimit, string channels) => $"BnnFiring.Word(ref counts, ref {LayerText.At("limits", firstLimit)}, {channels})";

    private static int Padded(int count, int block) => (count + block - 1) / block * block;

    // Classes are not padded: their counts go where the scores go.
    private static int Block(RowsPlan rows) => rows.IsEightBit ? 1
        : rows.Layer is ScoreLayer ? rows.Channels % 4 == 0 ? 4 : rows.Channels % 2 == 0 ? 2 : 1
        : Math.Min(4, rows.ChannelsOfGroup);

    private static void Loop(SourceWriter w, RowsPlan rows, string count, string assign)
    {
        int block = Block(rows);
        using (w.Block($"for (nint c = 0; c < {count}; c += {Literal.Of(block)})"))
        {
            if (rows.IsEightBit)
                EightBitCount(w, rows, assign);
            else if (rows.Words <= WordsWrittenOut)
            {
                for (int k = 0; k < block; k++)
                {
                    IEnumerable<string> terms = Enumerable.Range(0, rows.Words)
                        .Select(j => Term(rows, PatchText.Word(rows, j), Literal.Of((k * rows.Words) + j), "^"));
                    Store(w, k, assign, string.Join(" + ", terms));
                }
            }
            else
                LongCounts(w, rows, block, assign);
            w.Line($"ws = ref BnnUnsafe.Add(ref ws, {Literal.Of(block * rows.Words)});");
            if (rows.Rows.HasElementMasks)
                w.Line($"ms = ref BnnUnsafe.Add(ref ms, {Literal.Of(block * rows.Words)});");
        }
    }

    private static void LongCounts(SourceWriter w, RowsPlan rows, int block, string assign)
    {
        w.Line("int " + string.Join(", ", Enumerable.Range(0, block).Select(k => $"n{Literal.Of(k)} = 0")) + ";");
        int whole = rows.Words / WordsOfStep * WordsOfStep;
        using (w.Block($"for (nint j = 0; j < {Literal.Of(whole)}; j += {Literal.Of(WordsOfStep)})"))
        {
            for (int i = 0; i < WordsOfStep; i++)
                Step(i, LayerText.Plus("j", i), k => LayerText.Plus("j", (k * rows.Words) + i));
        }
        for (int j = whole; j < rows.Words; j++)
            Step(j, Literal.Of(j), k => Literal.Of((k * rows.Words) + j));
        for (int k = 0; k < block; k++)
            Store(w, k, assign, "n" + Literal.Of(k));

        void Step(int name, string input, Func<int, string> row)
        {
            string x = "x" + Literal.Of(name);
            w.Line($"ulong {x} = {LayerText.At("xs", input)};");
            for (int k = 0; k < block; k++)
                w.Line($"n{Literal.Of(k)} += {Term(rows, x, row(k), "^")};");
        }
    }

    private static void SharedSum(SourceWriter w, RowsPlan rows)
    {
        w.Line("int sum = 0;");
        using (w.Block($"for (nint j = 0; j < {Literal.Of(rows.Words)}; j++)"))
        {
            for (int b = 0; b < 8; b++)
                w.Line($"sum += BnnBits.PopCount({LayerText.At("xs", LayerText.Plus("j", b * rows.Words))}) << {Literal.Of(b)};");
        }
    }

    private static void EightBitCount(SourceWriter w, RowsPlan rows, string assign)
    {
        w.Line("int " + string.Join(", ", Enumerable.Range(0, 8).Select(b => $"p{Literal.Of(b)} = 0")) + ";");
        using (w.Block($"for (nint j = 0; j < {Literal.Of(rows.Words)}; j++)"))
        {
            for (int b = 0; b < 8; b++)
                w.Line($"p{Literal.Of(b)} += {Term(rows, LayerText.At("xs", LayerText.Plus("j", b * rows.Words)), "j", rows.SharesSum ? "&" : "^")};");
        }
        string weighted = string.Join(" + ", Enumerable.Range(0, 8).Select(b => b == 0 ? "p0" : $"(p{Literal.Of(b)} << {Literal.Of(b)})"));
        Store(w, 0, assign, rows.SharesSum ? $"sum - 2 * ({weighted})" : weighted);
    }

    private static void Store(SourceWriter w, int k, string assign, string count) =>
        w.Line($"BnnUnsafe.Add(ref counts, {LayerText.Plus("c", k)}) {assign} {count};");

    private static string Term(RowsPlan rows, string x, string row, string op)
    {
        string differing = $"{x} {op} {LayerText.At("ws", row)}";
        return rows.Rows.HasElementMasks ? $"BnnBits.PopCount(({differing}) & {LayerText.At("ms", row)})" : $"BnnBits.PopCount({differing})";
    }
}
