using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Model;

/// <summary>Damaged model files from a seed: lines, words, numbers, base64 and characters are changed, mostly under a checksum that fits again.</summary>
internal static partial class ModelMutations
{
    private static readonly string[] s_models =
        [.. SampleNetworks.All.Append(SampleModels.Everything()).Append(SampleModels.SumScores()).Select(network => BnnWriter.Write(network))];

    private static readonly string[] s_numbers =
    [
        "0", "1", "-1", "2", "3", "7", "8", "9", "63", "64", "65", "255", "256", "4096", "65535", "65536", "65537", "67108864", "4194304", "4194305",
        "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296", "999999999999999999", "9223372036854775807",
        "99999999999999999999999999", "-0", "00", "007", "+1", "1e3", "0x10", "1.5", "", "-", "\u0663",
    ];

    private static readonly char[] s_chars =
        ['\0', '\t', '\r', '\n', ' ', '"', '\\', '#', '=', 'A', '/', '0', '-', '~', '\u007f', '\u00e9', '\u2028', '\ud800', '\uffff'];

    private delegate void Mutation(List<string> lines, Random random);

    private static readonly Mutation[] s_mutations =
    [
        SwapLines, RepeatLine, RemoveLines, MoveLine, TakeLinesOfAnother, DropWord, RepeatWord, SwapWords, TakeWordOfAnother,
        EditNumber, EditNumber, EditNumber, EditNumber, DamageBits, DamageBits, FlipMask, InsertChar, RemoveChar, ReplaceChar, ReplaceChar,
        AddComment, Lengthen, RepeatOften, CutEnd,
    ];

    /// <summary>The text of a seed.</summary>
    public static string Text(int seed)
    {
        var random = new Random(seed);
        List<string> lines = [.. s_models[random.Next(s_models.Length)].Split('\n')];
        for (int i = random.Next(1, 4); i > 0 && lines.Count > 0; i--)
            s_mutations[random.Next(s_mutations.Length)](lines, random);
        if (random.Next(4) != 0)
            Seal(lines);
        string text = string.Join(random.Next(8) == 0 ? "\r\n" : "\n", lines);
        return random.Next(20) switch
        {
            0 => text[..random.Next(text.Length + 1)],
            1 => text.TrimEnd('\n'),
            2 when random.Next(4) == 0 => "\ufeff" + text,
            _ => text,
        };
    }

    // The rule of docs/model-format.md: lines up to the checksum's own that are neither blank nor comments.
    private static void Seal(List<string> lines)
    {
        int last = lines.FindIndex(line => line.StartsWith("sha256", StringComparison.Ordinal));
        if (last < 0)
            return;
        using var checksum = new BnnChecksum();
        foreach (string line in string.Join('\n', lines.Take(last)).Split('\n'))
        {
            string counted = line.EndsWith('\r') ? line[..^1] : line;
            if (counted.Length > 0 && counted[0] != '#')
                checksum.Add(counted);
        }
        lines[last] = "sha256 " + checksum.Finish();
    }

    private static void SwapLines(List<string> lines, Random random)
    {
        int a = random.Next(lines.Count), b = random.Next(lines.Count);
        (lines[a], lines[b]) = (lines[b], lines[a]);
    }

    private static void RepeatLine(List<string> lines, Random random) => lines.Insert(random.Next(lines.Count + 1), lines[random.Next(lines.Count)]);

    private static void RemoveLines(List<string> lines, Random random)
    {
        int at = random.Next(lines.Count);
        lines.RemoveRange(at, Math.Min(random.Next(3) == 0 ? random.Next(1, 8) : 1, lines.Count - at));
    }

    private static void MoveLine(List<string> lines, Random random)
    {
        int from = random.Next(lines.Count);
        string line = lines[from];
        lines.RemoveAt(from);
        lines.Insert(random.Next(lines.Count + 1), line);
    }

    private static void TakeLinesOfAnother(List<string> lines, Random random)
    {
        string[] other = s_models[random.Next(s_models.Length)].Split('\n');
        int from = random.Next(other.Length);
        lines.InsertRange(random.Next(lines.Count + 1), other[from..Math.Min(other.Length, from + random.Next(1, 12))]);
    }

    private static void DropWord(List<string> lines, Random random) => EditWords(lines, random, words => words.RemoveAt(random.Next(words.Count)));

    private static void RepeatWord(List<string> lines, Random random) =>
        EditWords(lines, random, words => words.Insert(random.Next(words.Count + 1), words[random.Next(words.Count)]));

    private static void SwapWords(List<string> lines, Random random) => EditWords(lines, random, words =>
    {
        int a = random.Next(words.Count), b = random.Next(words.Count);
        (words[a], words[b]) = (words[b], words[a]);
    });

    private static void TakeWordOfAnother(List<string> lines, Random random)
    {
        string[] other = lines[random.Next(lines.Count)].Split(' ');
        EditWords(lines, random, words => words[random.Next(words.Count)] = other[random.Next(other.Length)]);
    }

    private static void EditWords(List<string> lines, Random random, Action<List<string>> edit)
    {
        int at = random.Next(lines.Count);
        List<string> words = [.. lines[at].Split(' ')];
        edit(words);
        lines[at] = string.Join(' ', words);
    }

    // Sizes, limits, strides and so on: an edge value, or a neighbour of what was there.
    private static void EditNumber(List<string> lines, Random random)
    {
        int at = random.Next(lines.Count);
        MatchCollection numbers = Number().Matches(lines[at]);
        if (numbers.Count == 0)
            return;
        Match number = numbers[random.Next(numbers.Count)];
        string value = s_numbers[random.Next(s_numbers.Length)];
        if (random.Next(2) == 0 && long.TryParse(number.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long was))
            value = string.Create(CultureInfo.InvariantCulture, $"{random.Next(4) switch { 0 => was - 1, 1 => 2 * was, 2 => -was, _ => was + 1 }}");
        lines[at] = lines[at][..number.Index] + value + lines[at][(number.Index + number.Length)..];
    }

    private static void DamageBits(List<string> lines, Random random) => EditRow(lines, random, words =>
    {
        int index = random.Next(2, words.Length + 1);
        if (index >= words.Length || words[index].Length == 0)
            return [.. words, words[^1]];
        char[] digits = words[index].ToCharArray();
        digits[random.Next(digits.Length)] = "AB8w/+=-_*"[random.Next(10)];
        words[index] = random.Next(6) switch { 0 => words[index][1..], 1 => words[index] + "AAAA", 2 => "", _ => new string(digits) };
        return words;
    });

    private static void FlipMask(List<string> lines, Random random) => EditRow(lines, random, words =>
        words.Length > 3 ? words[..3] : [.. words, new string(random.Next(2) == 0 ? '/' : 'A', words[^1].TrimEnd('=').Length).PadRight(words[^1].Length, '=')]);

    private static void EditRow(List<string> lines, Random random, Func<string[], string[]> edit)
    {
        int at = lines.FindIndex(random.Next(lines.Count), line => line.StartsWith("row ", StringComparison.Ordinal));
        if (at >= 0)
            lines[at] = string.Join(' ', edit(lines[at].Split(' ')));
    }

    private static void InsertChar(List<string> lines, Random random)
    {
        int at = random.Next(lines.Count);
        lines[at] = lines[at].Insert(random.Next(lines[at].Length + 1), s_chars[random.Next(s_chars.Length)].ToString());
    }

    private static void RemoveChar(List<string> lines, Random random)
    {
        int at = random.Next(lines.Count);
        if (lines[at].Length > 0)
            lines[at] = lines[at].Remove(random.Next(lines[at].Length), 1);
    }

    private static void ReplaceChar(List<string> lines, Random random)
    {
        int at = random.Next(lines.Count);
        if (lines[at].Length == 0)
            return;
        var chars = new StringBuilder(lines[at]);
        chars[random.Next(chars.Length)] = random.Next(3) switch
        {
            0 => (char)random.Next(0x10000),
            1 => (char)random.Next(' ', 127),
            _ => s_chars[random.Next(s_chars.Length)],
        };
        lines[at] = chars.ToString();
    }

    private static void AddComment(List<string> lines, Random random) =>
        lines.Insert(random.Next(lines.Count + 1), random.Next(3) switch { 0 => "", 1 => "# note \ud83d\ude00", _ => "#" });

    // Names, texts and words around their caps.
    private static void Lengthen(List<string> lines, Random random)
    {
        int at = random.Next(lines.Count);
        int quote = lines[at].IndexOf('"', StringComparison.Ordinal);
        int length = random.Next(4) switch
        {
            0 => ModelCaps.NameLength,
            1 => ModelCaps.NameLength + 1,
            2 => ModelCaps.TextLength + 1,
            _ => random.Next(10_000),
        };
        lines[at] = lines[at].Insert(quote < 0 ? random.Next(lines[at].Length + 1) : quote + 1, new string('x', length));
    }

    private static void RepeatOften(List<string> lines, Random random)
    {
        if (random.Next(10) == 0)
            lines.InsertRange(random.Next(lines.Count + 1), Enumerable.Repeat(lines[random.Next(lines.Count)], random.Next(300)));
    }

    private static void CutEnd(List<string> lines, Random random)
    {
        int kept = random.Next(lines.Count);
        lines.RemoveRange(kept, lines.Count - kept);
    }

    [GeneratedRegex("-?[0-9]+")]
    private static partial Regex Number();
}
