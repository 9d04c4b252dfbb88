using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;

namespace Bnn.Trainer.Commands;

/// <summary>Options that take one of a few words, with the words in the error.</summary>
internal static class Choice
{
    /// <summary>A word of an enumeration, whatever its case; help says that it is <paramref name="usual"/> otherwise, in other words if they are given.</summary>
    public static Option<T> Option<T>(string name, string description, T usual = default, string? usualWords = null)
        where T : struct, Enum => new(name)
        {
            // Help would write a default value as the code names it.
            Description = $"{description} [default: {usualWords ?? Word(usual.ToString())}]",
            HelpName = "NAME",
            CustomParser = result => Parse(result, name, [.. Enum.GetNames<T>().Select(Word)]) is { } word
                ? Enum.GetValues<T>().First(value => Word(value.ToString()) == word)
                : default,
        };

    /// <summary>What was given, or <paramref name="usual"/>: of an option whose usual value is not the first of its words.</summary>
    public static T Value<T>(ParseResult parsed, Option<T> option, T usual)
        where T : struct, Enum => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : usual;

    /// <summary>One of <paramref name="words"/>, or nothing.</summary>
    public static Option<string?> Optional(string name, string description, IReadOnlyList<string> words) => new(name)
    {
        Description = description,
        HelpName = "NAME",
        CustomParser = result => Parse(result, name, words),
    };

    // As it stands in options.json too: bi-real.
    private static string Word(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name);

    /// <summary>The one of <paramref name="words"/> that was given, or null and an error.</summary>
    public static string? Parse(ArgumentResult result, string name, IReadOnlyList<string> words)
    {
        string given = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        string? word = words.FirstOrDefault(word => string.Equals(word, given, StringComparison.OrdinalIgnoreCase));
        if (word is null)
            result.AddError($"{name} must be one of {string.Join(", ", words.Select(word => word.ToLowerInvariant()))}, but is '{given}'.");
        return word;
    }
}
