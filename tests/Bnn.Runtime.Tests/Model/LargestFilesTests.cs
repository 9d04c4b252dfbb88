using System.Diagnostics;
using Bnn.Model;
using Xunit.Abstractions;

namespace Bnn.Runtime.Tests.Model;

/// <summary>Any file of 32 Mi characters is answered soon, in little memory, and reading it can be stopped.</summary>
public class LargestFilesTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. LargestFiles.All.Keys];

    [Theory, MemberData(nameof(Names))]
    public void A_file_of_the_largest_size_is_answered_soon_in_little_memory_and_can_be_stopped(string name)
    {
        string text = LargestFiles.All[name]();
        Assert.InRange(text.Length, ModelCaps.FileLength * 0.9, ModelCaps.FileLength);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var clock = new Clock();
        ReadResult result = BnnReader.Read(text);
        TimeSpan time = clock.Elapsed;
        double memory = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)text.Length;
        TimeSpan stop = TimeSpan.Zero;
        foreach (double share in (double[])[0.25, 0.75])
        {
            if (TimeToStop(text, time * share) is var taken && taken > stop)
                stop = taken;
        }
        output.WriteLine($"{name}: {time.TotalMilliseconds:F0} ms, {memory:F1} bytes a character, stops after {stop.TotalMilliseconds:F0} ms, "
            + $"{result.Errors.Length} errors{string.Concat(result.Errors.Take(1).Select(error => error.Describe(", the first ")))}");

        Assert.Equal(result.Network is null, result.Errors.Length > 0);
        Assert.InRange(memory, 0, 8);
        // The bounds meant are 2 s and 0.1 s; what is asserted allows for a slow machine, and for tests beside this one.
        Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromSeconds(6));
        Assert.InRange(stop, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    // Wall clock and time of the processor bound what a thread spent; other programs lengthen the one, other tests the other.
    private sealed class Clock
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly TimeSpan _used = Environment.CpuUsage.TotalTime;

        public TimeSpan Elapsed =>
            Stopwatch.GetElapsedTime(_start) is var wall && Environment.CpuUsage.TotalTime - _used is var used && used < wall ? used : wall;
    }

    // From the moment when the token is cancelled to the end of reading.
    private static TimeSpan TimeToStop(string text, TimeSpan after)
    {
        using var source = new CancellationTokenSource();
        Clock? cancelled = null;
        var timer = new Timer(_ =>
        {
            Volatile.Write(ref cancelled, new());
            source.Cancel();
        }, null, after, Timeout.InfiniteTimeSpan);
        try
        {
            BnnReader.Read(text, source.Token);
        }
        catch (OperationCanceledException)
        {
            return Volatile.Read(ref cancelled)!.Elapsed;
        }
        finally
        {
            // A callback that has begun must end before the source is gone: what it threw would end the process.
            using var ended = new ManualResetEvent(false);
            timer.Dispose(ended);
            ended.WaitOne();
        }
        return TimeSpan.Zero;
    }
}
