namespace Bnn.Kernels;

/// <summary>A way to run a layer for one sample, and its weights in the form that it reads.</summary>
internal abstract class PermuteKernel
{
    /// <summary>Gives the output bits of all channels.</summary>
    /// <param name="input">The first of <c>[⌈K/64⌉]</c> packed words.</param>
    /// <param name="output"><c>[⌈C/64⌉]</c> packed words of zeros.</param>
    public abstract void Run(ReadOnlySpan<ulong> input, Span<ulong> output);
}
