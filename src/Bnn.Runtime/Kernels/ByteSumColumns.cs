using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Looks up the sums of four inputs for 16 or 32 channels by a shuffle of bytes: those of the lower halves of the bytes, and of the upper.</summary>
/// <remarks>
/// Four sums of four halves fit a byte; then even and odd channels are widened. Memory: the weights of a step, a byte each, <c>[register, step, lane]</c>. A
/// register's first half of channels lies in even bytes, so that widened numbers are in order.
/// </remarks>
internal sealed unsafe class ByteSumColumns<TBytes> : ByteSums
    where TBytes : unmanaged, IByteLanes<TBytes>
{
    private const int InputsOfStep = 4;
    private const int StepsOfChunk = 64;
    private const int StepsOfBytes = 4;

    private readonly byte[] _memory;
    private readonly TBytes* _weights;
    private readonly int _steps;

    /// <summary>Puts the weights in order.</summary>
    public ByteSumColumns(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<int> limits, SharedMask mask)
        : base(inputs, signs, limits, mask, InputsOfStep * StepsOfChunk)
    {
        _steps = ((inputs + (InputsOfStep * StepsOfBytes) - 1) / (InputsOfStep * StepsOfBytes)) * StepsOfBytes;
        _memory = GC.AllocateArray<byte>(checked((_steps * Padded) + 63), pinned: true);
        byte* first = (byte*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
        _weights = (TBytes*)first;
        int words = mask.Live.Length, half = TBytes.Channels / 2;
        for (int c = 0; c < limits.Length; c++)
        {
            int register = c / TBytes.Channels, lane = c % TBytes.Channels;
            byte* to = first + ((nint)register * _steps * TBytes.Channels) + (lane < half ? 2 * lane : (2 * (lane - half)) + 1);
            ReadOnlySpan<ulong> row = signs.Slice(c * words, words);
            for (int step = 0; step * InputsOfStep < inputs; step++, to += TBytes.Channels)
                *to = (byte)(row[step >> 4] >> (InputsOfStep * (step & 15)) & 15);
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Count(byte* inputs, int chunk, ushort* numbers)
    {
        byte* table = stackalloc byte[StepsOfChunk * 32];
        int from = chunk * StepsOfChunk, steps = Math.Min(StepsOfChunk, _steps - from);
        SumSubsets(inputs, steps, table);
        TBytes* weights = _weights + from;
        for (int c = 0; c < Padded; c += TBytes.Channels, weights += _steps)
        {
            TBytes evenLow = default, oddLow = default, evenHigh = default, oddHigh = default;
            byte* sums = table;
            for (int step = 0; step < steps; step += StepsOfBytes, sums += 32 * StepsOfBytes)
            {
                TBytes w0 = weights[step], w1 = weights[step + 1], w2 = weights[step + 2], w3 = weights[step + 3];
                TBytes low = TBytes.Add(TBytes.Add(LookUp(sums, w0), LookUp(sums + 32, w1)), TBytes.Add(LookUp(sums + 64, w2), LookUp(sums + 96, w3)));
                TBytes high = TBytes.Add(
                    TBytes.Add(LookUp(sums + 16, w0), LookUp(sums + 48, w1)), TBytes.Add(LookUp(sums + 80, w2), LookUp(sums + 112, w3)));
                evenLow = TBytes.AddEven(evenLow, low);
                oddLow = TBytes.AddOdd(oddLow, low);
                evenHigh = TBytes.AddEven(evenHigh, high);
                oddHigh = TBytes.AddOdd(oddHigh, high);
            }
            ((TBytes*)(numbers + c))[0] = TBytes.AddSixteenfold(evenLow, evenHigh);
            ((TBytes*)(numbers + c))[1] = TBytes.AddSixteenfold(oddLow, oddHigh);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TBytes LookUp(byte* sums, TBytes weights) => TBytes.Differences(TBytes.Pattern(sums, 0), weights, default, default);

    // Entry e of a step is the sum of those of its inputs whose bit is set in e: each is spread over its entries, others get 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumSubsets(byte* inputs, int steps, byte* table)
    {
        const byte No = 0x80;
        Vector128<byte> first = Vector128.Create(No, 0, No, 0, No, 0, No, 0, No, 0, No, 0, No, 0, No, 0);
        Vector128<byte> second = Vector128.Create(No, No, 1, 1, No, No, 1, 1, No, No, 1, 1, No, No, 1, 1);
        Vector128<byte> third = Vector128.Create(No, No, No, No, 2, 2, 2, 2, No, No, No, No, 2, 2, 2, 2);
        Vector128<byte> fourth = Vector128.Create(No, No, No, No, No, No, No, No, 3, 3, 3, 3, 3, 3, 3, 3);
        for (int step = 0; step < steps; step++, table += 32)
        {
            Vector128<byte> four = Vector128.Create(Unsafe.ReadUnaligned<uint>(inputs + (InputsOfStep * step))).AsByte();
            Sum(four & Vector128.Create((byte)15), table);
            Sum(four >> 4, table + 16);
        }

        void Sum(Vector128<byte> four, byte* to) => (Spread(four, first) + Spread(four, second) + (Spread(four, third) + Spread(four, fourth))).Store(to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Spread(Vector128<byte> bytes, Vector128<byte> entries) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(bytes, entries) : Vector128.ShuffleNative(bytes, entries);
}
