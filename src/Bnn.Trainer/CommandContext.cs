using Bnn.Trainer.Data;
using Spectre.Console;

namespace Bnn.Trainer;

/// <summary>Where a command writes, and how it learns that it shall stop.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Progress, warnings and errors.</param>
/// <param name="IsOutTerminal">Whether a person looks at <paramref name="Out"/>: colours are allowed.</param>
/// <param name="IsErrorTerminal">The same for <paramref name="Error"/>: live progress is allowed.</param>
/// <param name="Cancel">Set by Ctrl-C and the termination signal.</param>
internal sealed record CommandContext(TextWriter Out, TextWriter Error, bool IsOutTerminal, bool IsErrorTerminal, CancellationToken Cancel)
{
    /// <summary>For commands that are only parsed.</summary>
    public static CommandContext Silent { get; } = new(TextWriter.Null, TextWriter.Null, IsOutTerminal: false, IsErrorTerminal: false, CancellationToken.None);

    /// <summary>Where data may lie.</summary>
    public DataEnvironment Data { get; init; } = DataEnvironment.OfProcess();

    /// <summary>Measures how long things take.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What to tell if the command is stopped.</summary>
    public StopNotice Stop { get; } = new();

    /// <summary>A line of progress or a warning.</summary>
    public void Log(string line) => Error.WriteLine(line);

    /// <summary>A warning line.</summary>
    public void Warn(string warning) => Error.WriteLine($"warning: {warning}");

    /// <summary>A console for reports on <see cref="Out"/>. Nothing is wrapped: a terminal does that by itself, and a file or pipe wants whole lines.</summary>
    public IAnsiConsole OutConsole()
    {
        IAnsiConsole console = ConsoleOn(Out, IsOutTerminal);
        console.Profile.Width = 10_000;
        return console;
    }

    /// <summary>A console for live progress on <see cref="Error"/>.</summary>
    public IAnsiConsole ErrorConsole() => ConsoleOn(Error, IsErrorTerminal);

    private static IAnsiConsole ConsoleOn(TextWriter writer, bool isTerminal) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
    });
}
