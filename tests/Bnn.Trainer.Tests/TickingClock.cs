namespace Bnn.Trainer.Tests;

/// <summary>A clock on which ten milliseconds pass between two looks, whatever else the machine does.</summary>
internal sealed class TickingClock : TimeProvider
{
    private long _now;

    /// <inheritdoc/>
    public override long TimestampFrequency => 1000;

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Add(ref _now, 10);
}
