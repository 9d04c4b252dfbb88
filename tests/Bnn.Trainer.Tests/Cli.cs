using System.Text.Json;

namespace Bnn.Trainer.Tests;

/// <summary>Runs the command line in this process and keeps what it said.</summary>
internal sealed record Cli(int Exit, string Out, string Error)
{
    public static Cli Run(params string[] args) => Run(CancellationToken.None, args);

    public static Cli Run(CancellationToken cancel, params string[] args)
    {
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();
        int exit = BnnCommandLine.Run(args, stdout, stderr, cancel);
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
