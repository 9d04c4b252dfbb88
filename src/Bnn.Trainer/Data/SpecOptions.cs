using System.Globalization;
using Bnn.Model;

namespace Bnn.Trainer.Data;

/// <summary>The <c>key=value</c> parts of a data specification, in their order; a key may occur several times.</summary>
internal sealed record SpecOptions(IReadOnlyList<(string Key, string Value)> Items)
{
    /// <summary>Shape of a sample: <c>3x32x32</c>, or <c>8x8</c> for one channel.</summary>
    public const string ShapeKey = "shape";

    /// <summary>Names of the classes: <c>cat+dog</c>, or a file with one a line.</summary>
    public const string NamesKey = "names";

    /// <summary>The column of the class in a table.</summary>
    public const string ClassKey = "class";

    /// <summary>A column of a table that is left out.</summary>
    public const string SkipKey = "skip";

    /// <summary>Whether the first line of a table is a header.</summary>
    public const string HeaderKey = "header";

    /// <summary>No options.</summary>
    public static SpecOptions None { get; } = new([]);

    /// <summary>All keys that some format knows.</summary>
    public static IReadOnlyList<string> Keys { get; } = [ShapeKey, NamesKey, ClassKey, SkipKey, HeaderKey];

    /// <summary>The shape, if it is given.</summary>
    public Shape? Shape => Last(ShapeKey) is { } text ? ParseShape(text) : null;

    /// <summary>Class names in the order of their numbers, if they are given.</summary>
    /// <exception cref="IOException">They are in a file that cannot be read.</exception>
    /// <exception cref="InvalidDataException">They are no names.</exception>
    public IReadOnlyList<string>? ClassNames => Last(NamesKey) is { } text ? Data.ClassNames.Parse(text) : null;

    /// <summary>The last value of <paramref name="key"/>, or null.</summary>
    public string? Last(string key) => All(key).LastOrDefault();

    /// <summary>All values of <paramref name="key"/>.</summary>
    public IEnumerable<string> All(string key) => Items.Where(item => item.Key == key).Select(item => item.Value);

    /// <summary>Null, or what is wrong with the value of one of the items.</summary>
    public string? Problem()
    {
        foreach ((string key, string value) in Items)
        {
            if (value.Length == 0)
                return $"'{key}=' has no value";
            if (key == ShapeKey && ParseShape(value) is null)
                return $"'{key}={value}' is no shape; write channels, rows and columns, for example shape=3x32x32, at most {ModelCaps.LayerValues} values";
            if (key == HeaderKey && value is not ("yes" or "no"))
                return $"'{key}={value}' must be {key}=yes or {key}=no";
        }
        return null;
    }

    private static Shape? ParseShape(string text)
    {
        string[] parts = text.Split('x');
        var sizes = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]) || sizes[i] is < 1 or > ModelCaps.LayerValues)
                return null;
        }
        Shape? shape = sizes switch
        {
            [int width] => Bnn.Model.Shape.Vector(width),
            [int height, int width] => new(1, height, width),
            [int channels, int height, int width] => new(channels, height, width),
            _ => null,
        };
        return shape is { Channels: <= ModelCaps.Channels } fitting && fitting.LongCount <= ModelCaps.LayerValues ? shape : null;
    }
}
