using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Pieces of text that the emitters of layers have in common.</summary>
internal static class LayerText
{
    /// <summary>Attribute of every method of a layer: compiled with full optimisation at its first call, not after a start that is many times slower.</summary>
    public const string Attribute =
        "[global::System.Runtime.CompilerServices.MethodImpl(" +
        "global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]";

    /// <summary>Parameters of a layer's method.</summary>
    public static string Parameters(LayerPlan layer) =>
        $"global::System.ReadOnlySpan<ulong> x, {(layer.Layer is ScoreLayer ? "global::System.Span<int> scores" : "global::System.Span<ulong> y")}";

    /// <summary>The local that holds the packed input of layer <paramref name="index"/>.</summary>
    public static string Bits(int index) => "bits" + Literal.Of(index);

    /// <summary>Word <paramref name="index"/> behind a reference.</summary>
    public static string At(string reference, string index) => index == "0" ? reference : $"BnnUnsafe.Add(ref {reference}, {index})";

    /// <summary><paramref name="name"/> + <paramref name="offset"/>.</summary>
    public static string Plus(string name, int offset) => offset == 0 ? name : $"{name} + {Literal.Of(offset)}";

    /// <summary>A number that may stand behind any operator.</summary>
    public static string Number(int value) => value < 0 ? $"({Literal.Of(value)})" : Literal.Of(value);

    /// <summary>The call that puts the border of <paramref name="image"/> around its bits.</summary>
    public static string AddBorder(string from, ImageLayout image, string to) =>
        $"global::Bnn.Kernels.Borders.Add({from}, {Border(image)}, {(image.BorderBit ? "1" : "0")}, {to});";

    /// <summary>Rows, length of a row, and the border above, before, after and below.</summary>
    public static string Border(ImageLayout image)
    {
        Shape shape = image.Shape;
        Padding border = image.Border;
        int[] sizes =
        [
            shape.Height, shape.Width * shape.Channels,
            border.Top * image.RowLength, border.Left * shape.Channels, border.Right * shape.Channels, border.Bottom * image.RowLength,
        ];
        return string.Join(", ", sizes.Select(size => Literal.Of(size)));
    }

    /// <summary>The comment above the methods of a layer: its name and sizes.</summary>
    public static string Comment(LayerPlan layer) => $"// {ModelNames.Quote(layer.Layer.Name)}: {layer.Shape}";
}
