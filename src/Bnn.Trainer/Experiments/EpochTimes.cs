using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>How long an epoch of a run takes here: by its own epochs, by runs that take the same time, or by some steps that are tried.</summary>
internal sealed class EpochTimes(DataShelf data, Machine machine, TimeProvider clock, CancellationToken cancel)
{
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(0.7);
    private static readonly TimeSpan s_measured = TimeSpan.FromSeconds(1.3);
    private const int LeastSteps = 3;

    private readonly Dictionary<TimeClass, double> _seconds = [];

    /// <summary>Takes note of what a run took, if it ran on a machine like this one.</summary>
    public void Learn(PlannedRun run, RunTime time, Machine on)
    {
        if (time.Epochs == 0 || on != machine)
            return;
        lock (_seconds)
            _seconds[run.TimeClass] = time.EpochSeconds;
    }

    /// <summary>Seconds of an epoch, if they are known already.</summary>
    public double? Known(PlannedRun run)
    {
        lock (_seconds)
            return _seconds.TryGetValue(run.TimeClass, out double seconds) ? seconds : null;
    }

    /// <summary>Seconds of an epoch. Of a run that starts from another one it is the parent's until it is known: it cannot be measured before.</summary>
    public double Of(PlannedRun run)
    {
        if (Known(run) is { } known)
            return known;
        if (run.Parent is { } parent)
            return Of(parent);
        double seconds = Measure(run);
        lock (_seconds)
            return _seconds[run.TimeClass] = seconds;
    }

    private double Measure(PlannedRun planned)
    {
        using TrainingRun run = planned.Arm.Variant.Method.Start(planned.Recipe, data.Train(planned.Arm.Data), parent: null, machine.Threads);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        long start = clock.GetTimestamp();
        var ends = new List<double>(); // of the steps, in seconds
        int warm = 0;
        try
        {
            run.RunEpoch(Step, enough.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Wanted.
        }
        int first = warm > 0 && warm + LeastSteps < ends.Count ? warm : ends.Count / 2; // an epoch may be too short to warm up
        double step = ends.Count == 1 ? ends[0] : (ends[^1] - ends[first - 1]) / (ends.Count - first);
        // A held-out sample goes forward only, which is a third of the work.
        return step * run.StepsPerEpoch * (1 + (run.Split.Validation.Count / (3.0 * run.Split.Training.Count)));

        void Step(TrainingProgress progress)
        {
            TimeSpan elapsed = clock.GetElapsedTime(start);
            ends.Add(elapsed.TotalSeconds);
            if (warm == 0 && elapsed >= s_warm)
                warm = ends.Count;
            if (warm > 0 && ends.Count >= warm + LeastSteps && elapsed >= s_warm + s_measured)
                enough.Cancel();
        }
    }
}
