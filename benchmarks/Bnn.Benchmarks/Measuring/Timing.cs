using System.Diagnostics;
using Bnn.Trainer.Plans;

namespace Bnn.Benchmarks.Measuring;

/// <summary>Times several pieces of code side by side, by processor time of this thread: medians over rounds in which each has its turn.</summary>
internal static class Timing
{
    /// <summary>Passes of 100 ms and more that take new code past the runtime's tiers, if little else runs: mlp-s had half of its speed for 0.3 to 1.3 s.</summary>
    public const int PassesOfNewCode = 14;

    /// <summary>Median nanoseconds of a run of each, and of a cycle of the processor in the same rounds.</summary>
    /// <param name="runs">What is timed; each is run until it is past the runtime's tiers of compilation.</param>
    /// <param name="milliseconds">Processor time to spend on each, in all rounds together, give or take; a run is never cut.</param>
    /// <param name="rounds">Most rounds; fewer, but at least three, where one run takes long.</param>
    /// <param name="warm">Milliseconds to run each before.</param>
    /// <param name="passes">Least number of passes over all of them before; <see cref="PassesOfNewCode"/> for code that has not run yet.</param>
    public static (double[] Times, double Cycle) Medians(IReadOnlyList<Action> runs, double milliseconds, int rounds, double warm = 150, int passes = 2)
    {
        Action[] all = [.. runs, CycleClock.Run];
        double[] once = Warm(all, warm, passes);
        int[] repeats = [.. once.Select(time => Math.Max(1, (int)(milliseconds * 1e6 / rounds / Math.Max(time, 1))))];
        int[] turns = [.. once.Select(time => (int)Math.Clamp(milliseconds * 1e6 / Math.Max(time, 1), 3, rounds))];
        var times = all.Select(_ => new List<double>()).ToArray();
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < all.Length; i++)
            {
                // Those with fewer turns have them spread over the rounds.
                if ((round + 1) * turns[i] / rounds > round * turns[i] / rounds)
                    times[i].Add(Time(all[i], repeats[i]));
            }
        }
        double[] medians = [.. times.Select(Median)];
        return (medians[..^1], medians[^1] / CycleClock.Cycles);
    }

    // The runtime compiles better code in the background, some 100 ms after the last new method was called 30 times, first with counters and then again, and
    // later on a busy machine: so until nothing has become faster two times in a row.
    private static double[] Warm(Action[] runs, double milliseconds, int passes)
    {
        double[] least = [.. runs.Select(run => Quick(run, milliseconds))];
        for (int pass = 0, still = 0; pass < 30 && (pass < passes || still < 2); pass++)
        {
            Thread.Sleep(100);
            double[] now = [.. runs.Select((run, i) => least[i] > milliseconds * 1e6 ? least[i] : Quick(run, milliseconds / 10))];
            still = now.Zip(least).All(pair => pair.First > 0.93 * pair.Second) ? still + 1 : 0;
            least = [.. now.Zip(least, Math.Min)];
        }
        return least;
    }

    /// <summary>Least nanoseconds of a run within about so many milliseconds, but two runs.</summary>
    public static double Quick(Action run, double milliseconds)
    {
        double least = double.MaxValue;
        long from = Stopwatch.GetTimestamp();
        int runs = 0;
        while (runs++ < 2 || Stopwatch.GetElapsedTime(from).TotalMilliseconds < milliseconds)
            least = Math.Min(least, Time(run, 1));
        return least;
    }

    /// <summary>Bytes that a run allocates on this thread, once warm.</summary>
    public static long Allocated(Action run)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>The middle one of some numbers, or the mean of the two in the middle.</summary>
    public static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double Time(Action run, int repeats)
    {
        double from = ThreadClock.Now;
        for (int i = 0; i < repeats; i++)
            run();
        return (ThreadClock.Now - from) / repeats;
    }
}
