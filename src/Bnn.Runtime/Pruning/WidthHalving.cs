using Bnn.Model;
using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Which layer is halved next.</summary>
public enum HalvingOrder
{
    /// <summary>From the first hidden layer on, each once; the first failure ends it. As CBNN does it, as far as it is known.</summary>
    First,

    /// <summary>The layer whose halving saves most weights, of equal ones the first, again and again; a failure leaves that layer as it is from then on.</summary>
    Weights,
}

/// <summary>Proposes narrower networks, one after the other, from what became of those before.</summary>
public static class WidthHalving
{
    /// <summary>The next architecture to train.</summary>
    /// <param name="start">The widest.</param>
    /// <param name="input">What its first layer takes: planes, rows and columns.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="order">Which layer is next.</param>
    /// <param name="outcomes">For each proposal so far, in order: whether it stayed within the budget. Narrower ones start from the last that did.</param>
    /// <returns>The proposal, with one layer halved (rounded up); null: the search is over.</returns>
    /// <remarks>A function of its arguments: a search that was stopped comes to the same proposals again.</remarks>
    public static Architecture? Next(Architecture start, Shape input, int classes, HalvingOrder order, IEnumerable<bool> outcomes)
    {
        Architecture accepted = start;
        var closed = new HashSet<int>();
        foreach (bool isWithin in outcomes)
        {
            int tried = Pick() ?? throw new ArgumentException("There are more outcomes than proposals.", nameof(outcomes));
            if (isWithin)
                accepted = Halved(accepted, tried);
            if (!isWithin || order == HalvingOrder.First)
                closed.Add(tried);
            if (!isWithin && order == HalvingOrder.First)
                closed.UnionWith(Enumerable.Range(0, start.Hidden.Length));
        }
        return Pick() is { } next ? Halved(accepted, next) : null;

        int? Pick()
        {
            IEnumerable<int> open = Enumerable.Range(0, start.Hidden.Length).Where(layer => !closed.Contains(layer) && accepted.Hidden[layer] > 1);
            if (order == HalvingOrder.Weights)
                open = open.OrderBy(layer => Weights(Halved(accepted, layer)));
            return open.Select(layer => (int?)layer).FirstOrDefault();
        }

        long Weights(Architecture architecture) =>
            NetworkGeometry.Of(architecture, input, isEightBit: false, classes).Layers.Sum(layer => (long)layer.Inputs * layer.Channels);
    }

    private static Architecture Halved(Architecture architecture, int layer)
    {
        int[] widths = architecture.Hidden.ToArray();
        widths[layer] = (widths[layer] + 1) / 2;
        return architecture.WithHidden(widths);
    }
}
