using System.CommandLine;
using Bnn.Pruning;
using Bnn.Trainer.Data;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn prune</c>: removes hidden channels of a trained run, and trains what is left into a new run folder.</summary>
internal static class PruneCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        var defaults = new ChannelPruningOptions();
        Argument<string> parent = CommonOptions.RunFolder();
        Option<double> channels = Number.Option("--channels", "Share of the channels of each hidden layer to remove", defaults.Share, 0.0, 0.999);
        var to = new Option<string?>("--out", "-o") { Description = "The run folder to make [default: RUN-pruned-PERCENT]", HelpName = "RUN2" };
        var name = new Option<string?>("--name") { Description = "Name of the smaller model [default: that of the parent]", HelpName = "NAME" };
        Option<int> epochs = Number.Option("--epochs", "Epochs of fine-tuning", defaults.Epochs, 1, 1_000_000);
        Option<double> learningRate = Number.Option("--learning-rate", "Largest learning rate of fine-tuning", defaults.LearningRate, 0.000001, 1.0);
        Option<ChannelScore> score = Choice.Option<ChannelScore>("--score", "What says which channels go: activity, or random as a control");
        Option<ulong> seed = Number.Option("--seed", "Same seed, same bits", defaults.Seed, ulong.MinValue, ulong.MaxValue);
        Option<int> threads = CommonOptions.Threads();
        Option<DataSet?> data = CommonOptions.Data();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("prune", "Removes hidden channels of a trained run, then trains what is left.",
        [
            "bnn prune runs/fashion --channels 0.3",
            "bnn prune runs/fashion --channels 0.5 --epochs 20 --out runs/fashion-half",
            "bnn prune runs/fashion --channels 0.3 --score random --seed 1 --out runs/control",
        ])
        {
            parent, channels, to, name, epochs, learningRate, score, seed, threads, data, dataDir, offline,
        };
        command.SetAction(parsed => Run(
            context,
            parsed.GetRequiredValue(parent),
            parsed.GetValue(to),
            new ChannelPruningOptions
            {
                Name = parsed.GetValue(name),
                Share = parsed.GetValue(channels),
                Score = parsed.GetValue(score),
                Seed = parsed.GetValue(seed),
                Epochs = parsed.GetValue(epochs),
                LearningRate = parsed.GetValue(learningRate),
            },
            parsed.GetValue(threads),
            DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline)),
            parsed.GetValue(data)));
        return command;
    }

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
