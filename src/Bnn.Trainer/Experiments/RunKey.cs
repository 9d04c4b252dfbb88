using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>What tells a run from all others: SHA-256 over engine version, data, method, options and parents. Equal keys, equal bits.</summary>
internal static class RunKey
{
    /// <summary>Digits in names of files.</summary>
    public const int ShortLength = 12;

    private static readonly JsonSerializerOptions s_json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The key: 64 lower-case hexadecimal digits.</summary>
    public static string Of(string dataHash, RunMethod method, RunRecipe recipe, IEnumerable<string> parents) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text(dataHash, method, recipe, parents))));

    /// <summary>What is hashed: one fact a line.</summary>
    /// <remarks>
    /// Options that have their default value are left out, so that a new option changes no key of runs without it; that a default goes on meaning
    /// the same is part of <see cref="TrainingEngine.Version"/>. The model's name is left out: it changes no weight.
    /// </remarks>
    public static string Text(string dataHash, RunMethod method, RunRecipe recipe, IEnumerable<string> parents)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"engine {TrainingEngine.Version}\ndata {dataHash}\nmethod {method.Name}\n");
        foreach (string parent in parents)
            text.Append(CultureInfo.InvariantCulture, $"parent {parent}\n");
        JsonElement defaults = Json(recipe.Defaults);
        foreach (JsonProperty option in Json(recipe.Options).EnumerateObject().OrderBy(option => option.Name, StringComparer.Ordinal))
        {
            if (option.Name != nameof(TrainingOptions.Name) && option.Value.GetRawText() != defaults.GetProperty(option.Name).GetRawText())
                text.Append(CultureInfo.InvariantCulture, $"{option.Name} {option.Value.GetRawText()}\n");
        }
        return text.ToString();
    }

    private static JsonElement Json(object options) => JsonSerializer.SerializeToElement(options, options.GetType(), s_json);
}
