namespace Bnn.Kernels;

/// <summary>A layer of a <see cref="PixelNetwork"/>: planes with a pixel in each lane in, planes out.</summary>
internal abstract class PixelStep
{
    /// <summary>Layout of the input planes.</summary>
    public abstract PixelLayout Input { get; }

    /// <summary>Layout of the output planes.</summary>
    public abstract PixelLayout Output { get; }

    /// <summary>Input planes.</summary>
    public abstract int Planes { get; }

    /// <summary>Output planes.</summary>
    public abstract int Channels { get; }

    /// <summary>Words that <see cref="Run"/> needs besides.</summary>
    public virtual int ScratchWords<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => 0;

    /// <summary>Computes the layer.</summary>
    /// <param name="input">A plane every <c>Input.Stride&lt;TLanes&gt;()</c> words.</param>
    /// <param name="output">Receives a plane every <c>Output.Stride&lt;TLanes&gt;()</c> words.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content.</param>
    public abstract void Run<TLanes>(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch)
        where TLanes : unmanaged, ILanes<TLanes>;
}

/// <summary>A convolution of a <see cref="PixelNetwork"/>.</summary>
internal sealed class PixelConvolutionStep(LaneConvolution convolution) : PixelStep
{
    /// <inheritdoc/>
    public override PixelLayout Input => convolution.Input;

    /// <inheritdoc/>
    public override PixelLayout Output => convolution.Output;

    /// <inheritdoc/>
    public override int Planes => convolution.Planes;

    /// <inheritdoc/>
    public override int Channels => convolution.Channels;

    /// <inheritdoc/>
    public override int ScratchWords<TLanes>() => convolution.ScratchWords<TLanes>();

    /// <inheritdoc/>
    public override void Run<TLanes>(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch) => convolution.Run<TLanes>(input, output, scratch);
}

/// <summary>A pool of a <see cref="PixelNetwork"/>.</summary>
internal sealed class PixelPoolStep(LanePool pool, int channels, ulong[] and) : PixelStep
{
    /// <inheritdoc/>
    public override PixelLayout Input => pool.Input;

    /// <inheritdoc/>
    public override PixelLayout Output => pool.Output;

    /// <inheritdoc/>
    public override int Planes => channels;

    /// <inheritdoc/>
    public override int Channels => channels;

    /// <inheritdoc/>
    public override void Run<TLanes>(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch) =>
        pool.Run(input, Input.Stride<TLanes>(), channels, and, output, Output.Stride<TLanes>());
}
