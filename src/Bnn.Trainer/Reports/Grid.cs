using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>Rows of text in aligned columns, two blanks apart; nothing is wrapped or cut, whatever the width of the terminal.</summary>
/// <param name="columns">Headings; a leading <c>&lt;</c> aligns a column to the left, others stand to the right.</param>
internal sealed class Grid(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row of as many cells as there are columns.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes headings and rows, indented by two blanks.</summary>
    public void Write(IAnsiConsole to)
    {
        string[] headings = [.. columns.Select(column => column.TrimStart('<'))];
        int[] widths = [.. columns.Select((_, c) => _rows.Append(headings).Max(row => row[c].Length))];
        to.MarkupLineInterpolated($"[grey]{Line(headings, widths)}[/]");
        foreach (string[] row in _rows)
            to.WriteLine(Line(row, widths));
    }

    private string Line(string[] cells, int[] widths) =>
        "  " + string.Join("  ", cells.Select((cell, c) => columns[c].StartsWith('<') ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).TrimEnd();
}
