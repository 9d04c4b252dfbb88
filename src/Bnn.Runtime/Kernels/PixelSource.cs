namespace Bnn.Kernels;

/// <summary>What makes the first planes of a <see cref="PixelNetwork"/> of the bytes of an image.</summary>
internal abstract class PixelSource
{
    /// <summary>Words that <see cref="Fill"/> needs besides.</summary>
    public virtual int ScratchWords<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => 0;

    /// <summary>Gives the planes.</summary>
    /// <param name="image"><c>[channels, height, width]</c> bytes.</param>
    /// <param name="layout">Layout of the planes.</param>
    /// <param name="planes">Receives a plane every <c>layout.Stride&lt;TLanes&gt;()</c> words.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content, from a cache line on.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public abstract void Fill<TLanes>(ReadOnlySpan<byte> image, PixelLayout layout, Span<ulong> planes, Span<ulong> scratch)
        where TLanes : unmanaged, ILanes<TLanes>;
}
