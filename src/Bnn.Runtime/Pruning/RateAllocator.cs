using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Turns a budget into a rate for each layer.</summary>
/// <param name="surgery">What the rates are for.</param>
/// <param name="parent">The network.</param>
/// <param name="cost">Of a network, in any unit; never rises with a rate.</param>
/// <param name="table">Measures sensitivity when it is asked for.</param>
internal sealed class RateAllocator(Surgery surgery, PruningParent parent, Func<LatentNetwork, double> cost, Func<SensitivityTable> table)
{
    private const double MostRate = 0.99;
    private const int Halvings = 20;

    // A step that loses nothing is as good as one that loses a hundredth of a point.
    private const double LeastLoss = 0.0001;

    /// <summary>The rates of a budget.</summary>
    /// <param name="allocation">Which way.</param>
    /// <param name="target">Share of the cost that may stay, in (0, 1); NaN: none is asked for.</param>
    /// <param name="drop">Accuracy that a layer alone may lose; NaN: none is asked for.</param>
    /// <param name="flipsAbove">See <see cref="PruningOptions.FlipsAbove"/>.</param>
    public double[] Rates(Allocation allocation, double target, double drop, int flipsAbove)
    {
        double whole = double.IsNaN(target) ? double.NaN : cost(surgery.Cut(new double[surgery.Layers]));
        double[] rates = Rates(allocation, target * whole, drop, flipsAbove, isWithinDrop: double.IsNaN(target));
        double left = double.IsNaN(target) ? 0 : cost(surgery.Cut(rates)) / whole;
        return left <= target || double.IsNaN(target)
            ? rates
            : throw new ArgumentException(FormattableString.Invariant($"{target:P1} cannot be reached: {left:P1} are left even if all goes that can in this way."));
    }

    private double[] Rates(Allocation allocation, double most, double drop, int flipsAbove, bool isWithinDrop)
    {
        switch (allocation)
        {
            case Allocation.Uniform when !isWithinDrop:
                return Scaled(Ones(), most);
            case Allocation.Flips:
                double[] shares = FlipShares(flipsAbove);
                return isWithinDrop ? shares : Scaled(shares, most);
            case Allocation.Sensitivity when !double.IsNaN(drop):
                return Hidden(table().Within(drop));
            case Allocation.Sensitivity when !isWithinDrop:
                SensitivityTable measured = table();
                double[] drops = measured.Drops();
                int enough = FirstTrue(drops.Length - 1, i => cost(surgery.Cut(Hidden(measured.Within(drops[i])))) <= most);
                return Between(enough == 0 ? new double[surgery.Layers] : Hidden(measured.Within(drops[enough - 1])), Hidden(measured.Within(drops[enough])), most);
            case Allocation.Greedy when !isWithinDrop:
                double[] before = new double[surgery.Layers];
                foreach (double[] rates in Steps(table()))
                {
                    if (cost(surgery.Cut(rates)) <= most)
                        return Between(before, rates, most);
                    before = rates;
                }
                return before;
            case Allocation.Greedy when !double.IsNaN(drop):
                SensitivityTable losses = table();
                return Steps(losses).TakeWhile(rates => rates.Select((rate, l) => Loss(losses, l, rate)).Sum() <= drop).Last();
            default:
                throw new ArgumentException("A rate, operations or time to keep, or an accuracy to lose must be given.");
        }
    }

    /// <summary>Share of the weights of each hidden layer that flipped more often than <paramref name="above"/> times, on whole groups; 0 for the scores.</summary>
    /// <remarks>C′ = C − ⌊p · C⌋, and one stays. Source: claims of US 12,387,101 B2; Li and Ren, ISQED 2020.</remarks>
    public double[] FlipShares(int above) => [.. parent.Network.Layers.Select((layer, l) => l == surgery.Layers - 1 ? 0
        : (double)(int)(FlipShare(layer, above) * surgery.Groups(l)) / surgery.Groups(l))];

    /// <summary>p: share of the weights of a layer that flipped more often than <paramref name="above"/> times.</summary>
    public static double FlipShare(LatentLayer layer, int above)
    {
        long flipping = 0;
        for (int i = 0; i < layer.Inputs; i++)
        {
            foreach (ushort flips in layer.Flips.AsSpan(i * layer.Stride, layer.Channels))
                flipping += flips > above ? 1 : 0;
        }
        return flipping / ((double)layer.Inputs * layer.Channels);
    }

    // The scores keep all: they are few, and what they lose no repair brings back.
    private static double[] Hidden(double[] rates) => [.. rates.SkipLast(1), 0];

    // 1 for each hidden layer.
    private double[] Ones() => [.. Enumerable.Range(0, surgery.Layers).Select(l => l < surgery.Layers - 1 ? 1.0 : 0)];

    // The smallest multiple of the shares, none above the largest rate, at which the cost is low enough; or the largest there is.
    private double[] Scaled(double[] shares, double most)
    {
        double largest = shares.Any(share => share > 0)
            ? MostRate / shares.Where(share => share > 0).Min()
            : throw new ArgumentException("No weight of a hidden layer flipped, so flips cannot share out a budget.");
        return Least(factor => [.. shares.Select(share => Math.Min(MostRate, share * factor))], largest, most);
    }

    // A table has steps of a tenth of a layer, and one step of the drop may be several of them: so much of the last one as the cost asks for.
    private double[] Between(double[] from, double[] to, double most) => Least(part => [.. from.Zip(to, (low, high) => low + (part * (high - low)))], 1, most);

    // The rates of the least factor at which the cost is low enough; or those of the largest.
    private double[] Least(Func<double, double[]> rates, double largest, double most)
    {
        double least = 0, enough = largest;
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (least + enough) / 2;
            (least, enough) = cost(surgery.Cut(rates(middle))) <= most ? (least, middle) : (middle, enough);
        }
        return rates(enough);
    }

    // From no pruning to all there is, each time the step that saves most for what it loses.
    private IEnumerable<double[]> Steps(SensitivityTable measured)
    {
        double[] now = new double[surgery.Layers];
        yield return now;
        double costNow = cost(surgery.Cut(now));
        while (true)
        {
            (double Gain, double Cost, double[] Rates)? best = null;
            for (int l = 0; l < now.Length - 1; l++)
            {
                if (measured.Accuracy[l] is null || now[l] == SensitivityTable.Rates[^1])
                    continue;
                double[] rates = [.. now];
                rates[l] = SensitivityTable.Rates[IndexOf(now[l]) + 1];
                double then = cost(surgery.Cut(rates)), loss = Math.Max(LeastLoss, Loss(measured, l, rates[l]) - Loss(measured, l, now[l]));
                double gain = (costNow - then) / loss;
                if (best is null || gain > best.Value.Gain)
                    best = (gain, then, rates);
            }
            if (best is not { } step)
                yield break;
            (now, costNow) = (step.Rates, step.Cost);
            yield return now;
        }
    }

    private static double Loss(SensitivityTable measured, int layer, double rate) => Math.Max(0, measured.BaseAccuracy - (measured.Accuracy[layer]?[IndexOf(rate)] ?? measured.BaseAccuracy));

    private static int IndexOf(double rate) => Enumerable.Range(0, SensitivityTable.Rates.Count).First(i => SensitivityTable.Rates[i] == rate);

    private static int FirstTrue(int last, Func<int, bool> holds)
    {
        int low = 0, high = last;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = holds(middle) ? (low, middle) : (middle + 1, high);
        }
        return low;
    }
}
