using System.Diagnostics;
using Bnn.Trainer.Plans;
using Bnn.Training;

namespace Bnn.Trainer.Speed;

/// <summary>How fast a network is trained here.</summary>
/// <param name="Network">The network.</param>
/// <param name="Layers">Its layers with weights.</param>
/// <param name="Batch">Images of a step.</param>
/// <param name="Threads">Of <paramref name="Many"/>.</param>
/// <param name="Rounds">Rounds whose median is told.</param>
/// <param name="One">With one thread.</param>
/// <param name="Many">With all threads.</param>
/// <param name="Limit">Operations that one thread could do in a second of processor time, in the same rounds.</param>
/// <param name="Seconds">Of all threads for an image in each phase of each layer, by the clock, in the fastest round; <c>[layers][phases]</c>.</param>
/// <param name="Memory">Largest working set of the process in these rounds, bytes.</param>
internal sealed record SpeedMeasurement(
    SpeedNetwork Network, IReadOnlyList<TrainingLayer> Layers, int Batch, int Threads, int Rounds, StepSpeed One, StepSpeed Many, double Limit,
    double[][] Seconds, long Memory)
{
    private const int LeastRounds = 3;
    private static readonly TimeSpan s_part = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(0.01);

    /// <summary>Floating-point operations of an image.</summary>
    public long Operations => Layers.Sum(layer => layer.Operations);

    /// <summary>Operations in a second of processor time, with one thread.</summary>
    public double Rate => Operations / One.ProcessorSeconds;

    /// <summary>Measures: round after round the limit, one thread, all threads, and all threads with timestamps take their turns.</summary>
    /// <param name="network">What to train.</param>
    /// <param name="batch">Images of a step; null: the usual.</param>
    /// <param name="threads">0: one per processor.</param>
    /// <param name="time">Of the rounds; at least three are made.</param>
    /// <param name="cancel">Looked at between two parts of a round.</param>
    /// <exception cref="ArgumentException">The network does not fit its input.</exception>
    public static SpeedMeasurement Of(SpeedNetwork network, int? batch, int threads, TimeSpan time, CancellationToken cancel)
    {
        // What an earlier network left behind is not this one's memory.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TrainingOptions options = batch is { } size ? network.Options with { BatchSize = size } : network.Options;
        using var trial = new TrainingTrial(options, network.Input, SpeedNetwork.Classes, threads);
        int all = trial.Threads;
        Stretch warm = Stretch.Of(() => trial.Run(2, all), cancel);
        for (TimeSpan warmed = default; warmed < 4 * s_part; warmed += warm.Clock)
            warm = Stretch.Of(() => trial.Run(2, all, inPhases: true), cancel);
        int steps = (int)Math.Max(1, Math.Ceiling(s_part / warm.Clock * 2));
        int limits = (int)Math.Max(1, s_limit / Stretch.Of(MultiplyAddLimit.Run, cancel).Clock);

        List<double> limit = [];
        List<Stretch> one = [], many = [];
        List<double[]> seconds = [];
        double images = (double)steps * trial.BatchSize;
        long memory = 0;
        var watch = Stopwatch.StartNew();
        while (limit.Count < LeastRounds || watch.Elapsed < time)
        {
            Stretch limited = Stretch.Of(() => Repeat(MultiplyAddLimit.Run, limits), cancel);
            limit.Add(limits * MultiplyAddLimit.Operations / limited.Processor.TotalSeconds);
            one.Add(Stretch.Of(() => trial.Run(steps, 1), cancel));
            if (all > 1)
                many.Add(Stretch.Of(() => trial.Run(steps, all), cancel));
            seconds.Add([.. trial.Run(steps, all, inPhases: true).SelectMany(layer => layer.Select(value => value / images))]);
            memory = Math.Max(memory, Environment.WorkingSet);
        }
        int phases = seconds[0].Length / trial.Layers.Count;
        StepSpeed single = StepSpeed.Of(one, images);
        return new(
            network, trial.Layers, trial.BatchSize, all, limit.Count, single, all > 1 ? StepSpeed.Of(many, images) : single, Plans.Rounds.Median(limit),
            [.. seconds.MinBy(round => round.Sum())!.Chunk(phases)], memory);
    }

    private static void Repeat(Action run, int times)
    {
        for (int i = 0; i < times; i++)
            run();
    }
}

/// <summary>The speed of steps with some number of threads.</summary>
/// <param name="ImagesPerSecond">By the clock, median of the rounds.</param>
/// <param name="Fastest">By the clock, the fastest round: what other work on the machine disturbed least.</param>
/// <param name="ProcessorSeconds">Of all threads for an image, median.</param>
internal sealed record StepSpeed(double ImagesPerSecond, double Fastest, double ProcessorSeconds)
{
    /// <summary>From the stretches of all rounds.</summary>
    public static StepSpeed Of(IReadOnlyList<Stretch> rounds, double images) => new(
        images / Rounds.Median(rounds.Select(round => round.Clock.TotalSeconds)), images / rounds.Min(round => round.Clock.TotalSeconds),
        Rounds.Median(rounds.Select(round => round.Processor.TotalSeconds)) / images);
}

/// <summary>Times of some work.</summary>
/// <param name="Clock">By the clock.</param>
/// <param name="Processor">Of all threads of the process.</param>
internal readonly record struct Stretch(TimeSpan Clock, TimeSpan Processor)
{
    /// <summary>Does the work.</summary>
    public static Stretch Of(Action work, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        long from = Stopwatch.GetTimestamp();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        work();
        processor = Environment.CpuUsage.TotalTime - processor;
        return new(Stopwatch.GetElapsedTime(from), processor);
    }
}
