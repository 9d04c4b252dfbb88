using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Bnn.Trainer.Plans;

/// <summary>Known work that takes all of a core, to tell whether something else has a part of it just now.</summary>
/// <remarks>
/// Two hardware threads of one core share its execution units. What the other one does, which on a rented machine may be a neighbour's, changes within milliseconds, makes most work up to
/// twice as long, and does not show in processor time. <see cref="CycleClock"/> does not notice: a chain waits for itself.
/// </remarks>
internal static class CoreProbe
{
    /// <summary>Additions of <see cref="Nanoseconds"/>; a core does three to six a cycle.</summary>
    public const int Additions = 12 * Steps;

    private const int Steps = 2_000;

    private static ulong s_sum = 3;

    /// <summary>What they take now: two to five microseconds, no memory.</summary>
    public static double Nanoseconds()
    {
        long from = Stopwatch.GetTimestamp();
        s_sum = Add(s_sum | 1);
        // Not by a TimeSpan, whose ticks of 100 ns are a twentieth of it.
        return (Stopwatch.GetTimestamp() - from) * 1e9 / Stopwatch.Frequency;
    }

    // Six chains side by side, more than a core has adders for; xor between additions, so that none can be left out. Compiled once, as this is.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Add(ulong number)
    {
        ulong a = 1, b = 2, c = 3, d = 4, e = 5, f = 6;
        for (int i = 0; i < Steps; i++)
        {
            a += number;
            b ^= number;
            c += number;
            d ^= number;
            e += number;
            f ^= number;
            a ^= number;
            b += number;
            c ^= number;
            d += number;
            e ^= number;
            f += number;
        }
        return a ^ b ^ c ^ d ^ e ^ f;
    }
}
