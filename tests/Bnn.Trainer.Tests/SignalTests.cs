using System.Diagnostics;

namespace Bnn.Trainer.Tests;

/// <summary>Ctrl-C and the termination signal, sent to a real process.</summary>
public sealed class SignalTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2); // a second, and another for a busy machine
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();

    public SignalTests() => SyntheticDigits.WriteTo(_folder);

    public void Dispose() => _folder.Dispose();

    [UnixTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_in_training_leaves_a_run_that_resumes_to_the_same_bits(string signal, int exit)
    {
        string whole = _folder.At("whole");
        string parts = _folder.At("parts");
        Assert.Equal(0, Cli.Run(Train(whole)).Exit);

        using Process process = BnnProcess.Start(Train(parts));
        WaitForLine(process, " 2/200");
        (int code, TimeSpan time, string error) = Stop(process, signal);
        Assert.Equal(exit, code);
        Assert.InRange(time, TimeSpan.Zero, Soon);
        string last = error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Matches($"^stopped; [0-9]+ of 200 epochs saved. Go on with: bnn resume {parts}$", last);
        Assert.Equal(["checkpoint.bin", "log.csv", "options.json"], FilesOf(parts));

        Assert.Equal(0, Cli.Run("resume", parts, "--data-dir", _folder.At("data")).Exit);
        foreach (string file in FilesOf(whole))
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, file)), File.ReadAllBytes(Path.Combine(parts, file)));
    }

    [UnixFact]
    public void A_command_that_waits_for_a_pipe_stops_all_the_same()
    {
        using (Process mkfifo = Process.Start("mkfifo", [_folder.At("pipe")]))
            mkfifo.WaitForExit();
        using Process process = BnnProcess.Start("inspect", _folder.At("pipe"));
        WaitUntilIdle(process);
        (int code, TimeSpan time, string error) = Stop(process, "INT");
        Assert.Equal((130, "stopped; nothing was written.\n"), (code, error));
        Assert.InRange(time, TimeSpan.Zero, Soon);
    }

    private string[] Train(string run) =>
    [
        "train", "optdigits", "--out", run, "--arch", "dense-48 dense-32 scores", "--epochs", "200", "--batch", "20", "--encoding", "threshold-8",
        "--data-dir", _folder.At("data"),
    ];

    private static void WaitForLine(Process process, string text)
    {
        while (process.StandardError.ReadLine() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"the process ended without the line '{text}'");
    }

    // Nothing tells that a process has come to open a pipe, but that it has done something and does nothing more.
    private static void WaitUntilIdle(Process process)
    {
        TimeSpan before, used = TimeSpan.Zero;
        do
        {
            before = used;
            Thread.Sleep(TimeSpan.FromSeconds(1));
            process.Refresh();
            used = process.TotalProcessorTime;
        }
        while (used < TimeSpan.FromMilliseconds(50) || used - before > TimeSpan.FromMilliseconds(10));
    }

    private static (int Code, TimeSpan Time, string Error) Stop(Process process, string signal)
    {
        var watch = Stopwatch.StartNew();
        BnnProcess.Signal(process, signal);
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Hang))
        {
            process.Kill();
            Assert.Fail($"the process still ran {Hang} after the signal");
        }
        return (process.ExitCode, watch.Elapsed, error.Result);
    }

    private static string[] FilesOf(string run) => [.. Directory.GetFiles(run).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
