namespace Bnn.Runtime.Tests;

/// <summary>Counts what a call allocates; also linked into other test projects.</summary>
internal static class Allocations
{
    /// <summary>Bytes that a call allocates on this thread: the least of three calls behind a first one, because what allocates does so each time, while beside other tests the rest of an
    /// allocation context, 7,896 bytes, was counted once.</summary>
    public static long Of(Action run)
    {
        run();
        long least = long.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
