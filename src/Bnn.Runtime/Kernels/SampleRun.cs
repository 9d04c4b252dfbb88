namespace Bnn.Kernels;

/// <summary>Values of each sample that become one plane each by the same test.</summary>
/// <param name="first">The first value.</param>
/// <param name="count">How many.</param>
/// <param name="isThreshold">Whether the bit is (v ≥ <paramref name="value"/>) or bit number <paramref name="value"/> of v.</param>
/// <param name="value">Threshold in [1, 255] or bit number in [0, 7].</param>
/// <param name="plane">The plane of the first value.</param>
internal sealed class SampleRun(int first, int count, bool isThreshold, int value, int plane) : SampleSource
{
    /// <inheritdoc/>
    public override int End => plane + count;

    /// <inheritdoc/>
    public override void Pack<TLanes>(ReadOnlySpan<byte> images, int imageLength, Span<ulong> planes, Span<ulong> scratch)
    {
        Span<ulong> to = planes.Slice(plane * TLanes.Words, count * TLanes.Words);
        if (isThreshold)
            SamplePlanes.AtLeast<TLanes>(images, imageLength, first, count, value, to);
        else
            SamplePlanes.Bit<TLanes>(images, imageLength, first, count, value, to);
    }
}
