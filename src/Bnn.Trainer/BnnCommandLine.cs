using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Bnn.Storage;
using Bnn.Trainer.Commands;

namespace Bnn.Trainer;

/// <summary>The command line as a function: arguments and two writers in, exit code out.</summary>
internal static class BnnCommandLine
{
    /// <summary>Runs one command without a terminal.</summary>
    /// <param name="args">What stands after <c>bnn</c>.</param>
    /// <param name="stdout">Receives results.</param>
    /// <param name="stderr">Receives progress and errors.</param>
    /// <param name="cancel">Stops training after the step under way.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter stdout, TextWriter stderr, CancellationToken cancel = default) =>
        Run(args, new CommandContext(stdout, stderr, IsOutTerminal: false, IsErrorTerminal: false, cancel));

    /// <summary>Runs one command.</summary>
    public static int Run(IReadOnlyList<string> args, CommandContext context)
    {
        try
        {
            ParseResult parsed = Root(context).Parse(args);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction and not HelpWithExamples)
            {
                foreach (string problem in Problems(parsed))
                    context.Error.WriteLine($"error: {problem}");
                context.Error.WriteLine($"Try '{CommandPath(parsed)} --help'.");
                return ExitCode.Usage;
            }
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = context.Out,
                Error = context.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception problem)
        {
            return Report(problem, context);
        }
    }

    /// <summary>Parses a line without running it.</summary>
    internal static ParseResult Parse(IReadOnlyList<string> args) =>
        Root(CommandContext.Silent).Parse(args);

    private static RootCommand Root(CommandContext context)
    {
        var root = new RootCommand("Trains, prunes and inspects binary neural networks, and writes the C# that they compile to.");
        root.Add(TrainCommand.Create(context));
        root.Add(ResumeCommand.Create(context));
        root.Add(ExperimentCommand.Create(context));
        root.Add(CardCommand.Create(context));
        root.Add(PruneCommand.Create(context));
        root.Add(FlipsCommand.Create(context));
        root.Add(CompressCommand.Create(context));
        root.Add(SensitivityCommand.Create(context));
        root.Add(ShrinkCommand.Create(context));
        root.Add(EvalCommand.Create(context));
        root.Add(InspectCommand.Create(context));
        root.Add(BenchTrainCommand.Create(context));
        root.Add(EmitCommand.Create(context));
        root.Add(DataCommand.Create(context));
        root.Add(ReportCommand.Create(context));
        foreach (Command command in root.Subcommands)
            RefuseEmptyWords(command);
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static void RefuseEmptyWords(Command command)
    {
        foreach (Option option in command.Options)
            option.Validators.Add(result => Check(option.Name, result));
        foreach (Argument argument in command.Arguments)
            argument.Validators.Add(result => Check(argument.Name, result));

        static void Check(string name, SymbolResult result)
        {
            if (result.Tokens.Any(token => token.Value.Length == 0))
                result.AddError($"{name} must not be empty.");
        }
    }

    private static IEnumerable<string> Problems(ParseResult parsed)
    {
        // An option that is not known is taken for an argument, and would be blamed for what it is not.
        if (parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal)) is { } unknown)
            return [$"{CommandPath(parsed)} has no option '{unknown.Value}'."];
        if (parsed.CommandResult.Command is not RootCommand root)
            return parsed.Errors.Select(error => error.Message).Distinct();
        string commands = string.Join(", ", root.Subcommands.Select(command => command.Name));
        return [parsed.UnmatchedTokens.Count == 0
            ? $"which command? There are {commands}."
            : $"'{parsed.UnmatchedTokens[0]}' is no command; there are {commands}."];
    }

    private static string CommandPath(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "bnn" : $"bnn {parsed.CommandResult.Command.Name}";

    // Every error becomes one clear line, but for a fault of this program, whose trace is wanted in a report.
    private static int Report(Exception problem, CommandContext context)
    {
        if (problem is OperationCanceledException)
        {
            context.Stop.TellOnce(context.Error.WriteLine);
            return ExitCode.Cancelled;
        }
        (int code, string text) = problem switch
        {
            UsageException => (ExitCode.Usage, problem.Message),
            InvalidDataException or ModelFileException => (ExitCode.BadInput, problem.Message),
            IOException or UnauthorizedAccessException => (ExitCode.InputOutput, FromHere(problem.Message)),
            _ => (ExitCode.Internal, $"this is a fault of bnn, please report it: {problem}"),
        };
        // The errors of a model file have the form of a compiler's already: path(line,column): error BNN0xx: ...
        context.Error.WriteLine(problem is ModelFileException ? text : $"error: {text}");
        return code;
    }

    // The system names whole paths; the user gave them from the current folder.
    private static string FromHere(string message) =>
        message.Replace(Environment.CurrentDirectory + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
}
