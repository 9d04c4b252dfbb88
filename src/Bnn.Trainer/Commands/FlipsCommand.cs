using System.CommandLine;
using Bnn.Pruning;
using Bnn.Trainer.Data;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn flips</c>: which weights of a run still flip, whether those matter less, and rounds of pruning by their share.</summary>
internal sealed class FlipsCommand
{
    private readonly Argument<string> _parent = CommonOptions.RunFolder();
    private readonly Option<string?> _out = new("--out", "-o") { Description = "A new folder for the runs [default: RUN-flips]", HelpName = "FOLDER" };
    private readonly Option<int> _epochs = Number.Option("--epochs", "Length of the window in which flips are counted", 5, 1, 1_000_000);
    private readonly Option<double> _learningRate = Number.Option("--learning-rate", "Of the window, constant", 0.001, 0.000001, 1.0);
    private readonly Option<bool> _everyStep = new("--every-step") { Description = "Count flips from step to step instead of from epoch to epoch" };
    private readonly Option<int> _flipsAbove = Number.Option("--flips-above", "Flips up to which a weight counts as steady", 0, 0, 65535);
    private readonly Option<int> _repeats = Number.Option("--repeats", "Repetitions of the check that flipping weights matter less", 5, 1, 1000);
    private readonly Option<int> _rounds = Number.Option("--rounds", "Most rounds of pruning by flip share, while the largest share falls; 0: look only", 0, 0, 100);
    private readonly Option<int> _repair = Number.Option("--repair-epochs", "Epochs of training behind each round of pruning", 10, 1, 1_000_000);
    private readonly Option<double> _repairRate = Number.Option("--repair-rate", "Largest learning rate of these", 0.005, 0.000001, 1.0);
    private readonly Option<bool> _fromScratch = new("--from-scratch") { Description = "Train what is left from random weights" };
    private readonly Option<ulong> _seed = Number.Option("--seed", "Same seed, same bits", 0UL, ulong.MinValue, ulong.MaxValue);
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<DataSet?> _data = CommonOptions.Data();
    private readonly Option<string?> _dataDir = CommonOptions.DataDir();
    private readonly Option<bool> _offline = CommonOptions.Offline();

    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context) => new FlipsCommand().Build(context);

    private CommandWithExamples Build(CommandContext context)
    {
        var command = new CommandWithExamples("flips", "Counts which weights still flip, and prunes by their share in rounds.",
        [
            "bnn flips runs/fashion",
            "bnn flips runs/fashion --epochs 10 --learning-rate 0.002 --every-step",
            "bnn flips runs/fashion --rounds 4 --repair-epochs 20 --out runs/fashion-rounds",
        ])
        {
            _parent, _epochs, _learningRate, _everyStep, _flipsAbove, _repeats, _rounds, _repair, _repairRate, _fromScratch,
            _out, _seed, _threads, _data, _dataDir, _offline,
        };
        command.SetAction(parsed => Run(context, parsed));
        return command;
    }

    private int Run(CommandContext context, ParseResult parsed)
    {
        string parentFolder = parsed.GetRequiredValue(_parent);
        string folder = parsed.GetValue(_out) ?? $"{Path.TrimEndingDirectorySeparator(parentFolder)}-flips";
        using TrainingRun parent = RunSession.Open(
            parentFolder, parsed.GetValue(_threads), DataAccess.Of(context, parsed.GetValue(_dataDir), parsed.GetValue(_offline)), parsed.GetValue(_data));
        if (parent.Options.FullPrecision)
            throw new UsageException($"{parentFolder} is a full-precision run: it has no binary weights to flip.");
        int above = parsed.GetValue(_flipsAbove), rounds = parsed.GetValue(_rounds);
        ulong seed = parsed.GetValue(_seed);
        var log = new FlipLog(context);
        var study = new StudyFolder(context, folder, parent.Data, parsed.GetValue(_threads));
        TrainingRun current = parent;
        try
        {
            for (int round = 0; round <= rounds; round++)
            {
                Next($"window-{round}", _epochs, _learningRate, from => TrainingRun.FlipWindow(
                    from, parsed.GetValue(_epochs), parsed.GetValue(_learningRate), parsed.GetValue(_everyStep), seed));
                log.Add(round, current, FlipReport.Of(current, above, parsed.GetValue(_repeats), seed, context.Cancel));
                if (round == rounds || !log.IsFalling || log.LargestShare == 0)
                    break;
                Next($"round-{round + 1}", _repair, _repairRate, from => RunSession.Checked(() => Pruner.Prune(from, new()
                {
                    Score = "flips",
                    Allocation = Allocation.Flips,
                    FlipsAbove = above,
                    IsFromScratch = parsed.GetValue(_fromScratch),
                    Epochs = parsed.GetValue(_repair),
                    LearningRate = parsed.GetValue(_repairRate),
                    Seed = seed,
                }).Run));
            }
        }
        finally
        {
            if (current != parent)
                current.Dispose();
        }
        log.Write(Path.Combine(folder, "flips.csv"), rounds);
        return ExitCode.Ok;

        void Next(string name, Option<int> epochs, Option<double> rate, Func<TrainingRun, TrainingRun> start)
        {
            TrainingRun from = current;
            current = study.Run(name, () => start(from), options =>
                options.Epochs == parsed.GetValue(epochs) && options.LearningRate == parsed.GetValue(rate) && options.Seed == seed);
            if (from != parent)
                from.Dispose();
        }
    }
}
