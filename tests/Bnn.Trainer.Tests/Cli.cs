using System.Text.Json;
using Bnn.Trainer.Data;

namespace Bnn.Trainer.Tests;

/// <summary>Runs the command line in this process, without a network or data of the surroundings, and keeps what it said.</summary>
internal sealed record Cli(int Exit, string Out, string Error)
{
    public static Cli Run(params string[] args) => Run(CancellationToken.None, args);

    public static Cli Run(CancellationToken cancel, params string[] args) => Run(new DataEnvironment(null, "/no/cache", IsOffline: true), cancel, args);

    public static Cli Run(DataEnvironment around, CancellationToken cancel, params string[] args) => Run(around, TimeProvider.System, cancel, args);

    /// <summary>With a clock that is not that of the machine, on which other work goes on.</summary>
    public static Cli Run(TimeProvider clock, params string[] args) =>
        Run(new DataEnvironment(null, "/no/cache", IsOffline: true), clock, CancellationToken.None, args);

    private static Cli Run(DataEnvironment around, TimeProvider clock, CancellationToken cancel, params string[] args)
    {
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();
        int exit = BnnCommandLine.Run(args, new CommandContext(stdout, stderr, IsOutTerminal: false, IsErrorTerminal: false, cancel) { Data = around, Clock = clock });
        return new(exit, stdout.ToString(), stderr.ToString());
    }

    public JsonElement Json() => JsonDocument.Parse(Out).RootElement;

    /// <summary>Exit code and a single line of error that contains <paramref name="text"/>; nothing on standard output.</summary>
    public void AssertError(int exit, string text)
    {
        Assert.Equal((exit, ""), (Exit, Out));
        string line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Contains(text, line, StringComparison.Ordinal);
    }
}
