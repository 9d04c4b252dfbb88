using System.Diagnostics;
using System.Runtime.Intrinsics;
using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Emit;
using Bnn.Generator.Compiler.Planning;

namespace Bnn.Trainer.Plans;

/// <summary>The measured time of a call.</summary>
/// <param name="Method"><c>Predict</c> or <c>PredictBatch</c>.</param>
/// <param name="Samples">Samples that a call takes.</param>
/// <param name="Nanoseconds">Of a sample, median over the turns that count.</param>
/// <param name="Estimate">Cycles of a sample by the cost model, on this processor's tier.</param>
/// <param name="Turns">All turns; a turn repeats short calls.</param>
/// <param name="Counted">Those that had the core to themselves, at least three.</param>
internal sealed record CallTime(string Method, int Samples, double Nanoseconds, double Estimate, int Turns, int Counted);

/// <summary>The measured time of a stretch of one sample.</summary>
/// <param name="Part">Its layers.</param>
/// <param name="Nanoseconds">Median over the turns that count, without the cost of the timestamps; at least <see cref="PlanMeasurement.LeastNanoseconds"/>.</param>
/// <param name="Estimate">Cycles by the cost model, on this processor's tier.</param>
internal sealed record PartTime(TimedPart Part, double Nanoseconds, double Estimate);

/// <summary>What a compiled plan takes in this process.</summary>
/// <param name="Tier">Index of this processor's vectors in <see cref="LaneTier.All"/>.</param>
/// <param name="Images">What was classified, in words.</param>
/// <param name="AdditionsPerCycle">What the core did in the quietest moment.</param>
/// <param name="NanosecondsOfCycle">By a chain of multiplications in the same rounds.</param>
/// <param name="CompileMilliseconds">Of the C# compiler, for two classes.</param>
/// <param name="AssemblyBytes">Of both classes.</param>
/// <param name="FirstMilliseconds">The first <c>Predict</c>: what the JIT does and what is made once, too.</param>
/// <param name="FirstBatchMilliseconds">The first <c>PredictBatch</c>, of as many samples as the largest in <paramref name="Calls"/>.</param>
/// <param name="Calls">Whole calls.</param>
/// <param name="Parts">One sample in parts.</param>
internal sealed record PlanMeasurement(
    int Tier, string Images, double AdditionsPerCycle, double NanosecondsOfCycle, double CompileMilliseconds, long AssemblyBytes,
    double FirstMilliseconds, double FirstBatchMilliseconds, IReadOnlyList<CallTime> Calls, IReadOnlyList<PartTime> Parts)
{
    /// <summary>What a part is said to take if it takes less than the clock can tell.</summary>
    public const double LeastNanoseconds = 1;

    private const long MostBytes = 1 << 28;
    private static readonly int[] s_batches = [1, 64, 4096];

    /// <summary>Most images that are classified by one call.</summary>
    public static int MostSamples => s_batches.Max();

    /// <summary>Compiles a plan and measures it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">What it was made with.</param>
    /// <param name="model">The model that was planned.</param>
    /// <param name="images">What to classify.</param>
    /// <param name="cancel">Checked between two calls.</param>
    /// <exception cref="Bnn.Storage.ModelFileException">The model holds more constants than can be compiled.</exception>
    public static PlanMeasurement Of(Plan plan, CompileSettings settings, ModelInput model, MeasuredImages images, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        using var assembly = ModelAssembly.Compile(plan, settings, model, cancel);
        double compiled = watch.Elapsed.TotalMilliseconds;
        int[] batches = [.. s_batches.Where(samples => samples == 1 || (long)samples * plan.Network.InputLength <= MostBytes)];
        var classes = new int[batches.Max()];
        int length = plan.Network.InputLength, next = 0, timedCalls = 0;
        byte[] pixels = images.Take(classes.Length * length);
        double first = Milliseconds(() => assembly.Predict(One()));
        double firstBatch = Milliseconds(() => assembly.PredictBatch(pixels, classes));

        TimedPart[] parts = [.. new RunTimes(plan).Parts];
        var ticks = new long[parts.Length + 1]; // the last one: those of a timestamp itself
        Action[] runs =
        [
            CycleClock.Run,
            () => assembly.Predict(One()),
            .. batches.Select<int, Action>(samples => () => assembly.PredictBatch(Some(samples), classes.AsSpan(0, samples))),
            Timed,
        ];
        var rounds = new Rounds(runs);
        rounds.Warm(cancel);
        var partTurns = new List<double[]>();
        NextTurn();
        rounds.Run(run => { if (run == runs.Length - 1) partTurns.Add(NextTurn()); }, cancel);

        int tier = Vector512.IsHardwareAccelerated ? 0 : Vector256.IsHardwareAccelerated ? 1 : 2;
        PlanCosts costs = PlanCosts.Of(plan);
        double cycle = rounds.Nanoseconds(0) / CycleClock.Cycles;
        double[][] counted = [.. rounds.Counted(runs.Length - 1).Select(turn => partTurns[turn])];
        double timestamp = Plans.Rounds.Median(counted.Select(turn => turn[parts.Length]));
        return new(tier, images.Description, CoreProbe.Additions * cycle / rounds.Probe, cycle, compiled, assembly.Bytes, first, firstBatch,
            [
                new("Predict", 1, rounds.Nanoseconds(1), costs.Sample(tier), rounds.Count(1), rounds.Counted(1).Count),
                .. batches.Select((samples, i) =>
                    new CallTime("PredictBatch", samples, rounds.Nanoseconds(2 + i) / samples, Estimate(plan, costs, tier, samples), rounds.Count(2 + i), rounds.Counted(2 + i).Count)),
            ],
            [
                .. parts.Select((part, i) => new PartTime(
                    part, Math.Max(LeastNanoseconds, Plans.Rounds.Median(counted.Select(turn => turn[i])) - timestamp), Estimate(costs, tier, part))),
            ]);

        // Each time another image, so that branches are not learnt by heart.
        ReadOnlySpan<byte> One() => Some(1);

        ReadOnlySpan<byte> Some(int samples)
        {
            next = (next + 1) % classes.Length;
            return pixels.AsSpan(next % (classes.Length / samples) * samples * length, samples * length);
        }

        void Timed()
        {
            assembly.PredictTimed(One());
            long[] times = assembly.Times;
            for (int i = 0; i < parts.Length; i++)
                ticks[i] += times[i + 1] - times[i];
            times[0] = Stopwatch.GetTimestamp();
            times[1] = Stopwatch.GetTimestamp();
            ticks[parts.Length] += times[1] - times[0];
            timedCalls++;
        }

        double[] NextTurn()
        {
            double[] nanoseconds = [.. ticks.Select(sum => sum * 1e9 / Stopwatch.Frequency / timedCalls)];
            Array.Clear(ticks);
            timedCalls = 0;
            return nanoseconds;
        }
    }

    private static double Estimate(PlanCosts costs, int tier, TimedPart part) =>
        part.First < 0 ? costs.Besides[tier] : costs.Layers.Skip(part.First).Take(part.Last + 1 - part.First).Sum(layer => layer.Sample[tier]);

    // A register costs the same however many of its lanes hold a sample.
    private static double Estimate(Plan plan, PlanCosts costs, int tier, int samples)
    {
        if (plan.Batch.Input is not { } input || samples < plan.Batch.LeastOn(LaneTier.All[tier]))
            return costs.Sample(tier);
        return samples < BatchPlan.LeastLanes
            ? BatchPlan.Of(plan.Compact, input, LaneTier.All[tier], BatchPlan.LeastLanes) * BatchPlan.LeastLanes / samples
            : costs.OfBatch(tier);
    }

    private static double Milliseconds(Action run)
    {
        var watch = Stopwatch.StartNew();
        run();
        return watch.Elapsed.TotalMilliseconds;
    }
}
