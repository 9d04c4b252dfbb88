using System.Diagnostics;
using Bnn.Storage;
using Bnn.Trainer.Plans;

namespace Bnn.Trainer.Tests;

/// <summary>Measuring side by side: everything gets its turn, and Ctrl-C ends it between two calls, whatever the clock does.</summary>
public sealed class RoundsTests
{
    [Fact]
    public void Everything_takes_its_turn()
    {
        int[] calls = [0, 0], ended = [0, 0];
        var rounds = new Rounds([() => Call(0), () => Call(1)], () => 10);
        rounds.Run(run => ended[run]++, CancellationToken.None);
        Assert.All([0, 1], run => Assert.Equal((rounds.Count(run), rounds.Count(run)), (ended[run], rounds.Counted(run).Count)));
        Assert.All([0, 1], run => Assert.InRange(ended[run], 3, 101));
        Assert.All([0, 1], run => Assert.True(calls[run] > ended[run]));
        Assert.All([0, 1], run => Assert.True(rounds.Nanoseconds(run) > 0));

        // An addition may take less than the tick of a TimeSpan.
        void Call(int run)
        {
            calls[run]++;
            long now = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(now) < TimeSpan.FromMicroseconds(1))
            {
            }
        }
    }

    [Fact]
    public void Long_calls_are_made_once_a_turn_and_once_to_see_how_long_they_are_and_leave_time_to_short_ones()
    {
        int[] calls = [0, 0];
        var rounds = new Rounds([() => { calls[0]++; Thread.Sleep(100); }, () => { calls[1]++; Thread.Sleep(3); }]);
        rounds.Run(_ => { }, CancellationToken.None);
        Assert.All([0, 1], run => Assert.Equal(1 + rounds.Count(run), calls[run]));
        Assert.InRange(rounds.Count(0), 3, rounds.Count(1) - 1);
    }

    [Theory]
    [InlineData(new[] { 10.0 }, new[] { true })]
    [InlineData(new[] { 10.0, 10.9 }, new[] { true, true })]
    [InlineData(new[] { 10.0, 10.0, 11.1, 10.0, 20.0 }, new[] { true, false, false, false, false })] // before or behind is enough
    public void Turns_count_that_had_the_core_to_themselves(double[] probes, bool[] isQuiet)
    {
        int asked = 0;
        var rounds = new Rounds([() => { }], () => probes[asked++ % probes.Length]);
        rounds.Run(_ => { }, CancellationToken.None);
        int[] quiet = [.. Enumerable.Range(0, rounds.Count(0)).Where(turn => isQuiet[turn % isQuiet.Length])];
        Assert.Equal(quiet, rounds.Counted(0).Order());
        Assert.Equal(10, rounds.Probe);
        Assert.InRange(quiet.Length, 3, 101);
    }

    [Fact]
    public void Where_no_turn_was_quiet_the_quietest_three_count()
    {
        // Each turn has a longer one on a side, later turns a longer one than earlier ones.
        int asked = 0;
        var rounds = new Rounds([() => Thread.Sleep(3)], () => asked++ % 2 == 0 ? 10 : 20 + asked);
        rounds.Run(_ => { }, CancellationToken.None);
        Assert.Equal([0, 1, 2], rounds.Counted(0));
        Assert.True(rounds.Count(0) > 3);
    }

    [Theory]
    [InlineData(0, 1, 0)] // the first call of all
    [InlineData(0, 5, 0)]
    [InlineData(1, 1, 1)] // the second thing is warmed when the first is warm
    public void Warming_stops_between_two_calls(int asks, int atCall, int callsBefore)
    {
        var calls = new int[2];
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new Rounds([() => Call(0), () => Call(1)]).Warm(stop.Token));
        Assert.Equal(atCall, calls[asks]);
        Assert.True(asks == 0 ? calls[1] == 0 : calls[0] >= callsBefore);

        void Call(int run)
        {
            if (++calls[run] == atCall && run == asks)
                stop.Cancel();
        }
    }

    [Fact]
    public void Measuring_stops_behind_the_calls_of_the_one_that_asked()
    {
        using var stop = new CancellationTokenSource();
        bool isNextCalled = false;
        int ended = 0, atStop = 0;
        var rounds = new Rounds([Ask, () => isNextCalled |= stop.IsCancellationRequested]);
        Assert.Throws<OperationCanceledException>(() => rounds.Run(_ => ended++, stop.Token));
        Assert.InRange(atStop, 2, int.MaxValue);
        Assert.Equal((atStop, false), (ended, isNextCalled));

        void Ask()
        {
            if (ended < 2 || stop.IsCancellationRequested)
                return;
            atStop = ended;
            stop.Cancel();
        }
    }

    [Fact]
    public void A_command_that_measures_is_told_apart_from_one_that_fails()
    {
        using var folder = new TempFolder();
        BnnFile.Save(folder.At("model.bnn"), Models.Convolutions());
        Cli inspect = Cli.Run(new CancellationToken(canceled: true), "inspect", folder.At("model.bnn"), "--measure");
        Assert.Equal((130, ""), (inspect.Exit, inspect.Out));
    }
}
