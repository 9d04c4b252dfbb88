using System.Globalization;
using System.Text;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Storage;
using Bnn.Training;

namespace Bnn.Trainer.Reports;

/// <summary>What rounds of counting flips found: shares layer by layer, the check of the hypothesis, what was pruned in between.</summary>
internal sealed class FlipLog(CommandContext context)
{
    private readonly List<Round> _rounds = [];

    /// <summary>Largest share of a hidden layer's weights that flipped in the last window.</summary>
    public double LargestShare => _rounds[^1].Check.Shares.Max();

    /// <summary>Whether the largest share was lower than in the window before.</summary>
    public bool IsFalling => _rounds.Count < 2 || LargestShare < _rounds[^2].Check.Shares.Max();

    /// <summary>Notes a window.</summary>
    public void Add(int number, TrainingRun window, FlipReport check)
    {
        Network network = window.Fold(context.Cancel).Network;
        _rounds.Add(new(number, window.Options.Architecture, network.Operations(), check));
    }

    /// <summary>Prints all rounds, and writes them as CSV.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mostRounds">Rounds that were asked for.</param>
    public void Write(string path, int mostRounds)
    {
        Spectre.Console.IAnsiConsole to = context.OutConsole();
        foreach (Round round in _rounds)
        {
            context.Out.WriteLine($"{(round.Number == 0 ? "before pruning" : $"behind round {round.Number}")}: {round.Architecture}, {Text.Whole(round.Operations)} operations, validation {Text.Percent(round.Check.Base)}");
            var grid = new Grid("layer", "channels", "flipping", "nearer 0", "channels that stay");
            for (int l = 0; l < round.Check.Shares.Count; l++)
            {
                int channels = round.Check.Channels[l];
                grid.Add(Text.Whole(l + 1), Text.Whole(channels), Text.Percent(round.Check.Shares[l]), Share(round.Check.Nearer[l]), Text.Whole(Math.Max(1, channels - (int)(round.Check.Shares[l] * channels))));
            }
            grid.Write(to);
            context.Out.WriteLine($"  without half of the flipping weights ({Text.Whole(round.Check.Weights)}): {Drop(round.Check.Base, round.Check.Flipping)}; without as many steady ones: {Drop(round.Check.Base, round.Check.Steady)}");
            context.Out.WriteLine();
        }
        context.Out.WriteLine("nearer 0: of a flipping and a steady weight, how often the flipping one has the smaller latent; 50 % is chance, near 100 % both scores prune the same");
        if (!IsFalling)
            context.Out.WriteLine("The largest share no longer falls: the rounds end here.");
        else if (mostRounds > 0 && _rounds.Count <= mostRounds)
            context.Out.WriteLine("No weight flips any more: the rounds end here.");
        context.Out.WriteLine($"written to {path}");
        AtomicFile.WriteText(path, Csv());
    }

    private string Csv()
    {
        var csv = new StringBuilder("round,layer,channels,flip-share,flipping-nearer-zero,operations,validation,without-flipping,without-steady\n");
        foreach (Round round in _rounds)
        {
            for (int l = 0; l < round.Check.Shares.Count; l++)
            {
                csv.Append(CultureInfo.InvariantCulture, $"{round.Number},{l + 1},{round.Check.Channels[l]},{round.Check.Shares[l]:F6},{round.Check.Nearer[l]:F6},{round.Operations},{round.Check.Base:F6},")
                    .Append(CultureInfo.InvariantCulture, $"{round.Check.Flipping.Average():F6},{round.Check.Steady.Average():F6}\n");
            }
        }
        return csv.ToString();
    }

    private static string Share(double value) => double.IsNaN(value) ? "-" : Text.Percent(value);

    private static string Drop(double from, IReadOnlyList<double> accuracies)
    {
        double[] drops = [.. accuracies.Select(accuracy => 100 * (from - accuracy))];
        double mean = drops.Average(), spread = drops.Length < 2 ? 0 : Math.Sqrt(drops.Sum(drop => (drop - mean) * (drop - mean)) / (drops.Length - 1));
        return $"{Text.Fixed(mean, 2)} ± {Text.Fixed(spread, 2)} points lost";
    }

    private sealed record Round(int Number, string Architecture, long Operations, FlipReport Check);
}
