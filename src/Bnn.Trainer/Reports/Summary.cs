namespace Bnn.Trainer.Reports;

/// <summary>What stands at the end of a long command.</summary>
internal static class Summary
{
    /// <summary>A headline, named values in a column, and commands to try next.</summary>
    public static void Write(TextWriter to, string headline, IReadOnlyList<(string Name, string Value)> lines, IReadOnlyList<string> next)
    {
        int width = lines.Max(line => line.Name.Length);
        to.WriteLine(headline);
        to.WriteLine();
        foreach ((string name, string value) in lines)
            to.WriteLine($"  {name.PadRight(width)}  {value}");
        to.WriteLine();
        to.WriteLine("Next:");
        foreach (string command in next)
            to.WriteLine($"  {command}");
    }
}
