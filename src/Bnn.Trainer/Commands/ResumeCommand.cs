using System.CommandLine;
using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn resume</c>: goes on with a run that was stopped, to the same bits as without the break.</summary>
internal static class ResumeCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> folder = CommonOptions.RunFolder();
        Option<int> threads = CommonOptions.Threads();
        Option<DataSet?> data = CommonOptions.Data();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("resume", "Goes on with a training or pruning run that was stopped.",
        [
            "bnn resume runs/fashion",
            "bnn resume runs/photos --data images:elsewhere/photos",
        ])
        {
            folder, threads, data, dataDir, offline,
        };
        command.SetAction(parsed => Run(
            context, parsed.GetRequiredValue(folder), parsed.GetValue(threads),
            DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline)), parsed.GetValue(data)));
        return command;
    }

    /// <summary>Goes on with the run in <paramref name="folder"/>.</summary>
    public static int Run(CommandContext context, string folder, int threads, DataAccess access, DataSet? moved = null)
    {
        using TrainingRun run = RunSession.Open(folder, threads, access, moved);
        return RunSession.GoOn(context, run, folder).Run();
    }
}
