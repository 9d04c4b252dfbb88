using System.CommandLine;
using System.CommandLine.Parsing;

namespace Bnn.Trainer.Commands;

/// <summary>Options that take one of a few words, with the words in the error.</summary>
internal static class Choice
{
    /// <summary>A word of an enumeration, whatever its case; its first value unless said otherwise.</summary>
    public static Option<T> Option<T>(string name, string description)
        where T : struct, Enum => new(name)
        {
            // Help would write a default value as the code names it.
            Description = $"{description} [default: {default(T).ToString().ToLowerInvariant()}]",
            HelpName = "NAME",
            CustomParser = result => Parse(result, name, Enum.GetNames<T>()) is { } word ? Enum.Parse<T>(word) : default,
        };

    /// <summary>One of <paramref name="words"/>, or nothing.</summary>
    public static Option<string?> Optional(string name, string description, IReadOnlyList<string> words) => new(name)
    {
        Description = description,
        HelpName = "NAME",
        CustomParser = result => Parse(result, name, words),
    };

    private static string? Parse(ArgumentResult result, string name, IReadOnlyList<string> words)
    {
        string given = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        string? word = words.FirstOrDefault(word => string.Equals(word, given, StringComparison.OrdinalIgnoreCase));
        if (word is null)
            result.AddError($"{name} must be one of {string.Join(", ", words.Select(word => word.ToLowerInvariant()))}, but is '{given}'.");
        return word;
    }
}
