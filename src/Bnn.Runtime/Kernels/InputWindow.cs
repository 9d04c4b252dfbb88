using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Live inputs among 64 neighbouring ones, which two instructions bring into up to eight steps.</summary>
/// <param name="mask">The inputs.</param>
/// <param name="at">The byte at which the 64 inputs begin.</param>
/// <param name="step">Where their steps go.</param>
internal readonly struct InputWindow(ulong mask, int at, int step)
{
    /// <summary>The inputs.</summary>
    public readonly ulong Mask = mask;

    /// <summary>The byte at which the 64 inputs begin.</summary>
    public readonly int At = at;

    /// <summary>Where their steps go.</summary>
    public readonly int Step = step;

    /// <summary>Whether the processor has the two instructions, and not in tens of cycles, as AMD's before Zen 3.</summary>
    public static bool IsFast { get; } = Bmi2.X64.IsSupported && !IsOfZen2OrBefore();

    /// <summary>Covers the live inputs with windows; each but the last fills its steps if it can.</summary>
    /// <param name="live">Packed bits.</param>
    /// <param name="perStep">Inputs of a step.</param>
    /// <param name="windows">Receives the windows.</param>
    /// <returns>Number of steps.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Cover(ReadOnlySpan<ulong> live, int perStep, List<InputWindow> windows)
    {
        int steps = 0, last = (8 * live.Length) - 8, next = Next(live, 0);
        while (next < 64 * live.Length)
        {
            int at = Math.Min(next / 8, last), count, end;
            ulong mask = Window(live, at) >> (next - (8 * at)) << (next - (8 * at));
            count = Math.Min(BitOperations.PopCount(mask), 8 * perStep);
            if (count >= perStep && Next(live, (8 * at) + 64) < 64 * live.Length)
                count -= count % perStep;
            for (end = BitOperations.PopCount(mask); end > count; end--)
                mask ^= 1UL << BitOperations.Log2(mask);
            windows.Add(new(mask, at, steps));
            steps += (count + perStep - 1) / perStep;
            next = Next(live, (8 * at) + BitOperations.Log2(mask) + 1);
        }
        return steps;
    }

    /// <summary>Writes the steps of some windows, a byte each, if <see cref="IsFast"/>; up to eight more bytes behind them are anything.</summary>
    /// <param name="windows">The windows, in the order of their steps.</param>
    /// <param name="input">Packed bits.</param>
    /// <param name="fields">Where in eight bytes the inputs of a step lie.</param>
    /// <param name="steps">Receives the steps.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Split(ReadOnlySpan<InputWindow> windows, byte* input, ulong fields, byte* steps)
    {
        foreach (ref readonly InputWindow window in windows)
            *(ulong*)(steps + window.Step) = Bmi2.X64.ParallelBitDeposit(Bmi2.X64.ParallelBitExtract(*(ulong*)(input + window.At), window.Mask), fields);
    }

    private static bool IsOfZen2OrBefore()
    {
        const int Auth = 0x68747541, FamilyOfZen3 = 0x19;
        int signature = X86Base.CpuId(1, 0).Eax, family = (signature >> 8 & 0x0F) + (signature >> 20 & 0xFF);
        return X86Base.CpuId(0, 0).Ebx == Auth && family < FamilyOfZen3;
    }

    // The 64 bits from a byte on.
    private static ulong Window(ReadOnlySpan<ulong> live, int at)
    {
        int word = at / 8, shift = at % 8 * 8;
        return shift == 0 ? live[word] : (live[word] >> shift) | (live[word + 1] << (64 - shift));
    }

    // The first live input from one on, or their number.
    private static int Next(ReadOnlySpan<ulong> live, int from)
    {
        for (int word = from / 64; word < live.Length; word++)
        {
            ulong bits = word == from / 64 ? live[word] >> (from % 64) << (from % 64) : live[word];
            if (bits != 0)
                return (64 * word) + BitOperations.TrailingZeroCount(bits);
        }
        return 64 * live.Length;
    }
}
