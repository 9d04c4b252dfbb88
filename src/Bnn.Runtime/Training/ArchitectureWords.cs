using System.Globalization;
using Bnn.Model;

namespace Bnn.Training;

/// <summary>Reads the words of an architecture.</summary>
internal static class ArchitectureWords
{
    /// <summary>What a word may be, for messages and help.</summary>
    public const string Known = "convHxW-N (with -sN stride, -pN padding, -bN padding bit, -gN groups), pool or poolHxW (with -sN, -pN), flatten, dense-N, scores, sum-scores";

    /// <summary>The layer that <paramref name="word"/> stands for.</summary>
    /// <exception cref="ArgumentException">It stands for none, or a number lies outside its range; the message names both.</exception>
    public static ArchitectureLayer Read(string word)
    {
        string[] parts = word.Split('-');
        if (word == "scores")
            return new ScoresWord();
        if (word == "sum-scores")
            return new SumScoresWord();
        if (word == "flatten")
            return new FlattenWord();
        if (parts[0] == "dense")
            return parts.Length == 2 ? new DenseWord(Number(word, parts[1], "channels", 1, ModelCaps.Channels)) : throw Unknown(word);
        if (parts[0].StartsWith("conv", StringComparison.Ordinal) && parts.Length > 1)
            return Convolution(word, parts);
        return parts[0].StartsWith("pool", StringComparison.Ordinal) ? Pool(word, parts) : throw Unknown(word);
    }

    private static ConvolutionWord Convolution(string word, string[] parts)
    {
        var layer = new ConvolutionWord(Number(word, parts[1], "channels", 1, ModelCaps.Channels), Pair(word, parts[0][4..], "the kernel", 1, 255));
        foreach ((char letter, string value) in Options(word, parts.Skip(2), "spbg"))
        {
            layer = letter switch
            {
                's' => layer with { Stride = Pair(word, value, "the stride", 1, 255) },
                'p' => layer with { Padding = Pair(word, value, "the padding", 0, 255) },
                'b' => layer with { PaddingBit = Number(word, value, "the padding bit", 0, 1) == 1 },
                _ => layer with { Groups = Number(word, value, "groups", 1, ModelCaps.Channels) },
            };
        }
        if (layer.Amounts.Top >= layer.Kernel.Height || layer.Amounts.Left >= layer.Kernel.Width)
            throw Architecture.Bad($"'{word}': padding {layer.Amounts.Top}x{layer.Amounts.Left} must be less than the kernel {layer.Kernel}");
        return layer.Width % layer.Groups == 0 ? layer : throw Architecture.Bad($"'{word}': {layer.Groups} groups do not divide {layer.Width} channels");
    }

    private static PoolWord Pool(string word, string[] parts)
    {
        Extent window = parts[0].Length == 4 ? PoolWord.Default.Window : Pair(word, parts[0][4..], "the window", 1, 16);
        var layer = new PoolWord(window, window);
        foreach ((char letter, string value) in Options(word, parts.Skip(1), "sp"))
        {
            layer = letter == 's'
                ? layer with { Stride = Pair(word, value, "the stride", 1, 255) }
                : layer with { Padding = Pair(word, value, "the padding", 0, 15) };
        }
        return layer.Padding.Height < window.Height && layer.Padding.Width < window.Width
            ? layer
            : throw Architecture.Bad($"'{word}': padding {layer.Padding} must be less than the window {window}");
    }

    // Each option at most once: a letter and its value.
    private static IEnumerable<(char Letter, string Value)> Options(string word, IEnumerable<string> parts, string letters)
    {
        string seen = "";
        foreach (string part in parts)
        {
            if (part.Length < 2 || !letters.Contains(part[0], StringComparison.Ordinal))
                throw Architecture.Bad($"'{word}': '-{part}' is no option; there are {string.Join(", ", letters.Select(letter => $"-{letter}N"))}");
            if (seen.Contains(part[0], StringComparison.Ordinal))
                throw Architecture.Bad($"'{word}': -{part[0]} stands twice");
            seen += part[0];
            yield return (part[0], part[1..]);
        }
    }

    // "3x5", or "3" for both.
    private static Extent Pair(string word, string text, string what, int least, int most)
    {
        int times = text.IndexOf('x', StringComparison.Ordinal);
        string height = times < 0 ? text : text[..times], width = times < 0 ? text : text[(times + 1)..];
        return new(Number(word, height, what, least, most), Number(word, width, what, least, most));
    }

    private static int Number(string word, string text, string what, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw Architecture.Bad($"'{word}': {what} must be a number from {least} to {most}, but '{text}' stands there");

    private static ArgumentException Unknown(string word) =>
        Architecture.Bad($"'{word}' is no layer; there are {Known}. Presets stand alone: {ArchitecturePreset.Names}");
}
