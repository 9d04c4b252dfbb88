namespace Bnn.Kernels;

/// <summary>Values of each sample that become one plane each by the same test.</summary>
/// <param name="First">The first value.</param>
/// <param name="Count">How many.</param>
/// <param name="IsThreshold">Whether the bit is (v ≥ <paramref name="Value"/>) or bit number <paramref name="Value"/> of v.</param>
/// <param name="Value">Threshold in [1, 255] or bit number in [0, 7].</param>
/// <param name="Plane">The plane of the first value.</param>
internal readonly record struct SampleRun(int First, int Count, bool IsThreshold, int Value, int Plane)
{
    /// <summary>Packs the planes.</summary>
    public void Pack<TLanes>(ReadOnlySpan<byte> images, int imageLength, Span<ulong> planes)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        Span<ulong> to = planes.Slice(Plane * TLanes.Words, Count * TLanes.Words);
        if (IsThreshold)
            SamplePlanes.AtLeast<TLanes>(images, imageLength, First, Count, Value, to);
        else
            SamplePlanes.Bit<TLanes>(images, imageLength, First, Count, Value, to);
    }
}
