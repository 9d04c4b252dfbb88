namespace Bnn.Kernels;

/// <summary>What makes planes with a sample in each lane of the bytes of a batch.</summary>
internal abstract class SampleSource
{
    /// <summary>Number of planes behind the last one that it makes.</summary>
    public abstract int End { get; }

    /// <summary>Words that <see cref="Pack"/> needs besides.</summary>
    public virtual int ScratchWords<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => 0;

    /// <summary>Gives the planes.</summary>
    /// <param name="images"><c>[samples, imageLength]</c> bytes, at least one sample and at most as many as lanes; lanes without a sample give anything.</param>
    /// <param name="imageLength">Bytes of a sample.</param>
    /// <param name="planes">All planes, <c>[., TLanes.Words]</c>.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content.</param>
    public abstract void Pack<TLanes>(ReadOnlySpan<byte> images, int imageLength, Span<ulong> planes, Span<ulong> scratch)
        where TLanes : unmanaged, ILanes<TLanes>;
}
