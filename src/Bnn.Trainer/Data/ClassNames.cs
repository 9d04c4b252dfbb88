using System.Globalization;
using System.Text;
using Bnn.Model;
using Bnn.Trainer.Reports;

namespace Bnn.Trainer.Data;

/// <summary>What the classes of a data set are called.</summary>
internal static class ClassNames
{
    /// <summary>Most classes of a data set: a label is a byte.</summary>
    public const int Most = 256;

    private const long LargestFile = 1 << 20;

    /// <summary>The classes of labels that are numbers: the given names, else the numbers from 0 to the largest label.</summary>
    /// <param name="file">Where the labels come from, for the message.</param>
    /// <param name="labels"><c>[n]</c></param>
    /// <param name="given">Names from elsewhere; a label must be below their number.</param>
    /// <exception cref="InvalidDataException">A label names none of the given classes.</exception>
    public static IReadOnlyList<string> OfNumbers(DataStream file, ReadOnlySpan<byte> labels, IReadOnlyList<string>? given)
    {
        if (given is null)
        {
            byte largest = 0;
            foreach (byte label in labels)
                largest = Math.Max(largest, label);
            return Numbers(largest + 1);
        }
        int wrong = given.Count >= Most ? -1 : labels.IndexOfAnyInRange((byte)given.Count, byte.MaxValue);
        return wrong < 0 ? given : throw file.Bad($"label {labels[wrong]} of sample {wrong}; classes are 0 to {given.Count - 1}");
    }

    /// <summary>The names 0, 1, 2 and so on.</summary>
    public static IReadOnlyList<string> Numbers(int count) => [.. Enumerable.Range(0, count).Select(c => c.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Whether an option holds the names themselves, and not a path.</summary>
    public static bool IsList(string option) => option.Contains('+', StringComparison.Ordinal);

    /// <summary>Names from an option: separated by plus signs, or a file with one name a line.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">There are none or too many, one is too long, or two are the same.</exception>
    public static IReadOnlyList<string> Parse(string option)
    {
        string[] names = IsList(option) ? option.Split('+', StringSplitOptions.TrimEntries) : ReadFile(option);
        if (names.Length is 0 or > Most)
            throw new InvalidDataException($"{option}: {names.Length} class names; there must be 1 to {Most}");
        string? wrong = names.FirstOrDefault(name => name.Length is 0 or > ModelCaps.TextLength);
        if (wrong is not null)
            throw new InvalidDataException($"{option}: a class name has {wrong.Length} characters; allowed are 1 to {ModelCaps.TextLength}");
        string? twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? names : throw new InvalidDataException($"{option}: the class name '{Text.Safe(twice)}' stands there twice");
    }

    /// <summary>The names for a message, not more than fit.</summary>
    public static string Show(IReadOnlyList<string> names) =>
        Text.Safe(string.Join(", ", names.Take(12))) + (names.Count > 12 ? FormattableString.Invariant($" and {names.Count - 12} more") : "");

    private static string[] ReadFile(string path)
    {
        using var stream = new DataStream(path);
        return Encoding.UTF8.GetString(stream.ReadToEnd(LargestFile)).TrimStart('\uFEFF')
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }
}
