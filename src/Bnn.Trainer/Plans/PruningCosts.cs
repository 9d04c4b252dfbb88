using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Passes;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Trainer.Plans;

/// <summary>What pruning one layer would bring by the cost model, on the usual tier; times are relative to now.</summary>
/// <param name="Index">Index of the layer in the compact network.</param>
/// <param name="IsBatch">Whether of a sample of a batch, with samples in lanes; else of one sample.</param>
/// <param name="Masked">Time of the layer with each of <see cref="PruningCosts.LiveShares"/> of its live weights left, masked at random.</param>
/// <param name="PaysBelow">Share of its live weights below which random masks make the layer faster; null: they never do.</param>
/// <param name="Fewer">Time of the layer and all up to the one that reads it, without each of <see cref="PruningCosts.RemovedShares"/> of its
/// channels; null for scores, and where channels cannot be told apart.</param>
internal sealed record PruningCost(int Index, bool IsBatch, IReadOnlyList<double> Masked, double? PaysBelow, IReadOnlyList<double>? Fewer);

/// <summary>Asks the cost model what pruning would bring to a plan, by trying it: on copies with fewer weights or channels.</summary>
/// <param name="plan">The plan.</param>
/// <param name="settings">What it was made with.</param>
/// <param name="cancel">Checked for each copy.</param>
internal sealed class PruningCosts(Plan plan, CompileSettings settings, CancellationToken cancel)
{
    // Bits of the random number by which a weight is kept.
    private const int Digits = 12;
    private const double Step = 0.01;

    /// <summary>Shares of live weights that masks leave.</summary>
    public static IReadOnlyList<double> LiveShares { get; } = [0.5, 0.25, 0.1];

    /// <summary>Shares of channels that are removed.</summary>
    public static IReadOnlyList<double> RemovedShares { get; } = [0.25, 0.5];

    /// <summary>One for each layer with live weights; a second one if batches run in lanes on the usual tier.</summary>
    public IReadOnlyList<PruningCost> All()
    {
        bool[] ways = plan.Batch.IsInLanes(LaneTier.Usual) ? [false, true] : [false];
        return
        [
            .. from layer in plan.Layers
               where layer.Lowering != Lowering.None && layer.Layer is WeightedLayer && Weighted(plan.Compact, layer.Index).Weights.LiveCount() > 0
               from isBatch in ways
               select Of(layer.Index, isBatch),
        ];
    }

    private PruningCost Of(int index, bool isBatch)
    {
        double now = Cycles(plan.Compact, index, index, isBatch);
        return new(index, isBatch, [.. LiveShares.Select(Masked)], PaysBelow(), Fewer(index, isBatch));

        double Masked(double share) => Cycles(With(plan.Compact, index, Thinned(Weighted(plan.Compact, index).Weights, share)), index, index, isBatch) / now;

        double? PaysBelow()
        {
            double pays = Step, not = 1;
            if (Masked(pays) >= 1)
                return null;
            while (not - pays > Step)
            {
                double middle = (pays + not) / 2;
                (pays, not) = Masked(middle) < 1 ? (middle, not) : (pays, middle);
            }
            return pays;
        }
    }

    private double[]? Fewer(int index, bool isBatch)
    {
        if (Weighted(plan.Compact, index).Limits() is null || ChannelPath.Of(plan.Compact, index) is not { } path)
            return null;
        double now = Cycles(plan.Compact, index, path.To, isBatch);
        return [.. RemovedShares.Select(share => Cycles(Without(path, share), index, path.To, isBatch) / now)];
    }

    // Nobody reads a channel, so the compiler's own pass takes it away.
    private static Func<int, bool> Gone(double share) => channel => Math.Floor((channel + 1) * share) > Math.Floor(channel * share);

    private Network Without(ChannelPath path, double share)
    {
        Func<int, bool> isGone = Gone(share);
        WeightMatrix weights = path.Reader.Weights;
        int ofGroup = path.Image.Channels / path.Groups, rowsOfGroup = weights.Rows / path.Groups;
        WeightMatrix kept = weights.Keep((row, column) => !isGone((row / rowsOfGroup * ofGroup) + (column / path.ColumnsOfChannel)));
        return new DeadChannelElimination().Rewrite(With(plan.Compact, path.To, kept), cancel);
    }

    // Cycles of some layers, which keep their lowerings; dense layers in lanes are weighed anew, as masks cost them more than words.
    private double Cycles(Network network, int first, int last, bool isBatch)
    {
        cancel.ThrowIfCancellationRequested();
        IReadOnlyList<Shape> shapes = network.Shapes();
        IEnumerable<int> layers = Enumerable.Range(first, last - first + 1);
        if (isBatch)
            return layers.Sum(i => LaneCosts.Sample(LaneTier.Usual, network.Layers[i], shapes[i], network.IsEightBit(i), 64 * LaneTier.Usual.Words));
        OneSample sample = plan.Sample with
        {
            Network = network,
            First = plan.Sample.First is { } channels ? channels with { Layer = network.Layers[0] } : null,
            Dense = [.. plan.Sample.Dense.Select((now, i) => now is null || i < first || i > last ? now : DenseLanes.Choose(network, i, settings))],
        };
        return layers.Sum(i => sample.Cycles(i, LaneTier.Usual));
    }

    private static WeightedLayer Weighted(Network network, int index) => (WeightedLayer)network.Layers[index];

    // Limits keep their place between none and all, or channels with few weights left would be constant.
    private static Network With(Network network, int index, WeightMatrix weights)
    {
        WeightedLayer layer = Weighted(network, index);
        Layer[] layers = [.. network.Layers];
        if (layer.Limits() is not { } limits)
            layers[index] = (ScoreLayer)layer with { Weights = weights };
        else
        {
            layers[index] = layer.With(weights, limits.Select((limit, row) => layer.Weights.LiveCount(row) is > 0 and int live
                ? (int)Math.Floor((double)limit * weights.LiveCount(row) / live) : limit).ToEquatableArray());
        }
        return network with { Layers = new(layers) };
    }

    // Keeps each live weight with the same chance, drawn from a fixed seed: what a smaller share keeps, a larger one keeps too.
    private static WeightMatrix Thinned(WeightMatrix weights, double share)
    {
        var random = new Random(1);
        int least = (int)Math.Round(share * (1 << Digits));
        ulong[] signs = new ulong[weights.Rows * weights.WordsPerRow], mask = new ulong[signs.Length];
        for (int i = 0; i < signs.Length; i++)
        {
            (int row, int word) = (i / weights.WordsPerRow, i % weights.WordsPerRow);
            signs[i] = weights.Signs(row)[word];
            mask[i] = weights.Live(row, word) & Below(random, least);
        }
        return WeightMatrix.Create(weights.Rows, weights.Columns, signs, mask);
    }

    // 64 random numbers of some digits, one in each bit: whether it is less than a number.
    private static ulong Below(Random random, int number)
    {
        ulong isLess = 0, isEqual = ulong.MaxValue;
        for (int digit = Digits - 1; digit >= 0; digit--)
        {
            ulong digits = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            isLess |= (number >> digit & 1) != 0 ? isEqual & ~digits : 0;
            isEqual &= (number >> digit & 1) != 0 ? digits : ~digits;
        }
        return isLess;
    }
}
