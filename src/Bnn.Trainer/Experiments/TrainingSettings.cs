using System.Globalization;
using System.Text.Json;
using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>The way back from options to the words of <c>bnn train</c>.</summary>
internal static class TrainingSettings
{
    /// <summary>The fewest settings that give <paramref name="options"/>, but for name and seed.</summary>
    /// <param name="data">What is trained on.</param>
    /// <param name="options">Any options.</param>
    /// <exception cref="UsageException">No words of the command line give them.</exception>
    public static IReadOnlyList<Setting> Of(DataSet data, TrainingOptions options)
    {
        List<Setting> settings =
        [
            Value("arch", options.Architecture), Value("encoding", options.Encoding), Value("epochs", options.Epochs), Value("batch", options.BatchSize),
            Value("learning-rate", options.LearningRate), Value("shift", options.Shift), Switch("flip", options.Flip),
            Switch("batch-norm-scale", options.BatchNormScale), Value("surrogate", Word(options.Surrogate)), Value("label-smoothing", options.LabelSmoothing),
            Switch("full-precision", options.FullPrecision), Value("optimizer", Word(options.Optimizer)), Value("adaptivity", options.Adaptivity),
            Value("flip-threshold", options.FlipThreshold),
        ];
        if (options.LiveShares is { } live)
            settings.AddRange([Value("live", live), Value("mask-ramp", options.MaskRamp), Value("mask-damping", options.MaskDamping)]);
        if (options.MaskBlock is { } block)
            settings.Add(Value("mask-block", block));
        if (!Gives(settings))
            throw new UsageException("it has options that bnn train has no words for.");
        foreach (Setting setting in settings.Where(setting => setting.Key is not ("arch" or "encoding" or "epochs")).ToArray())
        {
            Setting[] less = [.. settings.Where(other => other != setting)];
            if (Gives(less))
                settings.Remove(setting);
        }
        return settings;

        bool Gives(IReadOnlyList<Setting> tried)
        {
            var given = (TrainingOptions)RunMethod.Usual.Recipe(data, RunMethod.Usual.Line(data, tried, options.Seed)).Options;
            return given with { Name = options.Name } == options;
        }
    }

    private static Setting Value(string key, IFormattable value) => Value(key, value.ToString(null, CultureInfo.InvariantCulture));

    private static Setting Value(string key, string text) => new(key, text, IsSwitch: false, Line: 0);

    private static Setting Switch(string key, bool isOn) => new(key, isOn ? "true" : "false", IsSwitch: true, Line: 0);

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
