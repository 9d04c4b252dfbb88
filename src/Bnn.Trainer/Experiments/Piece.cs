using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Bnn.Trainer.Reports;

namespace Bnn.Trainer.Experiments;

/// <summary>How much of an experiment is done now, and with what.</summary>
/// <param name="Threads">Of a run; at least 1.</param>
/// <param name="Workers">Runs side by side; at least 1.</param>
/// <param name="Limit">Longest time; null: until all is done.</param>
internal sealed record PieceOptions(int Threads, int Workers, TimeSpan? Limit);

/// <summary>One call of an experiment: does missing runs until all are done or the time is over.</summary>
internal sealed class Piece
{
    private readonly CommandContext _context;
    private readonly PieceOptions _options;
    private readonly long _start;
    private readonly Lock _logGate = new();
    private readonly object _gate = new(); // of all below; pulsed when a run ends
    private readonly Dictionary<string, RunResult> _kept = [];
    private readonly HashSet<PlannedRun> _taken = []; // busy, or not to be tried again in this piece
    private readonly List<PlannedRun> _elsewhere = [];
    private int _busy;
    private bool _isClosed; // nothing more is begun
    private bool _isFailed;
    private bool _hasWorked;

    /// <summary>Looks at what is there.</summary>
    public Piece(CommandContext context, ExperimentPlan plan, DataShelf data, ResultFolder results, WorkFolder work, PieceOptions options)
    {
        (_context, Data, Results, Work, _options) = (context, data, results, work, options);
        _start = Clock.GetTimestamp();
        Machine = Machine.Here(options.Threads);
        Times = new(data, Machine, Clock, context.Cancel);
        Extend(plan);
    }

    /// <summary>All runs.</summary>
    public ExperimentPlan Plan { get; private set; }

    /// <summary>The data.</summary>
    public DataShelf Data { get; }

    /// <summary>Where results are kept.</summary>
    public ResultFolder Results { get; }

    /// <summary>Where runs are worked on.</summary>
    public WorkFolder Work { get; }

    /// <summary>This machine.</summary>
    public Machine Machine { get; }

    /// <summary>What epochs take.</summary>
    public EpochTimes Times { get; }

    /// <summary>Threads of a run.</summary>
    public int Threads => _options.Threads;

    /// <summary>Whether no other run goes on beside one.</summary>
    public bool IsAlone => _options.Workers == 1;

    /// <summary>Measures epochs and the piece.</summary>
    public TimeProvider Clock => _context.Clock;

    /// <summary>Stops at the next step.</summary>
    public CancellationToken Cancel => _context.Cancel;

    /// <summary>Results by key.</summary>
    public IReadOnlyDictionary<string, RunResult> Kept => _kept;

    /// <summary>Runs whose result is kept.</summary>
    public int Done => Plan.Runs.Count(run => IsDone(run));

    /// <summary>Runs that another process was at work on.</summary>
    public int Elsewhere => _elsewhere.Count;

    /// <summary>Takes a plan with more runs; not while runs are worked on.</summary>
    [MemberNotNull(nameof(Plan))]
    public void Extend(ExperimentPlan plan)
    {
        Plan = plan;
        Results.Carried.Restore(plan.Runs, Work);
        foreach (PlannedRun run in plan.Runs)
        {
            if (Results.Find(run) is { } result)
            {
                _kept[run.Key] = result;
                Times.Learn(run, result.Time, result.Machine);
            }
            else if (Work.IsBegun(run))
                Times.Learn(run, Work.Time(run), Machine); // a work folder does not leave its machine
        }
    }

    /// <summary>Whether all that the experiment wants to know of a run is in its result.</summary>
    public bool IsComplete(PlannedRun run, RunResult result) =>
        (result.Test is not null || !Plan.Experiment.ReadsTest) && (!Plan.Experiment.KeepsModels || result.Model is null || Results.FindModel(run) is not null);

    /// <summary>Whether a run that has not begun yet, and will, needs the weights of this one.</summary>
    public bool IsCheckpointWanted(PlannedRun run) => Plan.Runs.Any(child => child.Parent == run && !Work.IsBegun(child) && IsWanted(child));

    /// <summary>Whether there is work to do on a run.</summary>
    public bool IsWanted(PlannedRun run) => !IsDone(run) || (IsCheckpointWanted(run) && !Work.IsFinished(run));

    /// <summary>Runs whose state another machine would need to go on: half-done ones, and those that others start from.</summary>
    public IReadOnlyList<PlannedRun> Unfinished =>
        [.. Plan.Runs.Where(run => Work.IsBegun(run) && ((!IsDone(run) && !IsRandom(run)) || IsCheckpointWanted(run)))];

    /// <summary>Epochs of a run that are still to be done.</summary>
    public int EpochsLeft(PlannedRun run) => IsWanted(run) && !Work.IsFinished(run) ? Math.Max(0, run.Recipe.Epochs - Work.Time(run).Epochs) : 0;

    /// <summary>Time that is still to be spent on all runs.</summary>
    public TimeSpan TimeLeft() =>
        TimeSpan.FromSeconds(Plan.Runs.Where(run => EpochsLeft(run) > 0).Sum(run => EpochsLeft(run) * Times.Of(run)) / _options.Workers);

    /// <summary>Does it.</summary>
    /// <param name="finished">Called behind each run, by one thread at a time.</param>
    public void Run(Action finished)
    {
        if (IsAlone)
        {
            RunAll(finished);
            return;
        }
        Task[] workers = [.. Enumerable.Range(0, _options.Workers).Select(_ => Task.Factory.StartNew(
            () => RunAll(finished), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(workers);
        }
        catch (AggregateException problems)
        {
            Exception? failure = problems.InnerExceptions.FirstOrDefault(problem => problem is not OperationCanceledException);
            ExceptionDispatchInfo.Throw(failure ?? problems.InnerExceptions[0]);
        }
    }

    /// <summary>Whether an epoch fits into what is left; the first one of a piece only must not be longer than the whole piece.</summary>
    /// <exception cref="UsageException">It is: no piece would ever end it.</exception>
    public bool HasTimeFor(double seconds)
    {
        if (_options.Limit is not { } limit)
            return !_isFailed;
        if (seconds > limit.TotalSeconds)
        {
            throw new UsageException(
                $"an epoch takes about {Text.Duration(TimeSpan.FromSeconds(seconds))}, longer than the {Text.Duration(limit)} of a piece; give it more --minutes.");
        }
        bool fits = !_isFailed && (!_hasWorked || Clock.GetElapsedTime(_start).TotalSeconds + seconds <= limit.TotalSeconds);
        _hasWorked = true;
        return fits;
    }

    /// <summary>A line of progress.</summary>
    public void Log(string line)
    {
        lock (_logGate)
            _context.Log(line);
    }

    /// <summary>Writes files that a stop must not interrupt.</summary>
    public void Save(Action write) => _context.Stop.While(
        write, $"stopped; {Done} of {Text.Count(Plan.Runs.Count, "run")} done, and the whole epochs of the others. Go on with the same command.");

    /// <summary>Takes note of a result.</summary>
    public void Keep(PlannedRun run, RunResult result)
    {
        lock (_gate)
            _kept[run.Key] = result;
    }

    private bool IsDone(PlannedRun run)
    {
        lock (_gate)
            return _kept.TryGetValue(run.Key, out RunResult? result) && IsComplete(run, result);
    }

    // Made anew as easily as kept.
    private bool IsRandom(PlannedRun run) => run.Parent is null && Work.Time(run).Epochs == 0;

    private void RunAll(Action finished)
    {
        var worker = new RunWorker(this);
        try
        {
            while (Next() is { } run)
            {
                RunOutcome outcome = worker.Work(run);
                lock (_gate)
                {
                    _busy--;
                    if (outcome == RunOutcome.Elsewhere)
                        _elsewhere.Add(run);
                    _isClosed |= outcome == RunOutcome.OutOfTime;
                    Monitor.PulseAll(_gate);
                    if (outcome == RunOutcome.Finished)
                        finished();
                }
            }
        }
        catch
        {
            lock (_gate)
            {
                (_isFailed, _isClosed, _busy) = (true, true, _busy - 1);
                Monitor.PulseAll(_gate);
            }
            throw;
        }
    }

    // The next run that can be worked on; waits while others may become so; null: there will be none.
    private PlannedRun? Next()
    {
        lock (_gate)
        {
            while (!_isClosed && !Cancel.IsCancellationRequested)
            {
                PlannedRun? next = Plan.Runs.FirstOrDefault(run => !_taken.Contains(run) && IsWanted(run) && IsReady(run));
                if (next is not null)
                {
                    _taken.Add(next);
                    _busy++;
                    return next;
                }
                if (_busy == 0)
                    break;
                Monitor.Wait(_gate);
            }
            Cancel.ThrowIfCancellationRequested();
            return null;
        }
    }

    private bool IsReady(PlannedRun run) => run.Parent is null || Work.IsBegun(run) || Work.IsFinished(run.Parent);
}
