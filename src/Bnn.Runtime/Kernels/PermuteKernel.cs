namespace Bnn.Kernels;

/// <summary>A way to run a layer for one sample, and its weights in the form that it reads.</summary>
internal abstract class PermuteKernel
{
    /// <summary>Gives the output bits of all channels.</summary>
    /// <param name="input"><c>[⌈K/64⌉]</c> packed words.</param>
    /// <param name="output"><c>[⌈C/64⌉]</c> packed words of zeros.</param>
    public abstract void RunOne(ReadOnlySpan<ulong> input, Span<ulong> output);

    /// <summary>Gives the output bits of all channels for each of some inputs.</summary>
    /// <param name="inputs"><c>[count, ⌈K/64⌉]</c> packed words.</param>
    /// <param name="count">Number of inputs, at least 1.</param>
    /// <param name="outputs"><c>[count, ⌈C/64⌉]</c> packed words of zeros.</param>
    public abstract void Run(ReadOnlySpan<ulong> inputs, int count, Span<ulong> outputs);
}
