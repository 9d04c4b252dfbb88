using System.Globalization;
using System.Text;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>C# literals: the only way of numbers and strings into generated text. Independent of culture.</summary>
internal static class Literal
{
    /// <summary>A whole number in decimal.</summary>
    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A word in hexadecimal.</summary>
    public static string Of(ulong value) => "0x" + value.ToString("X16", CultureInfo.InvariantCulture) + "UL";

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static string Of(bool value) => value ? "true" : "false";

    /// <summary>A string in quotes, in printable ASCII.</summary>
    public static string Of(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                literal.Append('\\').Append(c);
            else if (c is >= ' ' and <= '~')
                literal.Append(c);
            else
                literal.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
        }
        return literal.Append('"').ToString();
    }

    /// <summary>Text inside an XML documentation comment: one line of printable ASCII.</summary>
    public static string Xml(string text) => ModelNames.Quote(text).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
