namespace Bnn.Model;

/// <summary>The words and small forms of the <c>.bnn</c> format, shared by reader and writer. Specified in docs/model-format.md.</summary>
static partial class BnnSyntax
{
    internal const string Magic = "bnn";
    internal const int Version = 1;
    internal const string Name = "name", Input = "input", Label = "label", Meta = "meta", Layers = "layers", Layer = "layer", Row = "row", End = "end", Sha256 = "sha256";
    internal const string Threshold = "threshold", Levels = "levels", Planes = "planes";
    internal const string Channels = "channels", Classes = "classes", Inputs = "inputs", Scale = "scale", Kernel = "kernel", Window = "window";
    internal const string Stride = "stride", Padding = "padding", Bit = "bit", Groups = "groups", And = "and";

    private const string Base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>Writes text in quotes: printable ASCII as it is, <c>"</c> and <c>\</c> behind a backslash, any other UTF-16 unit as <c>\u</c> and four hex digits.</summary>
    internal static void AppendQuoted(System.Text.StringBuilder to, string text)
    {
        to.Append('"');
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                to.Append('\\').Append(c);
            else if (c is >= ' ' and <= '~')
                to.Append(c);
            else
                to.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
        }
        to.Append('"');
    }

    /// <summary>Reads what <see cref="AppendQuoted"/> writes; null if <paramref name="quoted"/> is not of that form.</summary>
    internal static string? Unquote(ReadOnlySpan<char> quoted)
    {
        if (quoted.Length < 2 || quoted[0] != '"' || quoted[quoted.Length - 1] != '"')
            return null;
        ReadOnlySpan<char> inner = quoted.Slice(1, quoted.Length - 2);
        if (inner.IsEmpty)
            return "";
        var text = new System.Text.StringBuilder(inner.Length);
        for (int i = 0; i < inner.Length; i++)
        {
            char c = inner[i];
            if (c is '"' or < ' ' or > '~')
                return null;
            if (c != '\\')
            {
                text.Append(c);
                continue;
            }
            if (++i == inner.Length)
                return null;
            if (inner[i] is '"' or '\\')
            {
                text.Append(inner[i]);
                continue;
            }
            if (inner[i] != 'u' || i + 4 >= inner.Length)
                return null;
            int unit = 0;
            for (int digit = 0; digit < 4; digit++)
            {
                int value = HexValue(inner[++i]);
                if (value < 0)
                    return null;
                unit = (unit * 16) + value;
            }
            text.Append((char)unit);
        }
        return text.ToString();
    }

    private static int HexValue(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        _ => -1,
    };

    /// <summary>A whole number in its only form: digits without leading zeros, a minus sign before negative ones.</summary>
    internal static bool TryInteger(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        ReadOnlySpan<char> digits = negative ? text.Slice(1) : text;
        if (digits.Length is 0 or > 18 || (digits[0] == '0' && (digits.Length > 1 || negative)))
            return false;
        foreach (char c in digits)
        {
            if (c is < '0' or > '9')
                return false;
            value = (value * 10) + (c - '0');
        }
        value = negative ? -value : value;
        return true;
    }

    /// <summary>Characters of the base64 form of <paramref name="bits"/> packed bits, which are ⌈bits/8⌉ bytes, padded with <c>=</c> to a multiple of four.</summary>
    internal static int Base64Length(int bits) => (((bits + 7) / 8) + 2) / 3 * 4;

    /// <summary>Writes the first ⌈bits/8⌉ bytes of <paramref name="words"/>, low byte of each word first.</summary>
    internal static void AppendBits(System.Text.StringBuilder to, ReadOnlySpan<ulong> words, int bits)
    {
        int bytes = (bits + 7) / 8;
        for (int i = 0; i < bytes; i += 3)
        {
            int count = Math.Min(3, bytes - i);
            int group = 0;
            for (int j = 0; j < 3; j++)
                group = (group << 8) | (j < count ? (int)(words[(i + j) >> 3] >> (8 * ((i + j) & 7)) & 255) : 0);
            for (int j = 0; j < 4; j++)
                to.Append(j <= count ? Base64Digits[group >> (18 - (6 * j)) & 63] : '=');
        }
    }

    /// <summary>Reads what <see cref="AppendBits"/> writes.</summary>
    /// <param name="text">The base64 form.</param>
    /// <param name="bits">Number of bits.</param>
    /// <param name="words"><c>[⌈bits/64⌉]</c>; receives the bits, tail bits 0.</param>
    /// <returns>Null, or what is wrong.</returns>
    internal static string? ReadBits(ReadOnlySpan<char> text, int bits, Span<ulong> words)
    {
        words.Clear();
        int bytes = (bits + 7) / 8;
        if (text.Length != Base64Length(bits))
            return FormattableString.Invariant($"{text.Length} characters of base64, but {bits} bits need {Base64Length(bits)}");
        for (int i = 0; i < text.Length; i += 4)
        {
            int count = Math.Min(3, bytes - (i / 4 * 3));
            int group = 0;
            for (int j = 0; j < 4; j++)
            {
                char c = text[i + j];
                int digit = j <= count ? DigitValue(c) : c == '=' ? 0 : -1;
                if (digit < 0)
                    return FormattableString.Invariant($"character {i + j + 1} is not the base64 expected there");
                group = (group << 6) | digit;
            }
            for (int j = 0; j < 3; j++)
            {
                ulong value = (ulong)(group >> (16 - (8 * j)) & 255);
                int at = (i / 4 * 3) + j;
                if (j < count)
                    words[at >> 3] |= value << (8 * (at & 7));
                else if (value != 0)
                    return "the last base64 digit has bits beyond the last byte";
            }
        }
        return words.Length > 0 && (words[words.Length - 1] & ~WeightMatrix.TailMask(bits, words.Length - 1)) != 0
            ? FormattableString.Invariant($"bits beyond the {bits} of the row are set")
            : null;
    }

    private static int DigitValue(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };
}
