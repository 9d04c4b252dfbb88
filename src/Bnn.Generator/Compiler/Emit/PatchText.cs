using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Names of the packed words that meet the weights, and how the words of a patch are gathered.</summary>
/// <remarks>
/// The first few words are locals, which the JIT keeps in registers; the rest is read from memory. More locals than registers cost more than
/// they save: past about seven the JIT spills the sums instead (measured: half the speed).
/// </remarks>
internal static class PatchText
{
    private const int MostLocals = 5;

    /// <summary>How many words are locals <c>x0, x1, …</c>.</summary>
    public static int Locals(RowsPlan rows) => rows.IsEightBit || rows.Words > PopCountTable.WordsWrittenOut ? 0 : Math.Min(MostLocals, rows.Words);

    /// <summary>Word <paramref name="word"/> of the input of the rows.</summary>
    public static string Word(RowsPlan rows, int word) => word < Locals(rows) ? "x" + Literal.Of(word) : LayerText.At("xs", Literal.Of(word));

    /// <summary>Writes what gathers the patch at a position.</summary>
    /// <param name="w">Receives the lines.</param>
    /// <param name="rows">The rows that meet the patch.</param>
    /// <param name="image">The reference to the image.</param>
    /// <param name="to">The reference to the words of the patch that are no locals.</param>
    /// <param name="origin">First bit, or byte, of the window.</param>
    /// <param name="locals">How many words become locals.</param>
    public static void Gather(SourceWriter w, RowsPlan rows, string image, string to, string origin, int locals)
    {
        foreach (IGrouping<int, PatchPart> word in rows.Patch!.Parts.GroupBy(part => part.Word))
        {
            string bits = string.Join(" | ", word.Select(part => Part(rows, part, image, origin, isOnly: word.Count() == 1)));
            w.Line(word.Key < locals ? $"ulong x{Literal.Of(word.Key)} = {bits};" : $"{LayerText.At(to, Literal.Of(word.Key))} = {bits};");
        }
    }

    /// <summary>64 bits of an image that lie <paramref name="offset"/> bits behind <paramref name="origin"/>.</summary>
    public static string Read(string image, bool isOnBytes, string origin, int offset) => isOnBytes
        ? $"BnnBytes.Read(ref {image}, {LayerText.Plus(origin, offset / 8)})"
        : $"BnnStream.Read(ref {image}, {LayerText.Plus(origin, offset)})";

    // A read gives 64 bits: those behind the part must go, unless they fall off the top of the word.
    private static string Part(RowsPlan rows, PatchPart part, string image, string origin, bool isOnly)
    {
        string bits = Read(image, rows.Patch!.IsOnBytes, origin, part.Offset);
        ulong all = WeightMatrix.TailMask(part.Length, 0), kept = ~rows.Rows.Unread(part.Word) >> part.Shift & all;
        if (part.Shift + part.Length < 64 || kept != all)
            bits = isOnly && part.Shift == 0 ? $"{bits} & {Literal.Of(kept)}" : $"({bits} & {Literal.Of(kept)})";
        return part.Shift == 0 ? bits : $"{bits} << {Literal.Of(part.Shift)}";
    }
}
