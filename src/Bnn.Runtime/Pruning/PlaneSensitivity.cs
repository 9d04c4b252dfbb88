using Bnn.Model;
using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>How the sensitivity of input planes is measured.</summary>
public sealed record PlaneSensitivityOptions
{
    /// <summary>Random replacements of each group, at least 1.</summary>
    public int Repeats { get; init; } = 5;

    /// <summary>Decides the replacements.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether planes are tested one by one instead of in slices: those of all channels that have the same bit number, or the same rank of their level.</summary>
    public bool PerPlane { get; init; }
}

/// <summary>How much of its accuracy a trained network loses when planes of its input become noise.</summary>
/// <remarks>
/// A reconstruction of the test of CBNN (arXiv:1802.00904): no weight is changed; the bits of some planes are replaced by independent ones that are 1 in
/// half of all cases. Measured on the validation split. See docs/pruning.md for what it tells and what not.
/// </remarks>
public static class PlaneSensitivity
{
    /// <summary>Measures each group alone, and the groups that come first in the order together, from one group to all.</summary>
    /// <param name="run">At the end of an epoch; not changed. Its network is taken as it would be folded.</param>
    /// <param name="options">What to measure.</param>
    /// <param name="progress">Receives the number of measurements done, and of all.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <exception cref="ArgumentException">The encoding has less than two groups of planes, there is no validation split, or weights are real.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <remarks>
    /// The order is that of significance, lowest bits first. Levels of a thermometer and other planes have none of their own: there the smallest drop alone
    /// comes first, of equal ones the lower plane. Deterministic, whatever the number of threads.
    /// </remarks>
    public static PlaneSensitivityResult Measure(
        TrainingRun run, PlaneSensitivityOptions options, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Repeats, 1, nameof(options));
        if (run.Options.FullPrecision)
            throw new ArgumentException("A full-precision network is not what would be compiled: measure a binary one.", nameof(run));
        LabeledImages images = run.Split.Validation;
        if (images.Count == 0)
            throw new ArgumentException("The run holds no samples out for validation.", nameof(run));
        InputEncoding encoding = run.Network.Encoding;
        PlaneGroup[] groups = PlaneGroups.Of(encoding, images.Shape.Channels, options.PerPlane);
        using var pool = new WorkerPool(run.Threads);
        LatentNetwork network = run.Final(cancel).OnPlanes();
        var evaluator = new Evaluator(network, pool, run.Temperature);
        int done = 0, all = 1 + (((2 * groups.Length) - 1) * options.Repeats);

        int correct = Correct([], repeat: 0);
        PlaneTrial[] single = [.. groups.Select(group => Try(group, group.Planes))];
        PlaneTrial[] ordered = encoding is BitPlanesEncoding ? single : [.. single.OrderByDescending(trial => trial.Correct.Sum())];
        var together = new List<PlaneTrial> { ordered[0] };
        foreach (PlaneTrial trial in ordered.Skip(1))
            together.Add(Try(trial.Group, together[^1].Replaced.Concat(trial.Group.Planes)));
        return new(images.Count, correct, single.ToEquatableArray(), together.ToEquatableArray());

        PlaneTrial Try(PlaneGroup group, IEnumerable<int> planes)
        {
            var replaced = planes.Order().ToEquatableArray();
            return new(group, replaced, Enumerable.Range(0, options.Repeats).Select(repeat => Correct(replaced, repeat)).ToEquatableArray());
        }

        int Correct(IEnumerable<int> replaced, int repeat)
        {
            int right = evaluator.Run(new ReplacedPlanes(images, encoding, replaced, options.Seed, repeat, pool.Threads), images.Labels, kept: null, cancel).Correct;
            progress?.Invoke(++done, all);
            return right;
        }
    }
}

/// <summary>What was measured.</summary>
/// <param name="Samples">Validation samples.</param>
/// <param name="Correct">Those that the network classifies rightly with all its planes.</param>
/// <param name="Single">Each group alone, lowest bit or level first.</param>
/// <param name="Together">Item i: the first i + 1 groups of the order, together; the last one replaces all planes.</param>
public sealed record PlaneSensitivityResult(int Samples, int Correct, EquatableArray<PlaneTrial> Single, EquatableArray<PlaneTrial> Together)
{
    /// <summary>Share of samples that the network classifies rightly with all its planes.</summary>
    public double Accuracy => (double)Correct / Samples;

    /// <summary>Mean accuracy that replacing costs, a share; negative if it helps.</summary>
    public double Drop(PlaneTrial trial) => (Correct - trial.Correct.Average()) / Samples;

    /// <summary>Standard deviation of the drop over the repeats, with n − 1; NaN for one repeat.</summary>
    public double Deviation(PlaneTrial trial)
    {
        double mean = trial.Correct.Average();
        return Math.Sqrt(trial.Correct.Sum(correct => (correct - mean) * (correct - mean)) / (trial.Correct.Length - 1)) / Samples;
    }

    /// <summary>The smallest set of groups from the end of the order whose counterpart can be replaced at a mean drop of at most <paramref name="maxDrop"/>.</summary>
    /// <param name="maxDrop">A share, in [0, 1].</param>
    /// <returns>In their order; at least one group.</returns>
    public EquatableArray<PlaneGroup> Keep(double maxDrop)
    {
        int last = Enumerable.Range(0, Together.Length - 1).LastOrDefault(i => Drop(Together[i]) <= maxDrop, -1);
        return Together.Skip(last + 1).Select(trial => trial.Group).ToEquatableArray();
    }
}

/// <summary>Random replacements of some planes.</summary>
/// <param name="Group">The group that is replaced, or that joined those before it.</param>
/// <param name="Replaced">All planes that are replaced, rising.</param>
/// <param name="Correct"><c>[repeats]</c> samples that were classified rightly.</param>
public sealed record PlaneTrial(PlaneGroup Group, EquatableArray<int> Replaced, EquatableArray<int> Correct);
