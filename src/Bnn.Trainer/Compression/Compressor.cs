using Bnn.Model;
using Bnn.Pruning;
using Bnn.Trainer.Commands;
using Bnn.Trainer.Plans;
using Bnn.Trainer.Reports;
using Bnn.Trainer.Speed;
using Bnn.Training;

namespace Bnn.Trainer.Compression;

/// <summary>What compression may cost and lose.</summary>
/// <param name="MaxDrop">Validation accuracy that may be lost, a share.</param>
/// <param name="Budget">Time for all trainings; null: as long as it takes.</param>
/// <param name="Epochs">Of each repair.</param>
/// <param name="LearningRate">Largest one of each repair.</param>
/// <param name="Seed">Of each repair.</param>
/// <param name="IsBatch">Whether time is that of a sample of a large batch.</param>
internal sealed record CompressionWish(double MaxDrop, TimeSpan? Budget, int Epochs, double LearningRate, ulong Seed, bool IsBatch);

/// <summary>Tries ways and shares within a budget of time, each one a training, and keeps what loses little.</summary>
/// <remarks>
/// Judged by validation alone. The bar is the better one of the parent and the parent trained on for as long as a repair takes: what more training alone gives is no
/// merit of pruning. Ways take turns; each halves its share while it is good enough, then closes in. Finished trials are found again in the folder.
/// </remarks>
internal sealed class Compressor(CommandContext context, TrainingRun parent, StudyFolder study, CompressionWish wish, IReadOnlyList<Way> ways)
{
    private const string TrainedOn = "trained-on";
    private const string Random = "random";
    private const int FewInputs = 64;
    private readonly long _start = context.Clock.GetTimestamp();
    private readonly List<Trial> _trials = [];
    private TimeSpan _longest;

    /// <summary>What was tried, the parent first, in the order of trying.</summary>
    public IReadOnlyList<Trial> Trials => _trials;

    /// <summary>Accuracy that a network must have to be good enough.</summary>
    public double Floor => _trials.Take(2).Max(trial => trial.Accuracy) - wish.MaxDrop;

    /// <summary>Whether time ran out before all searches were done.</summary>
    public bool IsCutShort { get; private set; }

    /// <summary>The good enough network with the fewest live weights; the parent if no other is.</summary>
    public Trial Smallest => Good.MinBy(trial => (trial.LiveWeights, -trial.Accuracy))!;

    /// <summary>The good enough network with the least time by the planner.</summary>
    public Trial Fastest => LeastTime(Good)!;

    /// <summary>Of the good enough networks of a way the one with the least time by the planner; null if there is none.</summary>
    public Trial? FastestOf(Way way) => LeastTime(Good.Where(trial => trial.Way == way.Name));

    /// <summary>The two, or the one that is both.</summary>
    public Trial[] Finalists => [.. new[] { Smallest, Fastest }.Distinct()];

    private IEnumerable<Trial> Good => _trials.Where(trial => trial.Accuracy >= Floor && trial.Way != Trial.Control).DefaultIfEmpty(_trials[0]);

    private Trial? LeastTime(IEnumerable<Trial> trials) => trials.MinBy(trial => (trial.Cycles(wish.IsBatch), -trial.Accuracy));

    private TimeSpan Spent => context.Clock.GetElapsedTime(_start);

    /// <summary>Tries until everything is found or the time is spent.</summary>
    public void Run()
    {
        _trials.Add(Of("parent", "", 1, parent.Fold(context.Cancel)));
        Foresee();
        if (!Try(TrainedOn, Trial.Control, 1, TrainOn))
            return;
        Search();
        foreach (Trial best in Finalists)
        {
            if (ways.FirstOrDefault(way => way.Name == best.Way) is { } way && Options(way, best.Share).Score != Random
                && !Try($"{best.Name}-random", Trial.Control, best.Share, () => Prune(Randomly(Options(way, best.Share)))))
                return;
        }
    }

    // Some steps tell how long a training takes, so that the budget is known before the first one is over.
    private void Foresee()
    {
        if (wish.Budget is not { } budget)
            return;
        using TrainingRun run = TrainOn();
        _longest = TimeSpan.FromSeconds(EpochTime.Measure(run, context.Clock, context.Cancel) * wish.Epochs);
        string trainings = Text.Count((int)Math.Min(budget / _longest, 9999), "training");
        context.Log($"a training of {Text.Count(wish.Epochs, "epoch")} takes about {Text.Duration(_longest)}, by its first steps: {Text.Duration(budget)} is time for {trainings}");
    }

    private TrainingRun TrainOn() => TrainingRun.Continue(parent, wish.Epochs, wish.LearningRate, wish.Seed);

    // Until everything is found, or what time is left is that of the controls.
    private void Search()
    {
        var searched = ways.ToList();
        while (searched.Count > 0)
        {
            foreach (Way way in searched.ToArray())
            {
                (double, bool)[] tried = [.. _trials.Where(trial => trial.Way == way.Name).Select(trial => (trial.Share, trial.Accuracy >= Floor))];
                if (ShareSearch.Next(way.First, tried) is not { } share)
                    searched.Remove(way);
                else if (!Try(Name(way, share), way.Name, share, () => Prune(Options(way, share)), controls: Math.Max(1, Finalists.Length)))
                    return;
            }
        }
    }

    private static string Name(Way way, double share) => FormattableString.Invariant($"{way.Name}-{share:0.####}");

    // Masks leave a first convolution of few inputs, 27 of a colour picture, as it is: it has few weights, and all else depends on them (docs/pruning.md).
    private PruningOptions Options(Way way, double share)
    {
        PruningOptions options = way.Options(share);
        WeightedLayer[] layers = [.. _trials[0].Network.Layers.OfType<WeightedLayer>()];
        return options is { Score: PruningScores.Dynamic, Rate: { } rate } && layers.Length > 2 && layers[0] is ConvolutionLayer && layers[0].Weights.Columns < FewInputs
            ? options with { Rate = $"0,{string.Join(',', Enumerable.Repeat(rate, layers.Length - 2))},0" }
            : options;
    }

    // The same numbers of weights or channels of each layer, taken at random.
    private PruningOptions Randomly(PruningOptions options)
    {
        if (options.Allocation != Allocation.Uniform)
        {
            using TrainingRun chosen = Prune(options);
            string method = chosen.Provenance!.Method;
            options = options with { Allocation = Allocation.Uniform, TargetOperations = 0, Rate = method.Split(' ')[3] };
        }
        return options with { Score = Random, MaskDamping = 0 };
    }

    private TrainingRun Prune(PruningOptions options) => Pruner.Prune(
        parent, options with { Epochs = wish.Epochs, LearningRate = wish.LearningRate, Seed = wish.Seed },
        network => UsualPlan.Cycles(network, wish.IsBatch, context.Cancel), cancel: context.Cancel).Run;

    // False: there is no time for it and for so many controls behind it.
    private bool Try(string name, string way, double share, Func<TrainingRun> start, int controls = 0)
    {
        if (wish.Budget is { } budget && Spent + ((1 + controls) * _longest) > budget && !study.IsFinished(name))
        {
            IsCutShort = true;
            return false;
        }
        context.Log($"{name}: {Text.Duration(Spent)}{(wish.Budget is { } all ? $" of {Text.Duration(all)}" : "")} spent");
        long begun = context.Clock.GetTimestamp();
        try
        {
            using TrainingRun run = study.Run(name, start, options => options.Epochs == wish.Epochs && options.LearningRate == wish.LearningRate && options.Seed == wish.Seed);
            _trials.Add(Of(name, way, share, run.Fold(context.Cancel)));
        }
        catch (ArgumentException problem)
        {
            // A network without what this way prunes, or one that cannot get so small.
            context.Warn($"{name}: {problem.Message}");
            _trials.Add(_trials[0] with { Name = name, Way = way, Share = share, Accuracy = double.NegativeInfinity });
            return true;
        }
        TimeSpan took = context.Clock.GetElapsedTime(begun);
        _longest = took > _longest ? took : _longest;
        Trial done = _trials[^1];
        context.Log($"{name}: validation {Text.Percent(done.Accuracy)}, {Text.Percent((double)done.LiveWeights / _trials[0].LiveWeights)} of the weights");
        return true;
    }

    private Trial Of(string name, string way, double share, FoldedModel model) => new(
        name, way, share, model.Network, model.ValidationAccuracy,
        UsualPlan.Cost(model.Network, context.Cancel));
}
