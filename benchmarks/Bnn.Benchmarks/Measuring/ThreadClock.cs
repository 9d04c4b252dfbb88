using System.Runtime.InteropServices;

namespace Bnn.Benchmarks.Measuring;

/// <summary>Processor time of the calling thread: what other threads and programs do meanwhile does not count.</summary>
/// <remarks>Linux has a clock for it; elsewhere the time of the process is taken, which background compilation adds to.</remarks>
internal static class ThreadClock
{
    private const int ThreadProcessorTime = 3;

    /// <summary>Nanoseconds since some moment.</summary>
    public static double Now => OperatingSystem.IsLinux() && GetTime(ThreadProcessorTime, out Time time) == 0
        ? (time.Seconds * 1e9) + time.Nanoseconds
        : Environment.CpuUsage.TotalTime.TotalNanoseconds;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
