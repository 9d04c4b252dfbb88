using Bnn.Trainer.Data;

namespace Bnn.Trainer.Experiments;

/// <summary>What an experiment file says. See docs/experiments.md.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Name of its folder of results.</param>
/// <param name="Data">Each of them is tried.</param>
/// <param name="Seeds">Each arm is run with each of them.</param>
/// <param name="Options">Of all runs that are trained from random weights.</param>
/// <param name="Grid">Every combination of its values is tried on those runs.</param>
/// <param name="Variants">At least one; parents before their children.</param>
/// <param name="Baseline">Variant or arm that the others are compared with, or null.</param>
/// <param name="ReadsTest">Whether finished runs are measured on the test set, once.</param>
/// <param name="KeepsModels">Whether model files are kept with the results.</param>
/// <param name="Minutes">Longest piece; null: no limit.</param>
internal sealed record Experiment(
    string Path, string Name, IReadOnlyList<DataSet> Data, IReadOnlyList<ulong> Seeds, IReadOnlyList<Setting> Options, IReadOnlyList<GridAxis> Grid,
    IReadOnlyList<Variant> Variants, string? Baseline, bool ReadsTest, bool KeepsModels, double? Minutes);

/// <summary>An option with its value.</summary>
/// <param name="Key">The option without its hyphens.</param>
/// <param name="Text">Its value as a command line has it; of a switch <c>true</c> or <c>false</c>.</param>
/// <param name="IsSwitch">Whether it takes no value.</param>
/// <param name="Line">Where it stands.</param>
internal sealed record Setting(string Key, string Text, bool IsSwitch, int Line)
{
    /// <summary>The words of a command line; none for a switch that is off.</summary>
    public IEnumerable<string> Words => !IsSwitch ? [$"--{Key}", Text] : Text == "true" ? [$"--{Key}"] : [];
}

/// <summary>Values of an option that are tried one after the other.</summary>
/// <param name="Key">The option without its hyphens.</param>
/// <param name="Values">At least one.</param>
internal sealed record GridAxis(string Key, IReadOnlyList<Setting> Values);

/// <summary>A named set of options.</summary>
/// <param name="Name">Unique in the file; empty if the file has no variants.</param>
/// <param name="From">The variant whose runs it starts from, or null.</param>
/// <param name="Method">How its runs are made.</param>
/// <param name="Options">Its own, before those of all.</param>
/// <param name="Grid">Its own.</param>
/// <param name="Line">Where it stands.</param>
internal sealed record Variant(string Name, string? From, RunMethod Method, IReadOnlyList<Setting> Options, IReadOnlyList<GridAxis> Grid, int Line)
{
    /// <summary>The variant that it learns from, or null.</summary>
    public string? Teacher => Options.FirstOrDefault(option => Method.IsRun(option.Key))?.Text;

    /// <summary>The variant whose runs must be finished before its own begin, or null.</summary>
    public string? Parent => From ?? Teacher;
}
