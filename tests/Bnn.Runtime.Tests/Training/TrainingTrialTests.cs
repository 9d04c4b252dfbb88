using System.Diagnostics;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class TrainingTrialTests
{
    private static readonly TrainingOptions s_options = new() { Architecture = "conv3x3-12 pool dense-24 scores", BatchSize = 24 };

    [Fact]
    public void Timestamps_and_idle_threads_change_no_bit()
    {
        using TrainingTrial plain = Trial(threads: 1), timed = Trial(threads: 3);
        string before = plain.Network.Hash();
        plain.Run(6, threads: 1);
        timed.Run(2, threads: 3, inPhases: true);
        timed.Run(2, threads: 1, inPhases: true);
        timed.Run(2, threads: 2);
        Assert.NotEqual(before, plain.Network.Hash());
        Assert.Equal(plain.Network.Hash(), timed.Network.Hash());
    }

    [Theory, InlineData(1), InlineData(2)]
    public void Phases_add_up_to_the_time_of_all_threads(int threads)
    {
        using TrainingTrial trial = Trial(threads);
        trial.Run(20, threads);
        Assert.Empty(trial.Run(1, threads));
        var watch = Stopwatch.StartNew();
        IReadOnlyList<IReadOnlyList<double>> seconds = trial.Run(50, threads, inPhases: true);
        double all = threads * watch.Elapsed.TotalSeconds;
        Assert.InRange(seconds.Sum(layer => layer.Sum()), 0.5 * all, all);
        Assert.Equal(3, seconds.Count);
        Assert.True(seconds[0][(int)TrainingPhase.InputGradient] < 0.05 * seconds[0][(int)TrainingPhase.WeightGradient]);
        Assert.True(seconds[1][(int)TrainingPhase.InputGradient] > 0);
    }

    [Fact]
    public void The_limit_is_some_operations_for_each_nanosecond()
    {
        MultiplyAddLimit.Run();
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < 100; i++)
            MultiplyAddLimit.Run();
        Assert.InRange(100 * MultiplyAddLimit.Operations / watch.Elapsed.TotalNanoseconds, 0.1, 2000);
    }

    private static TrainingTrial Trial(int threads) => new(s_options, new Shape(1, 12, 12), classes: 5, threads);
}
