using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Which share of each layer's weights still flips, and whether those matter less: accuracy without half of them beside that without as many steady ones.</summary>
/// <param name="Shares"><c>[hidden layers]</c> share of the weights that flipped more often than they may, in [0, 1].</param>
/// <param name="Channels"><c>[hidden layers]</c></param>
/// <param name="Base">Validation accuracy with all weights, in [0, 1].</param>
/// <param name="Flipping">Accuracy without a random half of the flipping weights, one entry for each repetition.</param>
/// <param name="Steady">Accuracy without as many others, layer by layer.</param>
/// <param name="Weights">Weights that were taken away each time.</param>
/// <param name="Nearer"><c>[hidden layers]</c> of all pairs of a flipping and a steady weight the share whose flipping one has the smaller |latent weight|, in [0, 1]: near 1 both scores prune the same, 1/2 is chance. Not a number where no weight flips, or all do.</param>
/// <remarks>The control that Li and Ren's own check lacks. Hidden layers only; batch norm is re-estimated each time.</remarks>
public sealed record FlipReport(
    IReadOnlyList<double> Shares, IReadOnlyList<int> Channels, double Base, IReadOnlyList<double> Flipping, IReadOnlyList<double> Steady, long Weights,
    IReadOnlyList<double> Nearer)
{
    /// <summary>Measures.</summary>
    /// <param name="run">A flip window, or any other run with counters.</param>
    /// <param name="flipsAbove">Flips up to which a weight counts as steady.</param>
    /// <param name="repetitions">At least 1, each with other weights.</param>
    /// <param name="seed">Decides which.</param>
    /// <param name="cancel">Checked between measurements.</param>
    public static FlipReport Of(TrainingRun run, int flipsAbove, int repetitions, ulong seed, CancellationToken cancel = default)
    {
        using var pool = new WorkerPool(run.Threads);
        var calibration = new Calibration(run, pool);
        double[] flipping = new double[repetitions], steady = new double[repetitions];
        long weights = 0;
        for (int r = 0; r < repetitions; r++)
        {
            (LatentNetwork without, weights) = Without(run.Network, flipsAbove, isFlipping: true, seed + (ulong)r);
            flipping[r] = calibration.Accuracy(without, cancel);
            steady[r] = calibration.Accuracy(Without(run.Network, flipsAbove, isFlipping: false, seed + (ulong)r).Network, cancel);
        }
        return new(
            [.. run.Network.Layers[..^1].Select(layer => RateAllocator.FlipShare(layer, flipsAbove))], run.Network.Hidden, calibration.Accuracy(run.Network.Clone(), cancel), flipping, steady, weights,
            [.. run.Network.Layers[..^1].Select(layer => NearerZero(layer, flipsAbove))]);
    }

    /// <summary>A copy in which half of the flipping weights of each hidden layer are pruned, or as many steady ones, or all of these if there are fewer.</summary>
    internal static (LatentNetwork Network, long Weights) Without(LatentNetwork network, int flipsAbove, bool isFlipping, ulong seed)
    {
        LatentNetwork copy = network.Clone();
        long pruned = 0;
        for (int l = 0; l < network.Norms.Length; l++)
        {
            LatentLayer layer = network.Layers[l];
            int[] live = Live(layer);
            int half = live.Count(item => Flips(layer, item, flipsAbove)) / 2, at = l;
            int[] gone = [.. live.Where(item => Flips(layer, item, flipsAbove) == isFlipping).OrderBy(item => RandomCriterion.Unit(seed, at, item)).ThenBy(item => item).Take(half)];
            foreach (int item in gone)
                copy.Layers[l].Masked().Set(item / layer.Channels, item % layer.Channels, isLive: false);
            pruned += gone.Length;
        }
        return (copy, pruned);
    }

    private static double NearerZero(LatentLayer layer, int flipsAbove)
    {
        int[] live = Live(layer);
        double[] Sizes(bool isFlipping) =>
            [.. live.Where(item => Flips(layer, item, flipsAbove) == isFlipping).Select(item => (double)Math.Abs(layer.Weights.Values.Span[Place(layer, item)]))];
        return MannWhitney.ShareSmaller(Sizes(isFlipping: true), Sizes(isFlipping: false));
    }

    private static bool Flips(LatentLayer layer, int item, int flipsAbove) => layer.Flips[Place(layer, item)] > flipsAbove;

    // Weights by number: input · channels + channel.
    private static int[] Live(LatentLayer layer) =>
        [.. Enumerable.Range(0, layer.Inputs * layer.Channels).Where(item => layer.IsLive(item / layer.Channels, item % layer.Channels))];

    private static int Place(LatentLayer layer, int item) => (item / layer.Channels * layer.Stride) + (item % layer.Channels);
}
