using Bnn.Trainer.Speed;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>How long an epoch of a run takes here: by its own epochs, by runs that take the same time, or by some steps that are tried.</summary>
internal sealed class EpochTimes(DataShelf data, Machine machine, TimeProvider clock, CancellationToken cancel)
{
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
        return EpochTime.Measure(run, clock, cancel);
    }
}
