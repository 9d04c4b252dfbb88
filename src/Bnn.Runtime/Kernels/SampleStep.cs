namespace Bnn.Kernels;

/// <summary>A layer of a <see cref="SampleNetwork"/>: planes with a sample in each lane in, planes out.</summary>
internal abstract class SampleStep
{
    /// <summary>Input planes.</summary>
    public abstract int Planes { get; }

    /// <summary>Output planes.</summary>
    public abstract int OutputPlanes { get; }

    /// <summary>Words that <see cref="Run"/> needs besides.</summary>
    public virtual int ScratchWords<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => 0;

    /// <summary>Computes one register of samples.</summary>
    /// <param name="planes"><c>[Planes, TLanes.Words]</c></param>
    /// <param name="output">Receives <c>[OutputPlanes, TLanes.Words]</c> words.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content.</param>
    public abstract void Run<TLanes>(ReadOnlySpan<ulong> planes, Span<ulong> output, Span<ulong> scratch)
        where TLanes : unmanaged, ILanes<TLanes>;
}

/// <summary>A dense layer of a <see cref="SampleNetwork"/>.</summary>
internal sealed class SampleDenseStep(LaneLayer layer) : SampleStep
{
    /// <inheritdoc/>
    public override int Planes => layer.Planes;

    /// <inheritdoc/>
    public override int OutputPlanes => layer.Channels;

    /// <inheritdoc/>
    public override void Run<TLanes>(ReadOnlySpan<ulong> planes, Span<ulong> output, Span<ulong> scratch) => layer.Run<TLanes>(planes, output, TLanes.Words);
}

/// <summary>A convolution of a <see cref="SampleNetwork"/>.</summary>
internal sealed class SampleConvolutionStep(SampleConvolution convolution) : SampleStep
{
    /// <inheritdoc/>
    public override int Planes => convolution.Planes;

    /// <inheritdoc/>
    public override int OutputPlanes => convolution.OutputPlanes;

    /// <inheritdoc/>
    public override int ScratchWords<TLanes>() => convolution.ScratchWords<TLanes>();

    /// <inheritdoc/>
    public override void Run<TLanes>(ReadOnlySpan<ulong> planes, Span<ulong> output, Span<ulong> scratch) => convolution.Run<TLanes>(planes, output, scratch);
}

/// <summary>A pool of a <see cref="SampleNetwork"/>.</summary>
internal sealed class SamplePoolStep(SampleWindow window, int channels, ulong[] and) : SampleStep
{
    /// <inheritdoc/>
    public override int Planes => checked(channels * window.Pixels);

    /// <inheritdoc/>
    public override int OutputPlanes => checked(channels * window.Positions);

    /// <inheritdoc/>
    public override void Run<TLanes>(ReadOnlySpan<ulong> planes, Span<ulong> output, Span<ulong> scratch) =>
        SamplePool.Run<TLanes>(window, planes, channels, and, output);
}
