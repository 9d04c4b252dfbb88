using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class WorkerPoolTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public void Every_task_of_every_phase_runs_once(int threads)
    {
        using var pool = new WorkerPool(threads);
        Assert.Equal(threads, pool.Threads);
        for (int tasks = 0; tasks < 300; tasks++)
        {
            var runs = new int[tasks];
            pool.Run(tasks, (task, worker) =>
            {
                Assert.InRange(worker, 0, threads - 1);
                Interlocked.Increment(ref runs[task]);
            });
            Assert.All(runs, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void A_failing_task_is_thrown_and_the_pool_goes_on()
    {
        using var pool = new WorkerPool(3);
        for (int i = 0; i < 20; i++)
            Assert.Equal("task", Assert.Throws<InvalidDataException>(() => pool.Run(10, FailAtFour)).Message);
        int done = 0;
        pool.Run(10, (_, _) => Interlocked.Increment(ref done));
        Assert.Equal(10, done);

        static void FailAtFour(int task, int worker)
        {
            if (task == 4)
                throw new InvalidDataException("task");
        }
    }

    [Fact]
    public void A_phase_allocates_nothing()
    {
        using var pool = new WorkerPool(2);
        Action<int, int> body = static (_, _) => { };
        var allocated = new List<long>();
        for (int round = 0; round < 10; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                pool.Run(8, body);
            allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, allocated.Min());     // an event allocates once, the first time that a wait for it blocks
    }
}
