using System.Diagnostics;

namespace Bnn.Trainer.Tests;

/// <summary>The program as a process of its own: for signals, closed pipes and devices.</summary>
internal static class BnnProcess
{
    /// <summary>Starts <c>bnn</c> with both outputs redirected to this test.</summary>
    public static Process Start(params string[] args) => Start(new ProcessStartInfo("dotnet", [Program, .. args]));

    /// <summary>Runs a line of a shell in which <c>$BNN</c> stands for the program.</summary>
    public static (int Exit, string Out, string Error) Shell(string line)
    {
        using Process process = Start(new ProcessStartInfo("bash", ["-c", line]) { Environment = { ["BNN"] = $"dotnet {Program}" } });
        Task<string> stderr = process.StandardError.ReadToEndAsync();
        string stdout = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, stdout, stderr.Result);
    }

    /// <summary>Sends a signal, for example <c>INT</c>.</summary>
    public static void Signal(Process process, string signal)
    {
        using Process kill = Process.Start("bash", ["-c", $"kill -{signal} {process.Id}"]);
        kill.WaitForExit();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "bnn.dll");

    private static Process Start(ProcessStartInfo info)
    {
        info.RedirectStandardOutput = true;
        info.RedirectStandardError = true;
        return Process.Start(info)!;
    }
}
