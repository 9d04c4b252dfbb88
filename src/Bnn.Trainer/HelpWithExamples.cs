using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Bnn.Trainer;

/// <summary>A command that knows lines worth typing.</summary>
internal sealed class CommandWithExamples(string name, string description, IReadOnlyList<string> examples) : Command(name, description)
{
    /// <summary>Whole lines, beginning with <c>bnn</c>.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>The usual help, and below it the examples of the command, or the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private const string Rest = """
        Data:
          DATASET is a known set (bnn data lists them) or data of your own, such as images:photos or table:digits.csv. Known sets are looked for
          in --data-dir, in the folder of the environment variable BNN_DATA and in the cache, and else downloaded, unless you say --offline.

        Exit codes:
          0 ok   1 wrong usage   2 bad data or model   3 a check failed   4 a file cannot be read or written   130, 143 stopped

        Start with:
          bnn train fashion-mnist --out runs/fashion
        """;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        TextWriter to = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is CommandWithExamples command)
        {
            to.WriteLine("Examples:");
            foreach (string example in command.Examples)
                to.WriteLine($"  {example}");
            to.WriteLine();
        }
        else
        {
            to.WriteLine(Rest);
            to.WriteLine();
        }
        return ExitCode.Ok;
    }
}
