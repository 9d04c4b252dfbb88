using System.Text.Json;
using System.Text.Json.Serialization;
using Bnn.Model;

namespace Bnn.Training;

/// <summary>What a run is, as text: the content of <c>options.json</c>, and the head of a checkpoint.</summary>
internal sealed record RunDescription(TrainingOptions Options, string DataName, string DataHash, RunProvenance? Provenance, string? DataSource = null)
{
    public string ToJson() => JsonSerializer.Serialize(this, RunJson.Default.RunDescription);

    /// <exception cref="JsonException">It is not what <see cref="ToJson"/> gives.</exception>
    public static RunDescription FromJson(string json) =>
        JsonSerializer.Deserialize(json, RunJson.Default.RunDescription) is { Options: not null, DataName: not null, DataHash: not null } description
            ? description
            : throw new JsonException("Options or data are missing.");
}

[JsonSourceGenerationOptions(
    WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(IntegersConverter), typeof(WordConverter<Surrogate>), typeof(WordConverter<WeightOptimizer>)])]
[JsonSerializable(typeof(RunDescription))]
internal sealed partial class RunJson : JsonSerializerContext;

/// <summary>Writes values of an enumeration as words: bi-real.</summary>
internal sealed class WordConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>Writes an array of integers as a JSON array.</summary>
internal sealed class IntegersConverter : JsonConverter<EquatableArray<int>>
{
    public override EquatableArray<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var items = new List<int>();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(reader.GetInt32());
        return new(items.ToArray());
    }

    public override void Write(Utf8JsonWriter writer, EquatableArray<int> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (int item in value.AsSpan())
            writer.WriteNumberValue(item);
        writer.WriteEndArray();
    }
}
