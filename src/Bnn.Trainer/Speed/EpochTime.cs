using Bnn.Training;

namespace Bnn.Trainer.Speed;

/// <summary>How long an epoch of a run takes here, by some of its steps.</summary>
internal static class EpochTime
{
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(0.7);
    private static readonly TimeSpan s_measured = TimeSpan.FromSeconds(1.3);
    private const int LeastSteps = 3;

    /// <summary>Seconds of an epoch, validation included; the run is spoilt by it.</summary>
    /// <param name="run">A run to throw away.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancel">Looked at before each step.</param>
    public static double Measure(TrainingRun run, TimeProvider clock, CancellationToken cancel)
    {
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
