using System.CommandLine;
using Bnn.Model;
using Bnn.Pruning;
using Bnn.Trainer.Compression;
using Bnn.Trainer.Data;
using Bnn.Trainer.Plans;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn prune</c>: prunes a trained run, and trains what is left into a new run folder.</summary>
internal sealed class PruneCommand
{
    private static readonly PruningOptions Defaults = new();

    private readonly Argument<string> _parent = CommonOptions.RunFolder();
    private readonly Option<string?> _score = PruningWords.Score();
    private readonly Option<Granularity> _granularity = PruningWords.Granularities(Granularity.Channel);
    private readonly Option<string?> _rate = Number.Shares(
        "--rate",
        "Share to prune: one number for all hidden layers, or one for each layer, commas between them [default: 0.3 unless a target is given]",
        share => share is >= 0 and < 1,
        "from 0 to below 1");

    private readonly Option<double?> _targetOperations = Number.Optional("--target-ops", "Share of the operations to keep", 0.001, 0.999);
    private readonly Option<double?> _targetTime = Number.Optional("--target-time", "Share of the time to keep, by the planner's estimate", 0.001, 0.999);
    private readonly Option<string?> _goal = CommonOptions.Goal();
    private readonly Option<double?> _maxDrop = Number.Optional(
        "--max-drop", "Seek the smallest share that loses at most so many points of validation accuracy behind its repair; trains several networks", 0.0, 99.0);
    private readonly Option<double?> _maxLayerDrop = Number.Optional(
        "--max-layer-drop", "Points of validation accuracy that pruning a layer alone may cost before repair", 0.001, 99.0);
    private readonly Option<Allocation> _allocation = Choice.Option<Allocation>(
        "--allocate", "What shares a target out among the layers: uniform, sensitivity, flips or greedy");
    private readonly Option<string?> _allocationScore = PruningWords.Score(
        "--allocate-by", "Of sensitivity and greedy: the score that shares the target out; with --score random the control with the same shares [default: that of --score]");

    private readonly Option<int> _flipsAbove = Number.Option("--flips-above", "Of --allocate flips: flips up to which a weight counts as steady", 0, 0, 65535);
    private readonly Option<double?> _maskDamping = Number.Optional(
        "--mask-damping",
        FormattableString.Invariant($"Of the score dynamic: part of each step that pruned weights do not take [default: {PruningOptions.RepairDamping} for networks with convolutions, else 0, as with --from-scratch]"),
        0.0,
        1.0);

    private readonly Option<bool> _fromScratch = new("--from-scratch") { Description = "Train what is left from random weights" };
    private readonly Option<bool> _keepStatistics = PruningWords.KeepStatistics();
    private readonly Option<string?> _out = new("--out", "-o") { Description = "The run folder to make [default: RUN-pruned]", HelpName = "RUN2" };
    private readonly Option<string?> _name = new("--name") { Description = "Name of the smaller model [default: that of the parent]", HelpName = "NAME" };
    private readonly Option<int> _epochs = Number.Option("--epochs", "Epochs of repair", Defaults.Epochs, 1, 1_000_000);
    private readonly Option<double> _learningRate = Number.Option(
        "--learning-rate", "Largest learning rate of the repair", Defaults.LearningRate, 0.000001, 1.0);
    private readonly Option<ulong> _seed = Number.Option("--seed", "Same seed, same bits", Defaults.Seed, ulong.MinValue, ulong.MaxValue);
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<DataSet?> _data = CommonOptions.Data();
    private readonly Option<string?> _dataDir = CommonOptions.DataDir();
    private readonly Option<bool> _offline = CommonOptions.Offline();

    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context) => new PruneCommand().Build(context);

    /// <summary>The command with these very options: what it parsed can be given to <see cref="Options"/>.</summary>
    public Command Build(CommandContext context)
    {
        var command = new CommandWithExamples("prune", "Prunes a trained run, then trains what is left.",
        [
            "bnn prune runs/fashion --rate 0.3",
            "bnn prune runs/fashion --target-ops 0.6 --epochs 20 --out runs/fashion-smaller",
            "bnn prune runs/fashion --score latent --granularity weight --allocate sensitivity --target-ops 0.6",
            "bnn prune runs/fashion --score dynamic --granularity weight --rate 0.9 --out runs/fashion-tenth",
            "bnn prune runs/fashion --score latent --granularity weight --allocate sensitivity --max-drop 0.5",
            "bnn prune runs/fashion --rate 0.3 --score random --seed 1 --out runs/control",
            "bnn prune runs/fashion --score random --granularity weight --allocate sensitivity --allocate-by latent --target-ops 0.6 --out runs/control",
        ])
        {
            _parent, _score, _granularity, _rate, _targetOperations, _targetTime, _maxDrop, _goal, _maxLayerDrop, _allocation, _allocationScore, _flipsAbove, _maskDamping,
            _fromScratch, _keepStatistics, _out, _name, _epochs, _learningRate, _seed, _threads, _data, _dataDir, _offline,
        };
        command.SetAction(parsed => parsed.GetValue(_maxDrop) is { } drop ? Search(context, parsed, drop) : Run(
            context,
            parsed.GetRequiredValue(_parent),
            Folder(parsed),
            Options(parsed),
            parsed.GetValue(_threads),
            DataAccess.Of(context, parsed.GetValue(_dataDir), parsed.GetValue(_offline)),
            parsed.GetValue(_data)));
        return command;
    }

    private string Folder(ParseResult parsed) => parsed.GetValue(_out) ?? $"{Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(_parent))}-pruned";

    // The smallest share within a drop is what bnn compress seeks, by one way.
    private int Search(CommandContext context, ParseResult parsed, double drop)
    {
        Option[] others = [_rate, _targetOperations, _targetTime, _maxLayerDrop, _name];
        if (others.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } other)
            throw new UsageException($"--max-drop seeks the share to prune by itself: it does not go together with {other.Name}.");
        PruningOptions options = Options(parsed);
        var wish = new CompressionWish(drop / 100, null, options.Epochs, options.LearningRate, options.Seed, parsed.GetValue(_goal) == "Throughput");
        return new CompressionStudy(
            parsed.GetRequiredValue(_parent), Folder(parsed), wish, [Way.Of(options with { Rate = null })], parsed.GetValue(_threads),
            DataAccess.Of(context, parsed.GetValue(_dataDir), parsed.GetValue(_offline)), parsed.GetValue(_data)).Run(context);
    }

    /// <summary>What the words of a line ask for.</summary>
    public PruningOptions Options(ParseResult parsed)
    {
        Granularity granularity = parsed.GetValue(_granularity);
        Allocation allocation = parsed.GetValue(_allocation);
        string score = PruningWords.ScoreOf(parsed, _score, granularity);
        double operations = parsed.GetValue(_targetOperations) ?? 0, time = parsed.GetValue(_targetTime) ?? 0, drop = (parsed.GetValue(_maxLayerDrop) ?? 0) / 100;
        bool hasTarget = operations > 0 || time > 0 || drop > 0 || allocation == Allocation.Flips;
        return new()
        {
            Name = parsed.GetValue(_name),
            Score = score,
            Granularity = granularity,
            Rate = parsed.GetValue(_rate) ?? (hasTarget ? null : "0.3"),
            TargetOperations = operations,
            TargetTime = time,
            IsTimeOfBatch = time > 0 && parsed.GetValue(_goal) == "Throughput",
            MaxLayerDrop = drop,
            Allocation = allocation,
            AllocationScore = parsed.GetValue(_allocationScore),
            FlipsAbove = parsed.GetValue(_flipsAbove),
            MaskDamping = parsed.GetValue(_maskDamping) ?? (score == PruningScores.Dynamic && !parsed.GetValue(_fromScratch) ? null : 0),
            IsFromScratch = parsed.GetValue(_fromScratch),
            KeepsStatistics = parsed.GetValue(_keepStatistics),
            Seed = parsed.GetValue(_seed),
            Epochs = parsed.GetValue(_epochs),
            LearningRate = parsed.GetValue(_learningRate),
        };
    }

    private static int Run(
        CommandContext context, string parentFolder, string folder, PruningOptions options, int threads, DataAccess access, DataSet? moved)
    {
        RunSession.CheckNew(folder);
        using TrainingRun parent = RunSession.Open(parentFolder, threads, access, moved);
        if (parent.Options.FullPrecision)
            throw new UsageException($"{parentFolder} is a full-precision run: it has no binary weights to prune.");
        if (!parent.IsFinished)
            context.Warn($"{parentFolder} is not finished: {parent.EpochsDone} of {parent.Options.Epochs} epochs are done.");
        FoldedModel before = parent.Fold(context.Cancel);
        PruningResult pruned = RunSession.Checked(() => Pruner.Prune(parent, options, network => UsualPlan.Cycles(network, options.IsTimeOfBatch, context.Cancel), cancel: context.Cancel));
        using TrainingRun run = pruned.Run;
        context.Cancel.ThrowIfCancellationRequested();
        var session = RunSession.Begin(context, run, folder);
        return session.Run(after =>
        [
            ("before pruning", session.Accuracy(before.ValidationAccuracy)),
            .. double.IsNaN(pruned.AccuracyBeforeRepair) ? [] : new[] { ("before repair", session.Accuracy(pruned.AccuracyBeforeRepair)) },
            ("pruned", string.Join(", ", pruned.Rates.Select(rate => Text.Percent(rate))) + $" of the {Words(options.Granularity)} of each layer"),
            ("layers before", parent.Options.Architecture),
            ("layers now", run.Options.Architecture),
            ("live weights", $"{Text.Whole(Live(before.Network))} before, {Text.Whole(Live(after.Network))} now ({Text.Percent((double)Live(after.Network) / Live(before.Network))})"),
            ("operations", $"{Text.Whole(before.Network.Operations())} a sample before, {Text.Whole(after.Network.Operations())} now"
                + $" ({Text.Percent((double)after.Network.Operations() / before.Network.Operations())})"),
        ]);
    }

    private static long Live(Network network) => network.Layers.OfType<WeightedLayer>().Sum(layer => layer.Weights.LiveCount());

    private static string Words(Granularity granularity) => granularity.ToString().ToLowerInvariant() + "s";
}
