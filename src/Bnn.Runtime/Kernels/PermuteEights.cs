using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>The last channels of a layer, which leave a register of 64 partly empty: eight channels a register, and eight steps of inputs of each.</summary>
/// <remarks>Exact. Cost for eight channels: a look-up for 56 inputs (24 with masks that differ), and a comparison. Memory: <c>[eight channels, eight steps]</c> registers.</remarks>
internal sealed unsafe class PermuteEights
{
    /// <summary>Most channels that are counted so: above, a register of 64 takes less.</summary>
    public const int Most = 40;

    private const int Eight = 8;

    private readonly int _first;
    private readonly int _lookUps;
    private readonly int _lookUpsOfBytes;
    private readonly ulong[] _bounds;
    private readonly byte[] _memory;
    private readonly Bytes512* _table;
    private readonly Bytes512* _weights;

    /// <summary>Puts the weights in order.</summary>
    /// <param name="inputs">K</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, or empty.</param>
    /// <param name="limits"><c>[C]</c></param>
    /// <param name="first">The first channel that is counted here, a multiple of 64.</param>
    /// <param name="isMasked">Whether masks differ.</param>
    public PermuteEights(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, int first, bool isMasked)
    {
        int perStep = Bytes512.Inputs(isMasked), steps = (inputs + perStep - 1) / perStep, eights = (limits.Length - first + Eight - 1) / Eight;
        (_first, _lookUps, _lookUpsOfBytes) = (first, (steps + Eight - 1) / Eight, byte.MaxValue / perStep);
        // A channel that does not exist has the bound of one that never fires.
        _bounds = new ulong[Eight * eights];
        byte[] table = Bytes512.Table(isMasked);
        _memory = GC.AllocateArray<byte>(checked(table.Length + (eights * _lookUps * sizeof(Bytes512)) + 63), pinned: true);
        byte* memory = (byte*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
        table.CopyTo(new Span<byte>(memory, table.Length));
        _table = (Bytes512*)memory;
        _weights = (Bytes512*)(memory + table.Length);
        for (int c = first; c < limits.Length; c++)
        {
            int channel = c - first;
            var row = new WeightRow(inputs, signs, masks, c);
            _bounds[channel] = (ulong)(Math.Clamp(limits[c], -1, row.Count(WeightKind.Plus) + row.Count(WeightKind.Minus)) + 1);
            byte* weights = (byte*)(_weights + ((nint)(channel / Eight) * _lookUps)) + (channel % Eight * Eight);
            for (int s = 0; s < steps; s++)
                weights[(s / Eight * sizeof(Bytes512)) + (s % Eight)] = PermuteColumns<Bytes512>.Weight(row, s, isMasked);
        }
    }

    /// <summary>Adds the bits of these channels to those of the others.</summary>
    /// <param name="steps">What <see cref="Bytes512.Split"/> wrote.</param>
    /// <param name="output">First word of the bits of all channels; those of these are 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(byte* steps, ref ulong output)
    {
        Bytes512 low = _table[0], high = _table[1];
        Bytes512* weights = _weights;
        output = ref Unsafe.Add(ref output, _first >> 6);
        ulong fired = 0;
        for (int c = 0; c < _bounds.Length; c += Eight)
        {
            Vector512<ulong> counts = Vector512<ulong>.Zero;
            byte* at = steps;
            for (int left = _lookUps; left > 0; left -= _lookUpsOfBytes)
            {
                Bytes512 bytes = default;
                for (byte* end = at + (Eight * Math.Min(left, _lookUpsOfBytes)); at < end; at += Eight, weights++)
                    bytes = Bytes512.Add(bytes, Bytes512.Differences(Bytes512.EightSteps(at), in weights[0], low, high));
                counts = Bytes512.AddEights(counts, bytes);
            }
            fired |= Vector512.LessThan(counts, Vector512.LoadUnsafe(ref _bounds[c])).ExtractMostSignificantBits() << c;
        }
        output = fired;
        GC.KeepAlive(this);
    }
}
