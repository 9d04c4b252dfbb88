using System.Text;
using System.Text.Json;

namespace Bnn.Trainer.Experiments;

/// <summary>A value of a JSON text that knows on which line it stands.</summary>
/// <param name="Kind">What it begins with: a string, a number, true, false, null, an object or an array.</param>
/// <param name="Text">A string's content; a number or word as written; empty for objects and arrays.</param>
/// <param name="Line">From 1.</param>
/// <param name="Members">Of an object, in their order.</param>
/// <param name="Items">Of an array.</param>
internal sealed record JsonEntry(JsonTokenType Kind, string Text, int Line, IReadOnlyList<JsonMember> Members, IReadOnlyList<JsonEntry> Items)
{
    /// <summary>Whether it is an object.</summary>
    public bool IsObject => Kind == JsonTokenType.StartObject;

    /// <summary>Whether it is an array.</summary>
    public bool IsArray => Kind == JsonTokenType.StartArray;

    /// <summary>Reads one value; comments and commas behind the last item are allowed.</summary>
    /// <exception cref="InvalidDataException">It is no JSON, or an object has a key twice; the message names file and line.</exception>
    public static JsonEntry Read(string path, byte[] text)
    {
        ReadOnlySpan<byte> content = text.AsSpan();
        if (content.StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        try
        {
            var reader = new Utf8JsonReader(content, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            reader.Read();
            JsonEntry entry = Read(ref reader, content, path);
            reader.Read(); // nothing may follow
            return entry;
        }
        catch (JsonException problem)
        {
            string what = problem.Message.Split(" LineNumber:")[0];
            throw new InvalidDataException($"{path}, line {(problem.LineNumber ?? 0) + 1}: {what}", problem);
        }
    }

    private static JsonEntry Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, string path)
    {
        JsonTokenType kind = reader.TokenType;
        int line = LineOf(reader, text);
        var members = new List<JsonMember>();
        var items = new List<JsonEntry>();
        switch (kind)
        {
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    (string key, int keyLine) = (reader.GetString()!, LineOf(reader, text));
                    if (members.Find(member => member.Key == key) is { } first)
                        throw new InvalidDataException($"{path}, line {keyLine}: \"{key}\" stands there twice, first on line {first.Line}.");
                    reader.Read();
                    members.Add(new(key, keyLine, Read(ref reader, text, path)));
                }
                return new(kind, "", line, members, items);
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Read(ref reader, text, path));
                return new(kind, "", line, members, items);
            default:
                string value = kind == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
                return new(kind, value, line, members, items);
        }
    }

    private static int LineOf(in Utf8JsonReader reader, ReadOnlySpan<byte> text) => text[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1;
}

/// <summary>A key of an object with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Line">Where the key stands, from 1.</param>
/// <param name="Value">The value.</param>
internal sealed record JsonMember(string Key, int Line, JsonEntry Value);
