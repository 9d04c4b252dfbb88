using System.Globalization;
using Bnn.Trainer.Reports;

namespace Bnn.Trainer.Data;

/// <summary>What each column of a table is.</summary>
/// <param name="Count">Number of columns.</param>
/// <param name="Class">The column of the class, from 0.</param>
/// <param name="Skipped">Columns that are passed over, from 0.</param>
internal sealed record TableColumns(int Count, int Class, IReadOnlySet<int> Skipped)
{
    /// <summary>Number of values of a sample.</summary>
    public int Values => Count - 1 - Skipped.Count;

    /// <summary>What the columns are, for a message.</summary>
    public string Description =>
        FormattableString.Invariant($"{Values} values and a class") + (Skipped.Count == 0 ? "" : FormattableString.Invariant($", {Skipped.Count} left out"));

    /// <summary>Whether a column is a value of the sample.</summary>
    public bool IsValue(int column) => column < Count && column != Class && !Skipped.Contains(column);

    /// <summary>Finds out from the first line.</summary>
    /// <param name="request">Its options name columns: <c>first</c>, <c>last</c>, a number from 1, or the name in a header.</param>
    /// <param name="fields">The first line.</param>
    /// <param name="isHeader">Whether that names the columns.</param>
    /// <param name="bad">Makes an error in that line.</param>
    public static TableColumns Of(DataRequest request, List<string> fields, bool isHeader, Func<FormattableString, InvalidDataException> bad)
    {
        string path = request.Paths[0];
        int classColumn = Place(SpecOptions.ClassKey, request.Options.Last(SpecOptions.ClassKey) ?? "last");
        var skipped = request.Options.All(SpecOptions.SkipKey).Select(name => Place(SpecOptions.SkipKey, name)).ToHashSet();
        if (skipped.Contains(classColumn))
            throw new UsageException($"column {classColumn + 1} of {path} cannot be both the class and skipped; say which is the class: class=COLUMN");
        var columns = new TableColumns(fields.Count, classColumn, skipped);
        int wanted = (request.Shape ?? request.Options.Shape)?.Count ?? Math.Max(1, columns.Values);
        TableColumns expected = columns with { Count = wanted + 1 + skipped.Count };
        return columns.Count == expected.Count
            ? columns
            : throw bad($"{Text.Count(columns.Count, "column")}, but {expected.Count} are expected ({expected.Description})");

        int Place(string key, string name) => (name, isHeader ? fields.IndexOf(name) : -1) switch
        {
            (_, >= 0 and var named) => named,
            ("first", _) => 0,
            ("last", _) => fields.Count - 1,
            _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= fields.Count => number - 1,
            _ => throw new UsageException($"{path} has no column '{Text.Safe(name)}' for {key}=; there are " + (isHeader
                ? $"{ClassNames.Show(fields)}."
                : $"{fields.Count} columns without names; say first, last or a number from 1.")),
        };
    }
}
