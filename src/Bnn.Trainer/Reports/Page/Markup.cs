using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Bnn.Trainer.Reports.Page;

/// <summary>A piece of HTML. Made from an interpolated string in which every text is escaped and only other markup is taken as it is.</summary>
internal readonly struct Markup
{
    private readonly string? _text;

    private Markup(string text) => _text = text;

    /// <summary>Nothing.</summary>
    public static Markup Empty => default;

    /// <summary>Markup with holes, for example <c>$"&lt;td&gt;{name}&lt;/td&gt;"</c>.</summary>
    public static Markup Of(MarkupHandler handler) => new(handler.ToString());

    /// <summary>Text of our own that is markup already: a style sheet.</summary>
    public static Markup Trusted(string html) => new(html);

    /// <summary>Pieces one after the other.</summary>
    public static Markup Join(IEnumerable<Markup> pieces, string between = "") => new(string.Join(between, pieces));

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}

/// <summary>Puts together the parts of an interpolated string: see <see cref="Markup"/>. Numbers are invariant.</summary>
[InterpolatedStringHandler]
internal readonly struct MarkupHandler
{
    private readonly StringBuilder _text;

    /// <summary>Called by the compiler.</summary>
    public MarkupHandler(int literalLength, int holes) => _text = new(literalLength + (16 * holes));

    /// <summary>The fixed parts.</summary>
    public void AppendLiteral(string literal) => _text.Append(literal);

    /// <summary>Markup stays as it is.</summary>
    public void AppendFormatted(Markup markup) => _text.Append(markup);

    /// <summary>So do many pieces.</summary>
    public void AppendFormatted(IEnumerable<Markup> pieces) => _text.AppendJoin("", pieces);

    /// <summary>A number with up to two decimals: enough for a place in a drawing.</summary>
    public void AppendFormatted(double number) => _text.Append(number.ToString("0.##", CultureInfo.InvariantCulture));

    /// <summary>A whole number, without separators.</summary>
    public void AppendFormatted(int number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>Text, escaped for content and for attributes in double quotes; characters that could deceive the eye become question marks.</summary>
    public void AppendFormatted(string text)
    {
        foreach (char c in Text.Safe(text))
        {
            _ = c switch
            {
                '&' => _text.Append("&amp;"),
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '"' => _text.Append("&quot;"),
                '\'' => _text.Append("&#39;"),
                _ => _text.Append(c),
            };
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
