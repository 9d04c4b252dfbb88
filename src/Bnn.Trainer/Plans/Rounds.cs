using System.Diagnostics;

namespace Bnn.Trainer.Plans;

/// <summary>Measures several things side by side: the next turn is that of the one that has had the least time, and the median of the quiet turns counts.</summary>
/// <remarks>
/// By the clock. What else the machine does makes a turn longer, also from the other half of the core; <see cref="CoreProbe"/> tells before and behind each turn, and turns that were not quiet do not count. The first tenth of a turn's calls, at least one, does not count: it finds the
/// caches and foreseen branches of another one, such as a large batch, which made a call of ten microseconds a fifth longer, and one of a hundred a third. Calls of some milliseconds do not notice.
/// </remarks>
internal sealed class Rounds
{
    // Short enough that most rounds are not interrupted, long enough for the clock.
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(0.2);

    private static readonly TimeSpan s_noticeable = TimeSpan.FromMilliseconds(2);

    // The runtime compiles anew what was called 30 times, in the background, some 100 ms after the last new method; twice, as it counts branches in between.
    private static readonly TimeSpan s_warm = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_warmAgain = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_warmPatience = TimeSpan.FromSeconds(1);
    private const int CallsToWarm = 60;
    private const int Passes = 5;

    private static readonly TimeSpan s_budget = TimeSpan.FromSeconds(1.5);

    // While short calls have not had enough quiet turns.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private const int Least = 3;
    private const int Enough = 15;
    private const int Most = 101;

    // A core for itself is within some percent of its best, one that is shared at half to four fifths.
    private const double Quiet = 1.1;

    private readonly Action[] _runs;
    private readonly Func<double> _probe;
    private readonly List<Turn>[] _turns;

    /// <param name="runs">What is measured.</param>
    /// <param name="probe">Time of known work; null: <see cref="CoreProbe"/>.</param>
    public Rounds(Action[] runs, Func<double>? probe = null) =>
        (_runs, _probe, _turns) = (runs, probe ?? CoreProbe.Nanoseconds, [.. runs.Select(_ => new List<Turn>())]);

    /// <summary>The least time that the known work took.</summary>
    public double Probe { get; private set; } = double.PositiveInfinity;

    /// <summary>Turns that something took.</summary>
    public int Count(int run) => _turns[run].Count;

    /// <summary>The numbers of its turns that count, the quietest first: the quiet ones, three at least.</summary>
    public IReadOnlyList<int> Counted(int run) =>
        [.. Enumerable.Range(0, Count(run)).OrderBy(turn => _turns[run][turn].Probe).TakeWhile((turn, i) => i < Least || IsQuiet(_turns[run][turn]))];

    /// <summary>Nanoseconds of a call, median over the turns that count.</summary>
    public double Nanoseconds(int run) => Median(Counted(run).Select(turn => _turns[run][turn].Nanoseconds));

    /// <summary>The middle one of some numbers.</summary>
    public static double Median(IEnumerable<double> numbers) => numbers.Order().ElementAt(numbers.Count() / 2);

    /// <summary>Calls everything until it runs as fast as it will.</summary>
    public void Warm(CancellationToken cancel)
    {
        foreach (Action run in _runs)
            Warm(run, s_warm, cancel);
        for (int pass = 0; pass < Passes; pass++)
        {
            cancel.WaitHandle.WaitOne(s_warm);
            foreach (Action run in _runs)
                Warm(run, s_warmAgain, cancel);
        }
    }

    /// <summary>Measures.</summary>
    /// <param name="ended">Called behind each turn with the number of what took it.</param>
    /// <param name="cancel">Checked behind the calls of each.</param>
    public void Run(Action<int> ended, CancellationToken cancel)
    {
        TimeSpan[] once = [.. _runs.Select(run => Time(run, 1, cancel))], used = new TimeSpan[_runs.Length];
        int[] calls = [.. once.Select(time => (int)Math.Clamp(s_round / time, 1, 100_000))];
        var watch = Stopwatch.StartNew();
        double before = _probe();
        while (Enumerable.Range(0, _runs.Length).Where(IsWanted).Cast<int?>().MinBy(run => used[run!.Value]) is { } run)
        {
            if (once[run] < s_noticeable)
                Time(_runs[run], (calls[run] + 9) / 10, cancel);
            TimeSpan time = Time(_runs[run], calls[run], cancel);
            double behind = _probe();
            _turns[run].Add(new(time.TotalNanoseconds / calls[run], Math.Max(before, behind)));
            used[run] += time;
            Probe = Math.Min(Probe, Math.Min(before, behind));
            before = behind;
            ended(run);
        }

        bool IsWanted(int run)
        {
            int quiet = _turns[run].Count(IsQuiet);
            TimeSpan patience = once[run] < s_noticeable && quiet < Enough ? s_patience : s_budget;
            return _turns[run].Count < Least || (quiet < Most && watch.Elapsed < patience);
        }
    }

    private bool IsQuiet(Turn turn) => turn.Probe <= Probe * Quiet;

    private static void Warm(Action run, TimeSpan least, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        for (int calls = 0; watch.Elapsed < least || (calls < CallsToWarm && watch.Elapsed < s_warmPatience); calls++)
        {
            cancel.ThrowIfCancellationRequested();
            run();
        }
    }

    private static TimeSpan Time(Action run, int calls, CancellationToken cancel)
    {
        long from = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            run();
        cancel.ThrowIfCancellationRequested();
        return Stopwatch.GetElapsedTime(from);
    }

    // Probe: the longer one of before and behind.
    private readonly record struct Turn(double Nanoseconds, double Probe);
}
