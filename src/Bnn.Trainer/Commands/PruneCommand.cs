using System.CommandLine;
using Bnn.Pruning;
using Bnn.Trainer.Data;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn prune</c>: removes hidden channels of a trained run, and trains what is left into a new run folder.</summary>
internal sealed class PruneCommand
{
    private static readonly ChannelPruningOptions Defaults = new();

    private readonly Argument<string> _parent = CommonOptions.RunFolder();
    private readonly Option<double> _channels = Number.Option("--channels", "Share of the channels of each hidden layer to remove", Defaults.Share, 0.0, 0.999);
    private readonly Option<string?> _out = new("--out", "-o") { Description = "The run folder to make [default: RUN-pruned-PERCENT]", HelpName = "RUN2" };
    private readonly Option<string?> _name = new("--name") { Description = "Name of the smaller model [default: that of the parent]", HelpName = "NAME" };
    private readonly Option<int> _epochs = Number.Option("--epochs", "Epochs of fine-tuning", Defaults.Epochs, 1, 1_000_000);
    private readonly Option<double> _learningRate = Number.Option(
        "--learning-rate", "Largest learning rate of fine-tuning", Defaults.LearningRate, 0.000001, 1.0);
    private readonly Option<ChannelScore> _score = Choice.Option<ChannelScore>("--score", "What says which channels go: activity, or random as a control");
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
        var command = new CommandWithExamples("prune", "Removes hidden channels of a trained run, then trains what is left.",
        [
            "bnn prune runs/fashion --channels 0.3",
            "bnn prune runs/fashion --channels 0.5 --epochs 20 --out runs/fashion-half",
            "bnn prune runs/fashion --channels 0.3 --score random --seed 1 --out runs/control",
        ])
        {
            _parent, _channels, _out, _name, _epochs, _learningRate, _score, _seed, _threads, _data, _dataDir, _offline,
        };
        command.SetAction(parsed => Run(
            context,
            parsed.GetRequiredValue(_parent),
            parsed.GetValue(_out),
            Options(parsed),
            parsed.GetValue(_threads),
            DataAccess.Of(context, parsed.GetValue(_dataDir), parsed.GetValue(_offline)),
            parsed.GetValue(_data)));
        return command;
    }

    /// <summary>What the words of a line ask for.</summary>
    public ChannelPruningOptions Options(ParseResult parsed) => new()
    {
        Name = parsed.GetValue(_name),
        Share = parsed.GetValue(_channels),
        Score = parsed.GetValue(_score),
        Seed = parsed.GetValue(_seed),
        Epochs = parsed.GetValue(_epochs),
        LearningRate = parsed.GetValue(_learningRate),
    };

    private static int Run(
        CommandContext context, string parentFolder, string? to, ChannelPruningOptions options, int threads, DataAccess access, DataSet? moved)
    {
        string folder = to ?? $"{Path.TrimEndingDirectorySeparator(parentFolder)}-pruned-{Text.Fixed(100 * options.Share, 0)}";
        RunSession.CheckNew(folder);
        using TrainingRun parent = RunSession.Open(parentFolder, threads, access, moved);
        if (parent.Options.FullPrecision)
            throw new UsageException($"{parentFolder} is a full-precision run: it has no binary channels to remove.");
        if (!parent.IsFinished)
            context.Warn($"{parentFolder} is not finished: {parent.EpochsDone} of {parent.Options.Epochs} epochs are done.");
        FoldedModel before = parent.Fold(context.Cancel);
        ChannelPruningResult pruned = RunSession.Checked(() => ChannelPruning.Prune(parent, options));
        using TrainingRun run = pruned.Run;
        context.Cancel.ThrowIfCancellationRequested();
        var session = RunSession.Begin(context, run, folder);
        return session.Run(after =>
        [
            ("before pruning", session.Accuracy(before.ValidationAccuracy)),
            ("before tuning", session.Accuracy(pruned.AccuracyBeforeFineTuning)),
            ("layers before", parent.Options.Architecture),
            ("layers now", run.Options.Architecture),
            ("operations", $"{Text.Whole(before.Network.Operations())} a sample before, {Text.Whole(after.Network.Operations())} now"
                + $" ({Text.Percent((double)after.Network.Operations() / before.Network.Operations())})"),
        ]);
    }
}
