namespace Bnn.Trainer.Reports.Page;

/// <summary>A table of the page: headings of columns and rows say that they are, numbers stand to the right.</summary>
/// <param name="style">Classes of the style sheet.</param>
/// <param name="columns">Headings; the first column holds the headings of the rows. A leading <c>&lt;</c> marks a column of text.</param>
internal sealed class Table(string style, params string[] columns)
{
    private readonly List<Markup> _rows = [];
    private Markup _foot;

    /// <summary>A sentence above it.</summary>
    public string Caption { get; init; } = "";

    /// <summary>Adds a row.</summary>
    /// <param name="head">Its heading.</param>
    /// <param name="cells">One for each further column.</param>
    public void Add(string head, params IEnumerable<Cell> cells) => _rows.Add(Row(head, cells));

    /// <summary>Sets the last row, which sums up.</summary>
    public void AddFoot(string head, params IEnumerable<Cell> cells) => _foot = Markup.Of($"<tfoot>\n{Row(head, cells)}</tfoot>\n");

    /// <summary>The table, in a frame that scrolls where it is too wide.</summary>
    public Markup Draw() => Markup.Of($"""
        <div class="scroll"><table class="{style}">
        {(Caption.Length == 0 ? Markup.Empty : Markup.Of($"<caption>{Caption}</caption>\n"))}<thead><tr>{columns.Select(Heading)}</tr></thead>
        <tbody>
        {_rows}</tbody>
        {_foot}</table></div>

        """);

    /// <summary>A cell with a bar behind its text.</summary>
    /// <param name="share">Length of the bar, in [0, 1].</param>
    public static Cell Bar(double share) => new(Text.Fixed(100 * share, 1) + " %", "bar", Markup.Of($"--share:{100 * share}%").ToString());

    private bool IsText(int column) => columns[column].StartsWith('<');

    private Markup Heading(string name, int column) => name.Length == 0
        ? Markup.Of($"<td></td>")
        : Markup.Of($"""<th scope="col"{(IsText(column) ? Markup.Of($" class=\"text\"") : Markup.Empty)}><span>{name.TrimStart('<')}</span></th>""");

    private Markup Row(string head, IEnumerable<Cell> cells) => Markup.Of($"""
        <tr><th scope="row">{head}</th>{cells.Select((cell, i) => Draw(IsText(i + 1) ? cell with { Style = "text" } : cell))}</tr>

        """);

    private static Markup Draw(Cell cell) => (cell.Style, cell.Property) switch
    {
        ("", "") => Markup.Of($"<td>{cell.Content}</td>"),
        (_, "") => Markup.Of($"""<td class="{cell.Style}">{cell.Content}</td>"""),
        _ => Markup.Of($"""<td class="{cell.Style}" style="{cell.Property}">{cell.Content}</td>"""),
    };
}

/// <summary>A cell of a <see cref="Table"/>.</summary>
/// <param name="Content">What stands in it.</param>
/// <param name="Style">Classes of the style sheet.</param>
/// <param name="Property">A property that the style sheet uses.</param>
internal readonly record struct Cell(string Content, string Style = "", string Property = "")
{
    /// <summary>A cell without a style.</summary>
    public static implicit operator Cell(string content) => new(content);
}
