using System.CommandLine;
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
        Option<string?> dataDir = CommonOptions.DataDir();
        var command = new CommandWithExamples("resume", "Goes on with a training or pruning run that was stopped.", ["bnn resume runs/fashion"])
        {
            folder, threads, dataDir,
        };
        command.SetAction(parsed => Run(context, parsed.GetRequiredValue(folder), parsed.GetValue(threads), parsed.GetValue(dataDir)));
        return command;
    }

    /// <summary>Goes on with the run in <paramref name="folder"/>.</summary>
    public static int Run(CommandContext context, string folder, int threads, string? dataDir)
    {
        using TrainingRun run = RunSession.Open(context, folder, threads, dataDir);
        return RunSession.GoOn(context, run, folder).Run();
    }
}
