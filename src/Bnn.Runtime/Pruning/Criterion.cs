using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>What says how much a weight, or a channel, is worth: what has the lowest scores goes first.</summary>
/// <remarks>A new criterion is a small file in <c>Criteria</c> and an entry in <see cref="s_all"/>.</remarks>
internal abstract class Criterion
{
    /// <summary>All of them, by the words that name them.</summary>
    private static readonly Dictionary<string, Criterion> s_all = new(StringComparer.Ordinal)
    {
        ["activity"] = new ActivityCriterion(),
        ["latent"] = new LatentCriterion(),
        ["flips"] = new FlipCriterion(),
        ["gradient"] = new GradientCriterion(),
        ["random"] = new RandomCriterion(),
    };

    /// <summary>Scores of the weights of layer <paramref name="layer"/>, <c>[Inputs, Channels]</c>; null: it scores channels alone.</summary>
    public abstract double[]? Weights(PruningParent parent, int layer);

    /// <summary>Scores of the channels of hidden layer <paramref name="layer"/>, <c>[Channels]</c>: the mean of those of their weights, unless there is something better.</summary>
    public virtual double[] Channels(PruningParent parent, int layer)
    {
        LatentLayer of = parent.Network.Layers[layer];
        double[] weights = Weights(parent, layer)!;
        var scores = new double[of.Channels];
        for (int i = 0; i < weights.Length; i++)
            scores[i % of.Channels] += weights[i] / of.Inputs;
        return scores;
    }

    /// <summary>The criterion that a word names.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Criterion Of(string name) => s_all.TryGetValue(name, out Criterion? criterion)
        ? criterion
        : throw new ArgumentException($"There is no score '{name}'; there are {string.Join(", ", PruningScores.All)}.", nameof(name));

    internal static IEnumerable<string> Names => s_all.Keys;
}

/// <summary>The words that name a score.</summary>
public static class PruningScores
{
    /// <summary>Masks chosen anew and again while the network is repaired, by the size of latent weights. See <see cref="TrainingOptions.LiveShares"/>.</summary>
    public const string Dynamic = "dynamic";

    /// <summary>All words.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Criterion.Names, Dynamic];
}
