using System.Globalization;
using Bnn.Pruning;

namespace Bnn.Trainer.Compression;

/// <summary>A way to make a network smaller that has one number: the share that stays.</summary>
/// <param name="Name">In tables and names of folders.</param>
/// <param name="About">What is done, in words.</param>
/// <param name="First">The share that is tried first.</param>
/// <param name="Options">What prunes to a share in (0, 1).</param>
internal sealed record Way(string Name, string About, double First, Func<double, PruningOptions> Options)
{
    /// <summary>The ways that are tried, the most promising first (docs/pruning.md).</summary>
    public static IReadOnlyList<Way> All { get; } =
    [
        new("masks", "single weights, chosen anew while they are trained", 0.15, share => new()
        {
            Score = PruningScores.Dynamic,
            Granularity = Granularity.Weight,
            Rate = (1 - share).ToString("0.####", CultureInfo.InvariantCulture),
            MaskDamping = null,
        }),
        new("channels", "whole channels by activity, the same share of each hidden layer", 0.6, share => new() { Score = "activity", TargetOperations = share }),
        new("latent", "single weights by latent size, shared out by sensitivity", 0.5, share => new()
        {
            Score = "latent",
            Granularity = Granularity.Weight,
            Allocation = Allocation.Sensitivity,
            TargetOperations = share,
        }),
    ];

    /// <summary>The way of pruning by other numbers than the share: scores, granularity and allocation as they are.</summary>
    /// <param name="options">Without rate and targets.</param>
    public static Way Of(PruningOptions options)
    {
        string granularity = options.Granularity.ToString().ToLowerInvariant(), allocation = options.Allocation.ToString().ToLowerInvariant();
        // In names of folders, so that trials by other options are others.
        string name = string.Join('-', new[]
        {
            options.Score, granularity, allocation,
            options.AllocationScore is { } other ? $"by-{other}" : "",
            options.FlipsAbove > 0 ? options.FlipsAbove.ToString(CultureInfo.InvariantCulture) : "",
            options.Score == PruningScores.Dynamic && options.MaskDamping is { } damping ? string.Create(CultureInfo.InvariantCulture, $"damping-{damping}") : "",
            options.IsFromScratch ? "from-scratch" : "", options.KeepsStatistics ? "keep-statistics" : "",
        }.Where(word => word.Length > 0));
        double first = options.Score == PruningScores.Dynamic ? 0.15 : options.Granularity == Granularity.Channel ? 0.6 : 0.5;
        string shares = options.Allocation == Allocation.Uniform ? "equally" : options.AllocationScore is { } sharing ? $"by {allocation} of {sharing}" : $"by {allocation}";
        return new(name, $"{granularity}s by {options.Score}, shared out {shares}", first, share =>
            options.Allocation == Allocation.Uniform ? options with { Rate = (1 - share).ToString("0.####", CultureInfo.InvariantCulture) }
                : options with { TargetOperations = share });
    }
}

/// <summary>Finds the smallest share that is good enough, by trying: each try is a training, so few of them must do.</summary>
internal static class ShareSearch
{
    /// <summary>Shares nearer to each other than by this factor are not told apart.</summary>
    public const double Resolution = 1.15;

    // No good share known: towards 1, where nothing is pruned. No bad one: a step that is worth a training.
    private const double Step = 0.5;

    /// <summary>The share to try next; null: it is found, or there is none.</summary>
    /// <param name="first">What is tried first.</param>
    /// <param name="tried">Shares in (0, 1), and whether they were good enough.</param>
    /// <remarks>Takes it that more is never worse: a good share below a bad one, by luck, ends the search between them.</remarks>
    public static double? Next(double first, IReadOnlyCollection<(double Share, bool IsGood)> tried)
    {
        if (tried.Count == 0)
            return first;
        double good = tried.Where(entry => entry.IsGood).Select(entry => entry.Share).DefaultIfEmpty(1).Min();
        double bad = tried.Where(entry => !entry.IsGood && entry.Share < good).Select(entry => entry.Share).DefaultIfEmpty(0).Max();
        if (bad > 0 && good / bad < Resolution)
            return null;
        double next = Math.Round(bad == 0 ? good * Step : Math.Sqrt(good * bad), 4);
        return next < 0.001 || tried.Any(entry => entry.Share == next) ? null : next;
    }
}
