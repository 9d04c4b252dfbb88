using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Bnn.Trainer.Commands;

/// <summary>Options that take numbers: read without regard to culture, with their range in the help and in the error.</summary>
internal static class Number
{
    /// <summary>A number in [least, most] with a default.</summary>
    public static Option<T> Option<T>(string name, string description, T defaultValue, T least, T most)
        where T : struct, INumber<T> => new(name)
        {
            Description = $"{description}, {Range(least, most)}",
            HelpName = "N",
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result => Parse(result, name, least, most) ?? defaultValue,
        };

    /// <summary>A number in [least, most], or nothing.</summary>
    public static Option<T?> Optional<T>(string name, string description, T least, T most)
        where T : struct, INumber<T> => new(name)
        {
            Description = $"{description}, {Range(least, most)}",
            HelpName = "N",
            CustomParser = result => Parse(result, name, least, most),
        };

    /// <summary>A share, or one for each layer with commas between them, as it was written; or nothing.</summary>
    /// <param name="name">Of the option.</param>
    /// <param name="description">For help.</param>
    /// <param name="isAllowed">The range.</param>
    /// <param name="range">The same in words.</param>
    public static Option<string?> Shares(string name, string description, Func<double, bool> isAllowed, string range) => new(name)
    {
        Description = description,
        HelpName = "SHARE",
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            bool isGood = text.Split(',').All(word => double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && isAllowed(share));
            if (!isGood)
                result.AddError($"{name} must be a share {range}, or several with commas between them, but is '{text}'.");
            return text;
        },
    };

    private static T? Parse<T>(ArgumentResult result, string name, T least, T most)
        where T : struct, INumber<T>
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        NumberStyles style = T.IsInteger(least) && typeof(T) != typeof(double) ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out T value) && value >= least && value <= most)
            return value;
        result.AddError($"{name} must be a number {Range(least, most)}, but is '{text}'.");
        return null;
    }

    private static string Range<T>(T least, T most)
        where T : struct, INumber<T> => most == T.CreateSaturating(ulong.MaxValue)
        ? string.Create(CultureInfo.InvariantCulture, $"from {least} up")
        : string.Create(CultureInfo.InvariantCulture, $"from {least:0.######} to {most:0.######}");
}
