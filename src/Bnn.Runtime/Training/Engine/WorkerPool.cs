using System.Runtime.ExceptionServices;

namespace Bnn.Training;

/// <summary>Threads that stay, and share the tasks of one phase after the other; waiting spins for a moment before it blocks.</summary>
/// <remarks>
/// Which thread takes which task is left to chance. So a task may write only what no other task of its phase reads or writes, and
/// sums are taken inside one task in a fixed order: then no bit depends on the number of threads. <see cref="Run"/> allocates nothing.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    private const int SpinCount = 200;
    private readonly Thread[] _helpers;
    private readonly ManualResetEventSlim[] _starts;
    private readonly ManualResetEventSlim _finished = new(false, SpinCount);
    private Action<int, int>? _body;
    private TrainingPhase _phase;
    private Exception? _failure;
    private int _tasks;
    private int _next;
    private int _busy;

    /// <summary>Starts the threads beyond the caller's own.</summary>
    /// <param name="threads">At least 1; 0: as many as the machine has processors.</param>
    public WorkerPool(int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Active = Threads = threads == 0 ? Environment.ProcessorCount : threads;
        _starts = new ManualResetEventSlim[Threads - 1];
        _helpers = new Thread[Threads - 1];
        for (int i = 0; i < _helpers.Length; i++)
        {
            int worker = i + 1;
            _starts[i] = new(false, SpinCount);
            _helpers[i] = new Thread(() => Help(worker)) { IsBackground = true, Name = FormattableString.Invariant($"bnn worker {worker}") };
            _helpers[i].Start();
        }
    }

    /// <summary>Number of threads, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Threads that take tasks, at most <see cref="Threads"/>. Set it between phases.</summary>
    public int Active { get; set; }

    /// <summary>Tells the phases apart; null: nobody asks. Set it between phases.</summary>
    public PhaseClock? Clock { get; set; }

    /// <summary>Runs all tasks of a phase.</summary>
    /// <param name="tasks">Number of tasks.</param>
    /// <param name="body">Called with a task in [0, tasks) and the worker in [0, <see cref="Threads"/>) that runs it.</param>
    /// <param name="phase">What the tasks do, unless they say otherwise.</param>
    /// <remarks>Returns when all are done. Not reentrant. An exception of a task is thrown here, after the others have ended.</remarks>
    public void Run(int tasks, Action<int, int> body, TrainingPhase phase = TrainingPhase.Other)
    {
        int helpers = Math.Min(Active, tasks) - 1;
        (_body, _phase, _tasks, _next, _busy) = (body, phase, tasks, 0, helpers);
        for (int i = 0; i < helpers; i++)
            _starts[i].Set();
        Work(worker: 0);
        if (helpers > 0)
        {
            _finished.Wait();
            _finished.Reset();
        }
        Clock?.Enter(0, TrainingPhase.Other);
        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the threads. Call it between phases.</summary>
    public void Dispose()
    {
        _body = null;
        foreach (ManualResetEventSlim start in _starts)
            start.Set();
        foreach (Thread helper in _helpers)
            helper.Join();
        foreach (ManualResetEventSlim start in _starts)
            start.Dispose();
        _finished.Dispose();
    }

    private void Help(int worker)
    {
        ManualResetEventSlim start = _starts[worker - 1];
        while (true)
        {
            start.Wait();
            start.Reset();
            if (_body is null)
                return;
            Work(worker);
            if (Interlocked.Decrement(ref _busy) == 0)
                _finished.Set();
        }
    }

    private void Work(int worker)
    {
        try
        {
            for (int task; (task = Interlocked.Increment(ref _next) - 1) < _tasks;)
            {
                Clock?.Enter(worker, _phase);
                _body!(task, worker);
            }
            Clock?.Enter(worker, TrainingPhase.Waiting);
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            Volatile.Write(ref _next, _tasks);
        }
    }
}
