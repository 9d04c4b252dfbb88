namespace Bnn.Training;

/// <summary>Random numbers that depend only on what they are for: a hash of (seed, stream, two counters), with no state to keep or to restore.</summary>
/// <remarks>
/// Each word passes the SplitMix64 finaliser (Steele, Lea, Flood 2014), a bijection with full avalanche, after being added to the state so far.
/// So the order of calls, threads and resuming change nothing.
/// </remarks>
internal static class CounterRandom
{
    /// <summary>Keeps uses of one seed apart. The numbers are part of what makes a run repeatable: never change them.</summary>
    internal enum Stream
    {
        Split = 1,
        InitialWeights = 2,
        Order = 3,
        Augmentation = 4,
        PruningScores = 5,
        ReplacedPlanes = 6,
    }

    /// <summary>64 random bits.</summary>
    public static ulong Next(ulong seed, Stream stream, ulong first, ulong second)
    {
        ulong state = Mix(seed + 0x9E3779B97F4A7C15UL);
        state = Mix(state + (ulong)stream);
        state = Mix(state + first);
        return Mix(state + second);
    }

    /// <summary>Uniform in (0, 1): the middle of one of 2^53 equal cells.</summary>
    public static double ToUnit(ulong bits) => ((bits >> 11) + 0.5) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="bound"/>), with a bias below bound / 2^64.</summary>
    public static int Below(ulong bits, int bound) => (int)Math.BigMul(bits, (ulong)bound, out _);

    /// <summary>A standard normal number, by Box and Muller's method.</summary>
    public static double Normal(ulong seed, Stream stream, ulong first, ulong second)
    {
        ulong bits = Next(seed, stream, first, second);
        double radius = Math.Sqrt(-2 * DeterministicMath.Log(ToUnit(bits)));
        return radius * DeterministicMath.CosPi(2 * ToUnit(Mix(bits ^ 0xD1B54A32D192ED03UL)));
    }

    /// <summary>Fisher and Yates' shuffle.</summary>
    public static void Shuffle(Span<int> items, ulong seed, Stream stream, ulong first)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = Below(Next(seed, stream, first, (ulong)i), i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
