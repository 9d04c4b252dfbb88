using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>A dense layer of a <see cref="SampleNetwork"/>: 256 lanes by generated operations, other widths by the table of the same layer.</summary>
internal sealed class SampleCircuitStep(SampleCircuit circuit, LaneLayer layer) : SampleStep
{
    /// <inheritdoc/>
    public override int Planes => layer.Planes;

    /// <inheritdoc/>
    public override int OutputPlanes => layer.Channels;

    /// <inheritdoc/>
    public override int ScratchWords<TLanes>() => typeof(TLanes) == typeof(Lanes256) ? circuit.Scratch * TLanes.Words : 0;

    /// <inheritdoc/>
    public override void Run<TLanes>(ReadOnlySpan<ulong> planes, Span<ulong> output, Span<ulong> scratch)
    {
        if (typeof(TLanes) != typeof(Lanes256))
        {
            layer.Run<TLanes>(planes, output, TLanes.Words);
            return;
        }
        LaneMemory.Check<TLanes>(planes.Length, Planes, nameof(planes));
        LaneMemory.Check<TLanes>(output.Length, OutputPlanes, nameof(output));
        LaneMemory.Check<TLanes>(scratch.Length, circuit.Scratch, nameof(scratch));
        circuit.Run(ref First(planes), ref First(output), ref First(scratch));

        static ref Vector256<ulong> First(ReadOnlySpan<ulong> words) => ref Unsafe.As<ulong, Vector256<ulong>>(ref MemoryMarshal.GetReference(words));
    }
}
