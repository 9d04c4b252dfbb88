using System.CommandLine;
using Bnn.Pruning;

namespace Bnn.Trainer.Commands;

/// <summary>Options that say what is pruned, for the commands that prune and those that only ask what it would cost.</summary>
internal static class PruningWords
{
    /// <summary>--score</summary>
    public static Option<string?> Score()
    {
        Option<string?> option = Score("--score", $"What says what goes first: {string.Join(", ", PruningScores.All)} [default: activity for channels, latent for anything else]");
        option.Aliases.Add("--method");
        return option;
    }

    /// <summary>An option that takes the name of a score; null: not given.</summary>
    public static Option<string?> Score(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NAME",
        CustomParser = result => Choice.Parse(result, name, PruningScores.All),
    };

    /// <summary>--granularity</summary>
    public static Option<Granularity> Granularities(Granularity usual) => Choice.Option(
        "--granularity", "What goes as one: channel, weight, word (64 inputs of a channel), column (an input for all channels), tap or input", usual);

    /// <summary>--keep-statistics</summary>
    public static Option<bool> KeepStatistics() => new("--keep-statistics") { Description = "Do not re-estimate batch norm before the repair: a control" };

    /// <summary>The score that was asked for, or the usual one.</summary>
    public static string ScoreOf(ParseResult parsed, Option<string?> score, Granularity granularity) =>
        parsed.GetValue(score) ?? (granularity == Granularity.Channel ? "activity" : "latent");
}
