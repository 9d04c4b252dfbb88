using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Bnn.Model;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>Reads tables of whole numbers in [0, 255], one sample a line, with the class in one of the columns.</summary>
/// <remarks>
/// The first line decides what separates columns: commas, else semicolons, else tabs, else blanks. It is a header if none of its columns is a number.
/// Values are kept as they are; quotes around them are taken off, empty lines are passed over. A class may be any text or number; numbers are
/// ordered by value, texts by their characters. Plain or .gz, UTF-8.
/// </remarks>
internal static class TableReader
{
    /// <summary>Most bytes of a table, 256 MiB.</summary>
    public const long Cap = 256 << 20;

    /// <summary>Reads a table; the class is in the last column unless the options say otherwise.</summary>
    /// <exception cref="InvalidDataException">The file is not such a table; the message gives line and column.</exception>
    /// <exception cref="UsageException">The options name a column that is not there.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DataFiles Read(DataRequest request)
    {
        string path = request.Paths[0];
        using var stream = new DataStream(path);
        byte[] text = stream.ReadToEnd(Cap);
        string hash = stream.Finish();
        var table = new Table(request);
        table.Read(text.AsSpan().StartsWith("\uFEFF"u8) ? text.AsSpan(3) : text);
        return new(table.ToImages(), [new(path, hash)]);
    }

    private sealed class Table(DataRequest request)
    {
        private readonly List<byte> _values = [];
        private readonly List<byte> _classes = [];   // indices into _fields
        private readonly List<string> _fields = [];  // classes in the order in which they occur
        private int _line;
        private byte _separator;
        private TableColumns? _columns;

        private string Path => request.Paths[0];

        public void Read(ReadOnlySpan<byte> text)
        {
            while (text.Length > 0)
            {
                int end = text.IndexOf((byte)'\n');
                ReadOnlySpan<byte> line = (end < 0 ? text : text[..end]).Trim(" \t\r"u8);
                text = end < 0 ? [] : text[(end + 1)..];
                _line++;
                if (line.Length > 0 && (_columns is not null || !IsHeader(line)))
                    ReadSample(line);
            }
            if (_classes.Count == 0)
                throw new InvalidDataException($"{Path}: holds no samples");
        }

        public LabeledImages ToImages()
        {
            IReadOnlyList<string> names = request.ClassNames ?? Sorted(_fields);
            byte[] labels = [.. _fields.Select(field => (byte)LabelOf(field, names))];
            Shape shape = request.ShapeOr(Shape.Vector(_columns!.Values));
            return new(request.Name, shape, [.. _values], [.. _classes.Select(field => labels[field])], names);
        }

        // The first line decides about the columns.
        private bool IsHeader(ReadOnlySpan<byte> line)
        {
            _separator = line.Contains((byte)',') ? (byte)',' : line.Contains((byte)';') ? (byte)';' : line.Contains((byte)'\t') ? (byte)'\t' : (byte)' ';
            var fields = new List<string>();
            for (ReadOnlySpan<byte> rest = line; NextField(ref rest, out ReadOnlySpan<byte> field);)
                fields.Add(Encoding.UTF8.GetString(field));
            bool isHeader = request.Options.Last(SpecOptions.HeaderKey) is { } told
                ? told == "yes"
                : !fields.Exists(field => field.Length == 0 || double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
            _columns = TableColumns.Of(request, fields, isHeader, Bad);
            return isHeader;
        }

        private void ReadSample(ReadOnlySpan<byte> line)
        {
            int column = 0;
            for (ReadOnlySpan<byte> rest = line; NextField(ref rest, out ReadOnlySpan<byte> field); column++)
            {
                if (column == _columns!.Class)
                    _classes.Add(Class(field, column));
                else if (_columns.IsValue(column))
                    _values.Add(Value(field, column));
            }
            if (column != _columns!.Count)
                throw Bad($"{Text.Count(column, "column")}, but {_columns.Count} are expected ({_columns.Description})");
        }

        private bool NextField(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> field)
        {
            field = rest;
            if (rest.IsEmpty)
                return false;
            int end = _separator == ' ' ? rest.IndexOfAny((byte)' ', (byte)'\t') : rest.IndexOf(_separator);
            field = (end < 0 ? rest : rest[..end]).Trim(" \t"u8);
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (_separator == ' ')
                rest = rest.TrimStart(" \t"u8);
            else if (end >= 0 && rest.IsEmpty)
                throw Bad($"the line ends with a separator");
            if (field.Length >= 2 && field[0] == '"' && field[^1] == '"')
                field = field[1..^1].Trim(" \t"u8);
            return true;
        }

        private byte Value(ReadOnlySpan<byte> field, int column)
        {
            if (field.IsEmpty)
                throw Bad($"column {column + 1} is empty");
            return Utf8Parser.TryParse(field, out byte value, out int length) && length == field.Length && field[0] != '+'
                ? value
                : throw Bad($"column {column + 1} must be a whole number from 0 to 255, but is '{Show(field)}'");
        }

        private byte Class(ReadOnlySpan<byte> field, int column)
        {
            if (field.IsEmpty)
                throw Bad($"column {column + 1} is empty, but holds the class");
            string text = Encoding.UTF8.GetString(field);
            text = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                ? number.ToString(CultureInfo.InvariantCulture)
                : text;
            int known = _fields.IndexOf(text);
            if (known >= 0)
                return (byte)known;
            if (_fields.Count == ClassNames.Most || text.Length > ModelCaps.TextLength)
                throw Bad($"column {column + 1} has more than {ClassNames.Most} classes, such as '{Show(field)}'; which column is the class? Add class=COLUMN");
            if (request.ClassNames is { } names && LabelOf(text, names) < 0)
                throw Bad($"class {Show(field)} in column {column + 1}; classes are {ClassNames.Show(names)}");
            _fields.Add(text);
            return (byte)(_fields.Count - 1);
        }

        // A number is a place among the names only where no class is called by a number. −1: none.
        private static int LabelOf(string field, IReadOnlyList<string> names)
        {
            for (int i = 0; i < names.Count; i++)
            {
                if (names[i] == field)
                    return i;
            }
            return IsNumber(field) && !names.Any(IsNumber) && int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int label)
                && label < names.Count ? label : -1;
        }

        private static List<string> Sorted(List<string> fields) => fields.TrueForAll(IsNumber)
            ? [.. fields.OrderBy(field => long.Parse(field, CultureInfo.InvariantCulture))]
            : [.. fields.Order(StringComparer.Ordinal)];

        private static bool IsNumber(string field) => long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

        private InvalidDataException Bad(FormattableString problem) =>
            new(FormattableString.Invariant($"{Path}({_line}): ") + FormattableString.Invariant(problem));

        private static string Show(ReadOnlySpan<byte> field)
        {
            string shown = string.Concat(field[..Math.Min(field.Length, 20)].ToArray().Select(b => b is > 0x20 and < 0x7F ? (char)b : '?'));
            return field.Length > 20 ? shown + "..." : shown;
        }
    }
}
