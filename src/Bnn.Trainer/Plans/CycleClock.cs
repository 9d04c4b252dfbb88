namespace Bnn.Trainer.Plans;

/// <summary>Work that takes a known number of cycles, to turn times into cycles whatever the frequency of the processor is just now.</summary>
internal static class CycleClock
{
    private const int Chain = 50_000;

    /// <summary>Cycles of <see cref="Run"/>: a multiplication takes three on every x86 processor of the last ten years, and on most others.</summary>
    public const double Cycles = 3.0 * Chain;

    private static ulong s_product = 3;

    /// <summary>Multiplies, each time waiting for the product before.</summary>
    public static void Run()
    {
        ulong product = s_product;
        for (int i = 0; i < Chain; i++)
            product *= 0x9E3779B97F4A7C15;
        s_product = product;
    }
}
