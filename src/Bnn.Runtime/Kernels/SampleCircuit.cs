using System.ComponentModel;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>A dense layer of a <see cref="SampleNetwork"/> as generated bit operations, for registers of 256 lanes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class SampleCircuit
{
    /// <summary>Registers that <see cref="Run"/> needs besides.</summary>
    public abstract int Scratch { get; }

    /// <summary>Computes one register of samples. Exact; nothing is checked.</summary>
    /// <param name="planes">The first of a register for each input plane.</param>
    /// <param name="output">The first of a register for each channel.</param>
    /// <param name="scratch">The first of <see cref="Scratch"/> registers of any content.</param>
    public abstract void Run(ref Vector256<ulong> planes, ref Vector256<ulong> output, ref Vector256<ulong> scratch);
}
