using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Looks up the sums of six inputs for 32 channels, a number of 16 bits each, by the permutation of words of AVX-512.</summary>
/// <remarks>Memory: the weights as indices of 16 bits, <c>[chunk, registers together, step, register, lane]</c>.</remarks>
internal sealed unsafe class ByteSums512 : ByteSums
{
    private const int InputsOfStep = 6;
    private const int Steps = 42;
    private const int Lanes = 32;
    private const int Together = 4;

    private readonly ushort[] _memory;
    private readonly ushort* _weights;
    private readonly int _steps;

    /// <summary>Puts the weights in order.</summary>
    public ByteSums512(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<int> limits, SharedMask mask)
        : base(inputs, signs, limits, mask, InputsOfStep * Steps)
    {
        _steps = (inputs + InputsOfStep - 1) / InputsOfStep;
        // In a heap whose objects stay where they are; from a cache line on.
        _memory = GC.AllocateArray<ushort>(checked((Chunks * Steps * Padded) + 31), pinned: true);
        _weights = (ushort*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
        int words = mask.Live.Length;
        for (int c = 0; c < limits.Length; c++)
        {
            for (int step = 0; step < _steps; step++)
                *At(step, c) = (ushort)(Bits(signs.Slice(c * words, words), step * InputsOfStep) & ((1 << InputsOfStep) - 1));
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Count(byte* inputs, int chunk, ushort* numbers)
    {
        byte* memory = stackalloc byte[(Steps * 128) + 63];
        var table = (ushort*)(((nuint)memory + 63) & ~(nuint)63);
        int steps = Math.Min(Steps, _steps - (chunk * Steps));
        SumSubsets(inputs, steps, table);
        for (int c = 0; c < Padded; c += Together * Lanes)
        {
            ushort* weights = _weights + ((nint)chunk * Steps * Padded) + (c * Steps);
            Vector512<ushort> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (ushort* sums = table; sums < table + (steps * 64); sums += 64, weights += Together * Lanes)
            {
                Vector512<ushort> low = Vector512.LoadAligned(sums), high = Vector512.LoadAligned(sums + 32);
                sum0 += Avx512BW.PermuteVar32x16x2(low, Vector512.LoadAligned(weights), high);
                sum1 += Avx512BW.PermuteVar32x16x2(low, Vector512.LoadAligned(weights + 32), high);
                sum2 += Avx512BW.PermuteVar32x16x2(low, Vector512.LoadAligned(weights + 64), high);
                sum3 += Avx512BW.PermuteVar32x16x2(low, Vector512.LoadAligned(weights + 96), high);
            }
            sum0.Store(numbers + c);
            sum1.Store(numbers + c + 32);
            sum2.Store(numbers + c + 64);
            sum3.Store(numbers + c + 96);
        }
    }

    // Entry e of a step is the sum of those of its inputs whose bit is set in e: two inputs are multiplied by bits and added at once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumSubsets(byte* inputs, int steps, ushort* table)
    {
        Vector512<sbyte> first = Pairs(0, 0), second = Pairs(2, 0), without = Pairs(4, 0), with = Pairs(4, 0x0100);
        for (int step = 0; step < steps; step++, inputs += InputsOfStep, table += 64)
        {
            Vector512<short> four = Avx512BW.MultiplyAddAdjacent(Pair(inputs), first) + Avx512BW.MultiplyAddAdjacent(Pair(inputs + 2), second);
            Vector512<byte> last = Pair(inputs + 4);
            (four + Avx512BW.MultiplyAddAdjacent(last, without)).AsUInt16().StoreAligned(table);
            (four + Avx512BW.MultiplyAddAdjacent(last, with)).AsUInt16().StoreAligned(table + 32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Pair(byte* inputs) => Vector512.Create(Unsafe.ReadUnaligned<ushort>(inputs)).AsByte();

    // Bits from and from + 1 of the number of each lane, a byte each; of the highest pair only the lower one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<sbyte> Pairs(int from, ushort upper)
    {
        Vector512<ushort> lanes = Vector512<ushort>.Indices >> from, one = Vector512.Create((ushort)1);
        return ((lanes & one) | ((lanes >> 1 & one) << 8) | Vector512.Create(upper)).AsSByte();
    }

    private ushort* At(int step, int channel)
    {
        int group = channel / (Together * Lanes), chunk = step / Steps;
        return _weights + ((nint)chunk * Steps * Padded) + (((group * Steps) + (step % Steps)) * Together * Lanes) + (channel % (Together * Lanes));
    }

    private static ulong Bits(ReadOnlySpan<ulong> row, int from)
    {
        int word = from >> 6, shift = from & 63;
        ulong bits = row[word] >> shift;
        return shift > 0 && word + 1 < row.Length ? bits | row[word + 1] << (64 - shift) : bits;
    }
}
