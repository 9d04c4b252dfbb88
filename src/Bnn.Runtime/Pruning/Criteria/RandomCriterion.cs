using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>A random number: the control that every other criterion is compared with.</summary>
internal sealed class RandomCriterion : Criterion
{
    /// <summary>A number in [0, 1) for an item of a layer.</summary>
    public static double Unit(ulong seed, int layer, int item) =>
        CounterRandom.ToUnit(CounterRandom.Next(seed, CounterRandom.Stream.PruningScores, (ulong)layer, (ulong)item));

    public override double[] Weights(PruningParent parent, int layer)
    {
        LatentLayer of = parent.Network.Layers[layer];
        return [.. Enumerable.Range(0, of.Inputs * of.Channels).Select(i => Unit(parent.Seed, layer, i))];
    }

    public override double[] Channels(PruningParent parent, int layer) =>
        [.. Enumerable.Range(0, parent.Network.Layers[layer].Channels).Select(c => Unit(parent.Seed, layer, c))];
}
