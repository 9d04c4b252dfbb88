using Bnn.Model;

namespace Bnn.Trainer.Data;

/// <summary>Reads tables of integers in [0, 255], one sample a line, with the class in one of the columns.</summary>
/// <remarks>Columns are separated by commas, blanks or tabs; empty lines are passed over. Values are kept as they are. Plain or .gz.</remarks>
internal static class TableReader
{
    /// <summary>Most bytes of a table, 256 MiB.</summary>
    public const long Cap = 256 << 20;

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">Shape of a sample; a line has one column more than its values.</param>
    /// <param name="name">Name of the data set.</param>
    /// <param name="classNames">Classes must be below their number.</param>
    /// <param name="classColumn">Column of the class from 0, or −1 for the last.</param>
    /// <exception cref="InvalidDataException">The file is not such a table; the message gives line and column.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DataFiles Read(string path, Shape shape, string name, IReadOnlyList<string> classNames, int classColumn = -1)
    {
        int columns = shape.Count + 1;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classColumn, columns);
        using var stream = new DataStream(path);
        byte[] text = stream.ReadToEnd(Cap);
        string hash = stream.Finish();
        var table = new Table(path, columns, classColumn < 0 ? columns - 1 : classColumn, classNames.Count);
        table.Read(text);
        return new(new(name, shape, table.Values.ToArray(), table.Classes.ToArray(), classNames), [new(path, hash)]);
    }

    private sealed class Table(string path, int columns, int classColumn, int classCount)
    {
        private int _line = 1;
        private int _column;

        public List<byte> Values { get; } = [];

        public List<byte> Classes { get; } = [];

        public void Read(ReadOnlySpan<byte> text)
        {
            for (int i = 0; i < text.Length;)
            {
                byte c = text[i];
                if (c is (byte)'\n')
                {
                    EndLine();
                    _line++;
                    i++;
                }
                else if (c is (byte)' ' or (byte)'\t' or (byte)'\r')
                {
                    i++;
                }
                else
                {
                    i += ReadField(text[i..]);
                }
            }
            EndLine();
            if (Classes.Count == 0)
                throw new InvalidDataException($"{path}: holds no samples");
        }

        // A number and the comma after it, if there is one. Gives the bytes taken.
        private int ReadField(ReadOnlySpan<byte> text)
        {
            int length = text.IndexOfAny(" \t\r\n,"u8);
            length = length < 0 ? text.Length : length;
            int value = 0;
            for (int i = 0; i < length; i++)
            {
                int digit = text[i] - '0';
                value = digit is >= 0 and <= 9 && i < 4 ? (value * 10) + digit : 256;
                if (value > 255)
                    throw Bad($"column {_column + 1} must be a whole number from 0 to 255, but is '{Show(text[..length])}'");
            }
            if (length == 0)
                throw Bad($"column {_column + 1} is empty");
            Add(value);
            int after = length;
            while (after < text.Length && text[after] is (byte)' ' or (byte)'\t')
                after++;
            if (after == text.Length || text[after] != ',')
                return after;
            int next = after + 1;
            while (next < text.Length && text[next] is (byte)' ' or (byte)'\t' or (byte)'\r')
                next++;
            return next < text.Length && text[next] != '\n' ? next : throw Bad($"the line ends with a comma");
        }

        private void Add(int value)
        {
            if (_column == classColumn && value >= classCount)
                throw Bad($"class {value} in column {_column + 1}; classes are 0 to {classCount - 1}");
            if (_column == classColumn)
                Classes.Add((byte)value);
            else if (_column < columns)
                Values.Add((byte)value);
            _column++;
        }

        private void EndLine()
        {
            if (_column != 0 && _column != columns)
                throw Bad($"{_column} columns, but {columns} are expected ({columns - 1} values and a class)");
            _column = 0;
        }

        private InvalidDataException Bad(FormattableString problem) =>
            new(FormattableString.Invariant($"{path}({_line}): ") + FormattableString.Invariant(problem));

        private static string Show(ReadOnlySpan<byte> field)
        {
            string shown = string.Concat(field[..Math.Min(field.Length, 20)].ToArray().Select(b => b is > 0x20 and < 0x7F ? (char)b : '?'));
            return field.Length > 20 ? shown + "..." : shown;
        }
    }
}
