using Bnn.Trainer.Data;

namespace Bnn.Trainer.Experiments;

/// <summary>An experiment taken apart into runs.</summary>
/// <param name="Experiment">What the file says.</param>
/// <param name="Arms">Lines of the table; parents before their children.</param>
/// <param name="Runs">All runs, each once: seed by seed, parents before their children.</param>
internal sealed record ExperimentPlan(Experiment Experiment, IReadOnlyList<Arm> Arms, IReadOnlyList<PlannedRun> Runs)
{
    private readonly Dictionary<(Arm Arm, ulong Seed), PlannedRun> _byArm = [];

    /// <summary>Takes it apart.</summary>
    /// <param name="experiment">What the file says.</param>
    /// <param name="data">Gives the training set of a data set.</param>
    /// <exception cref="InvalidDataException">A run has options that make no sense together.</exception>
    public static ExperimentPlan Of(Experiment experiment, DataShelf data)
    {
        var arms = experiment.Data.SelectMany(set => ArmsOn(set, experiment)).ToList();
        var runs = new Dictionary<string, PlannedRun>();
        var plan = new ExperimentPlan(experiment, arms, []);
        foreach (ulong seed in experiment.Seeds)
        {
            foreach (Arm arm in arms)
            {
                PlannedRun run = plan.RunOf(arm, seed, data);
                runs.TryAdd(run.Key, run);
                plan._byArm[(arm, seed)] = runs[run.Key];
            }
        }
        if (experiment.Baseline is { } named && !arms.Exists(plan.IsBaseline))
        {
            string known = string.Join("; ", arms.Select(plan.Plain).Distinct());
            throw new InvalidDataException($"{experiment.Path}: \"baseline\" is \"{named}\", but there are {known}.");
        }
        return plan with { Runs = [.. runs.Values] };
    }

    /// <summary>The run of an arm; arms that ask for the same share it.</summary>
    public PlannedRun RunOf(Arm arm, ulong seed) => _byArm[(arm, seed)];

    /// <summary>The arm that another one is compared with: the baseline on the same data, at the same point of the grid if it has one there; or null.</summary>
    public Arm? BaselineOf(Arm arm)
    {
        Arm[] candidates = [.. Arms.Where(other => other.Data == arm.Data && IsBaseline(other))];
        Arm? found = candidates.Length == 1 ? candidates[0] : Array.Find(candidates, other => other.Point == arm.Point);
        return found == arm ? null : found;
    }

    private bool IsBaseline(Arm arm) => Experiment.Baseline is { } named && (arm.Variant.Name == named || Plain(arm) == named || arm.Label == named);

    /// <summary>The label without the data set.</summary>
    public string Plain(Arm arm) => Experiment.Data.Count == 1 ? arm.Label : arm.Label[(arm.Data.Name.Length + 2)..];

    private static List<Arm> ArmsOn(DataSet set, Experiment experiment)
    {
        var arms = new List<Arm>();
        foreach (Variant variant in experiment.Variants)
        {
            if (variant.Method.HasParent)
            {
                foreach (Arm parent in arms.Where(arm => arm.Variant.Name == variant.From).ToArray())
                {
                    string parentPoint = Inherited(parent, experiment, set);
                    foreach (Setting[] own in Points(variant.Grid))
                    {
                        string label = Label(experiment, set, variant.Name, parentPoint, Words(own));
                        arms.Add(new(label, variant, parent.Point, set, [.. variant.Options, .. own], parent));
                    }
                }
                continue;
            }
            foreach (Setting[] common in Points(experiment.Grid))
            {
                foreach (Setting[] own in Points(variant.Grid))
                {
                    Setting[] above = [.. variant.Options, .. common, .. own];
                    Setting[] all =
                    [
                        .. experiment.Options.Where(option => above.All(other => other.Key != option.Key)),
                        .. above.Select(option => variant.Method.IsRun(option.Key) ? option with { Text = RunMethod.ParentWord } : option),
                    ];
                    Arm? teacher = arms.Find(arm => arm.Variant.Name == variant.Teacher && arm.Point == Words(common));
                    arms.Add(new(Label(experiment, set, variant.Name, Words(common), Words(own)), variant, Words(common), set, all, teacher));
                }
            }
        }
        return arms;
    }

    // What stands behind the name of the variant in the label of an arm.
    private static string Inherited(Arm parent, Experiment experiment, DataSet set)
    {
        string prefix = Label(experiment, set, parent.Variant.Name);
        return parent.Label.Length > prefix.Length ? parent.Label[(prefix.Length + 2)..] : "";
    }

    private static string Label(Experiment experiment, DataSet set, params IEnumerable<string> parts)
    {
        string[] named = [.. parts.Prepend(experiment.Data.Count > 1 ? set.Name : "").Where(part => part.Length > 0)];
        return named.Length > 0 ? string.Join(", ", named) : experiment.Name;
    }

    private static string Words(IEnumerable<Setting> point) => string.Join(", ", point.Select(setting => $"{setting.Key} {setting.Text}"));

    // The first axis varies slowest.
    private static IEnumerable<Setting[]> Points(IReadOnlyList<GridAxis> grid) => grid.Aggregate(
        (IEnumerable<Setting[]>)[[]], (points, axis) => points.SelectMany(point => axis.Values.Select(value => (Setting[])[.. point, value])));

    private PlannedRun RunOf(Arm arm, ulong seed, DataShelf data)
    {
        RunMethod method = arm.Variant.Method;
        string[] line = method.Line(arm.Data, arm.Settings, seed);
        RunRecipe recipe;
        try
        {
            recipe = method.Recipe(arm.Data, line);
        }
        catch (UsageException problem)
        {
            throw new InvalidDataException($"{Experiment.Path}: {arm.Label}: {problem.Message}", problem);
        }
        PlannedRun? parent = arm.Parent is null ? null : _byArm[(arm.Parent, seed)];
        string hash = data.Train(arm.Data).Hash;
        return new(arm, seed, line, recipe, hash, RunKey.Of(hash, method, recipe, parent is null ? [] : [parent.Key]), parent);
    }
}
