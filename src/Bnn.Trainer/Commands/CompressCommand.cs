using System.CommandLine;
using Bnn.Trainer.Compression;
using Bnn.Trainer.Data;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn compress</c>: tries ways and rates of pruning within a budget of time, and keeps the smallest and the fastest network that lose little.</summary>
internal static class CompressCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> parent = CommonOptions.RunFolder();
        Option<double> maxDrop = Number.Option("--max-drop", "Points of validation accuracy that may be lost", 0.5, 0.0, 99.0);
        Option<double> minutes = Number.Option("--minutes", "Time for all trainings", 60.0, 0.01, 100_000.0);
        Option<string?> goal = CommonOptions.Goal();
        Option<string?> folder = new("--out", "-o") { Description = "A new folder for runs, models and report [default: RUN-compressed]", HelpName = "FOLDER" };
        Option<int> epochs = Number.Option("--epochs", "Epochs of repair for each network that is tried", 10, 1, 1_000_000);
        Option<double> learningRate = Number.Option("--learning-rate", "Largest learning rate of the repairs", 0.005, 0.000001, 1.0);
        Option<ulong> seed = Number.Option("--seed", "Same seed, same bits", 0UL, ulong.MinValue, ulong.MaxValue);
        Option<int> threads = CommonOptions.Threads();
        Option<DataSet?> data = CommonOptions.Data();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("compress", "Tries ways and rates of pruning by itself; keeps the smallest and the fastest network that lose little.",
        [
            "bnn compress runs/fashion --max-drop 0.5",
            "bnn compress runs/fashion --max-drop 1 --minutes 20 --goal Throughput --out runs/fashion-small",
        ])
        {
            parent, maxDrop, minutes, goal, epochs, learningRate, folder, seed, threads, data, dataDir, offline,
        };
        command.SetAction(parsed =>
        {
            string run = parsed.GetRequiredValue(parent);
            var wish = new CompressionWish(
                parsed.GetValue(maxDrop) / 100, TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(epochs), parsed.GetValue(learningRate), parsed.GetValue(seed),
                IsBatch: parsed.GetValue(goal) == "Throughput");
            return new CompressionStudy(
                run, parsed.GetValue(folder) ?? $"{Path.TrimEndingDirectorySeparator(run)}-compressed", wish, Way.All, parsed.GetValue(threads),
                DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline)), parsed.GetValue(data)).Run(context);
        });
        return command;
    }
}
