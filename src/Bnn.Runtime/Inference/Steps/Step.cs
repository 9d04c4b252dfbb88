namespace Bnn.Inference.Steps;

/// <summary>One step of the interpreter: from packed bits to packed bits.</summary>
/// <remarks>Images are pixel-major streams; see docs/decisions/0006-images-pixel-major.md.</remarks>
internal abstract class Step
{
    /// <summary>Words of the result, with a readable word behind it.</summary>
    public abstract int OutputWords { get; }

    /// <summary>Words that the step needs for itself.</summary>
    public virtual int ScratchWords => 0;

    /// <summary>Runs the step.</summary>
    /// <param name="input">Packed bits and a readable word; bits behind the last are 0.</param>
    /// <param name="output">Receives <see cref="OutputWords"/> words; bits behind the last are 0.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content.</param>
    public abstract void Run(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch);
}
