using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Takes away what has the lowest scores: rates in, a pruned copy of the network out.</summary>
/// <param name="parent">What is pruned.</param>
/// <param name="criterion">Says what goes first.</param>
/// <param name="granularity">Says what goes together.</param>
/// <remarks>Of equal scores the lower group goes first. Weights that the parent's masks prune already go before all others.</remarks>
internal sealed class Surgery(PruningParent parent, Criterion criterion, Granularity granularity)
{
    private readonly int[]?[] _order = new int[parent.Network.Layers.Length][];

    /// <summary>Layers with weights.</summary>
    public int Layers => _order.Length;

    /// <summary>Whether anything of a layer can go.</summary>
    public bool CanPrune(int layer) => Groups(layer) > 1 && (granularity != Granularity.Channel || layer < Layers - 1);

    /// <summary>Groups of a layer.</summary>
    public int Groups(int layer) => Pruning.Groups.Count(parent.Network.Layers[layer], granularity);

    /// <summary>Groups that go at a rate: rounded to the nearest, and one stays.</summary>
    public int Pruned(int layer, double rate) => CanPrune(layer) ? Math.Min(Groups(layer) - 1, (int)((Groups(layer) * rate) + 0.5)) : 0;

    /// <summary>The groups of a layer, what goes first before the others.</summary>
    public IReadOnlyList<int> Order(int layer) => _order[layer] ??= OrderOf(layer);

    /// <summary>Groups of each layer that are left, rising.</summary>
    public int[][] Kept(ReadOnlySpan<double> rates)
    {
        var kept = new int[Layers][];
        for (int l = 0; l < Layers; l++)
            kept[l] = Pruned(l, rates[l]) is > 0 and int pruned ? [.. Order(l).Skip(pruned).Order()] : [.. Enumerable.Range(0, Groups(l))];
        return kept;
    }

    /// <summary>A copy without what goes at <paramref name="rates"/>: fewer channels, or masks, which are not frozen.</summary>
    /// <param name="rates"><c>[layers]</c> in [0, 1).</param>
    public LatentNetwork Cut(ReadOnlySpan<double> rates)
    {
        LatentNetwork whole = parent.Network;
        if (granularity == Granularity.Channel)
        {
            int[][] kept = Kept(rates)[..^1];
            return kept.Zip(whole.Hidden).All(pair => pair.First.Length == pair.Second) ? whole.Clone() : ChannelSurgery.Keep(whole, kept, parent.Activity[^1]);
        }
        LatentNetwork cut = whole.Clone();
        for (int l = 0; l < Layers; l++)
        {
            if (Pruned(l, rates[l]) is > 0 and int pruned)
                Mask(cut.Layers[l], new HashSet<int>(Order(l).Take(pruned)));
        }
        return cut;
    }

    private void Mask(LatentLayer layer, HashSet<int> pruned)
    {
        WeightMask mask = layer.Masked();
        for (int i = 0; i < layer.Inputs; i++)
        {
            for (int c = 0; c < layer.Channels; c++)
            {
                if (pruned.Contains(Pruning.Groups.Of(layer, granularity, i, c)))
                    mask.Set(i, c, isLive: false);
            }
        }
    }

    private int[] OrderOf(int layer)
    {
        double[] scores = granularity == Granularity.Channel ? criterion.Channels(parent, layer) : Sums(layer);
        return [.. Enumerable.Range(0, scores.Length).OrderBy(group => scores[group]).ThenBy(group => group)];
    }

    private double[] Sums(int layer)
    {
        LatentLayer of = parent.Network.Layers[layer];
        double[] weights = criterion.Weights(parent, layer) ?? throw new ArgumentException("This score knows channels only; take another one, or granularity channel.");
        var sums = new double[Groups(layer)];
        var isLive = new bool[sums.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            int group = Pruning.Groups.Of(of, granularity, i / of.Channels, i % of.Channels);
            if (!of.IsLive(i / of.Channels, i % of.Channels))
                continue;
            sums[group] += weights[i];
            isLive[group] = true;
        }
        for (int group = 0; group < sums.Length; group++)
            sums[group] = isLive[group] ? sums[group] : double.NegativeInfinity;
        return sums;
    }
}
