using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>What is kept of a finished run: one small JSON file.</summary>
internal sealed record RunResult
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(), new HistoryConverter() },
    };

    /// <summary>Of this form.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>See <see cref="RunKey"/>.</summary>
    public required string Key { get; init; }

    /// <summary><see cref="TrainingEngine.Version"/> that computed it.</summary>
    public required int Engine { get; init; }

    /// <summary>The line of the table that it belongs to.</summary>
    public required string Arm { get; init; }

    /// <summary>Its seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What a person types to repeat it, but for the folders.</summary>
    public required string Command { get; init; }

    /// <summary>Key of the run that it started from, or null.</summary>
    public string? Parent { get; init; }

    /// <summary>How a command line names the data.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the training set, validation samples included.</summary>
    public required string DataHash { get; init; }

    /// <summary>Options of the run; those of a pruned one are its parent's with what pruning changed.</summary>
    public required JsonElement Options { get; init; }

    /// <summary>Samples of the training split.</summary>
    public required int TrainingSamples { get; init; }

    /// <summary>Of the folded network, or of the real one.</summary>
    public required Measured Validation { get; init; }

    /// <summary>The same on the test set, if it was read.</summary>
    public Measured? Test { get; init; }

    /// <summary>The folded network; null: weights and values are real.</summary>
    public ModelFacts? Model { get; init; }

    /// <summary>What it cost.</summary>
    public required RunTime Time { get; init; }

    /// <summary>What it was computed on, at the end.</summary>
    public required Machine Machine { get; init; }

    /// <summary>All epochs.</summary>
    public required IReadOnlyList<EpochRecord> History { get; init; }

    /// <summary>Options as a result keeps them.</summary>
    public static JsonElement Json(TrainingOptions options) => JsonSerializer.SerializeToElement(options, s_json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is something else; the message names the file.</exception>
    public static RunResult Read(string path)
    {
        try
        {
            RunResult? result = JsonSerializer.Deserialize<RunResult>(File.ReadAllBytes(path), s_json);
            if (result is { SchemaVersion: 1 })
                return result;
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{path} is not the result of a run: {problem.Message}", problem);
        }
        throw new InvalidDataException($"{path} is not the result of a run, or one of another version.");
    }

    /// <summary>The content of the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json) + "\n";

    /// <summary>One epoch a line: rate, losses, accuracy, and the shares of flipped signs.</summary>
    private sealed class HistoryConverter : JsonConverter<IReadOnlyList<EpochRecord>>
    {
        public override IReadOnlyList<EpochRecord> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        [
            .. JsonSerializer.Deserialize<double?[][]>(ref reader, options)!.Select((row, i) => row.Length >= 4
                ? new EpochRecord(i + 1, Number(row[0]), Number(row[1]), Number(row[2]), Number(row[3]), row.Skip(4).Select(Number).ToEquatableArray())
                : throw new JsonException("An epoch has too few numbers.")),
        ];

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<EpochRecord> value, JsonSerializerOptions options)
        {
            IEnumerable<string> rows = value.Select(epoch =>
            {
                IEnumerable<double> row = [epoch.LearningRate, epoch.TrainingLoss, epoch.ValidationLoss, epoch.ValidationAccuracy, .. epoch.FlipShares];
                return $"    [{string.Join(", ", row.Select(Text))}]";
            });
            writer.WriteRawValue($"[\n{string.Join(",\n", rows)}\n  ]");
        }

        private static string Text(double number) => double.IsFinite(number) ? number.ToString("0.######", CultureInfo.InvariantCulture) : "null";

        private static double Number(double? value) => value ?? double.NaN;
    }
}

/// <summary>An accuracy that was measured.</summary>
/// <param name="Correct">Samples that were classified rightly.</param>
/// <param name="Samples">All; 0 if there were none.</param>
internal sealed record Measured(int Correct, int Samples)
{
    /// <summary>In [0, 1]; NaN without samples.</summary>
    [JsonIgnore]
    public double Accuracy => (double)Correct / Samples;

    /// <summary>One standard error.</summary>
    [JsonIgnore]
    public double StandardError => Math.Sqrt(Accuracy * (1 - Accuracy) / Samples);
}

/// <summary>Facts of a folded network.</summary>
/// <param name="Hash">SHA-256 of its file.</param>
/// <param name="Bytes">Size of its file.</param>
/// <param name="LiveWeights">Weights that are kept.</param>
/// <param name="Operations">Of a sample.</param>
internal sealed record ModelFacts(string Hash, long Bytes, long LiveWeights, long Operations);

/// <summary>What the epochs of a run cost, over all pieces.</summary>
/// <param name="Epochs">Epochs that were timed.</param>
/// <param name="Seconds">By the clock.</param>
/// <param name="ProcessorSeconds">Of all threads; null: other runs went on beside it.</param>
internal sealed record RunTime(int Epochs, double Seconds, double? ProcessorSeconds)
{
    /// <summary>Nothing yet.</summary>
    public static RunTime None { get; } = new(0, 0, 0);

    /// <summary>By the clock, of an epoch.</summary>
    [JsonIgnore]
    public double EpochSeconds => Seconds / Epochs;

    /// <summary>With one more epoch.</summary>
    public RunTime Plus(TimeSpan clock, TimeSpan? processor) =>
        new(Epochs + 1, Round(Seconds + clock.TotalSeconds), processor is { } more && ProcessorSeconds is { } before ? Round(before + more.TotalSeconds) : null);

    private static double Round(double seconds) => Math.Round(seconds, 3);
}
