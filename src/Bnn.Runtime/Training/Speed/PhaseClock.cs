using System.Diagnostics;

namespace Bnn.Training;

/// <summary>Time of each worker in each phase of each layer, by the clock: a worker is in one phase until it enters another.</summary>
/// <remarks>A timestamp takes some 20 ns, so a phase should be entered for microseconds. Without a clock nothing is measured and nothing lost.</remarks>
internal sealed class PhaseClock(int workers, int layers)
{
    private const int Phases = (int)TrainingPhase.Waiting + 1;
    private readonly Worker[] _workers = Enumerable.Range(0, workers).Select(_ => new Worker(layers)).ToArray();

    /// <summary>The layer that all workers are at. Set it between phases.</summary>
    public int Layer { get; set; }

    /// <summary>Forgets all times; everybody but worker 0 waits.</summary>
    public void Restart()
    {
        for (int worker = 0; worker < workers; worker++)
        {
            _workers[worker].Ticks.AsSpan().Clear();
            (_workers[worker].Since, _workers[worker].Current) = (Stopwatch.GetTimestamp(), (int)(worker == 0 ? TrainingPhase.Other : TrainingPhase.Waiting));
        }
    }

    /// <summary>Ends the phase that the worker was in.</summary>
    public void Enter(int worker, TrainingPhase phase)
    {
        long now = Stopwatch.GetTimestamp();
        Worker of = _workers[worker];
        of.Ticks[of.Current] += now - of.Since;
        (of.Since, of.Current) = (now, (Layer * Phases) + (int)phase);
    }

    /// <summary>Seconds of the first <paramref name="active"/> workers together, up to now, <c>[layers][phases]</c>. Call it between phases.</summary>
    public double[][] Seconds(int active)
    {
        double[][] seconds = Enumerable.Range(0, layers).Select(_ => new double[Phases]).ToArray();
        for (int worker = 0; worker < active; worker++)
        {
            Worker of = _workers[worker];
            of.Ticks[of.Current] += Stopwatch.GetTimestamp() - of.Since;
            for (int i = 0; i < of.Ticks.Length; i++)
                seconds[i / Phases][i % Phases] += of.Ticks[i] / (double)Stopwatch.Frequency;
        }
        return seconds;
    }

    // An object of its own for each, so that no worker writes into another's cache line.
    private sealed class Worker(int layers)
    {
        public long[] Ticks { get; } = new long[layers * Phases];

        public long Since { get; set; }

        public int Current { get; set; }
    }
}
