namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes a table that lies in the assembly's data: no code runs to make it.</summary>
internal static class TableText
{
    // Words in hexadecimal take more room than small numbers.
    private const int WordsOfLine = 8;
    private const int NumbersOfLine = 32;

    /// <summary>Writes a property that gives the table, and an empty line.</summary>
    /// <param name="w">Receives the lines.</param>
    /// <param name="name">Name of the property.</param>
    /// <param name="type">Type of the items.</param>
    /// <param name="length">Number of items.</param>
    /// <param name="item">The literal of each.</param>
    /// <param name="cancel">Checked for each line.</param>
    public static void Emit(SourceWriter w, string name, string type, int length, Func<int, string> item, CancellationToken cancel)
    {
        int perLine = type == "ulong" ? WordsOfLine : NumbersOfLine;
        w.Line($"private static global::System.ReadOnlySpan<{type}> {name} => new {type}[]");
        w.Line("{");
        for (int i = 0; i < length; i += perLine)
        {
            cancel.ThrowIfCancellationRequested();
            w.Line("    " + string.Join(", ", Enumerable.Range(i, Math.Min(perLine, length - i)).Select(item)) + ",");
        }
        w.Line("};");
        w.Line();
    }
}
