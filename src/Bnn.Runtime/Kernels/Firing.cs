using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>Compares the counts of up to 64 channels with their limits: one bit for each.</summary>
/// <remarks>Gathering bits one by one costs about four instructions a channel, vectors less than one. No bounds are checked.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Firing
{
    /// <summary>Bit c = (counts[c] ≤ limits[c]); bits from <paramref name="channels"/> on are 0.</summary>
    /// <param name="counts"><c>[channels, rounded up to a multiple of 16]</c></param>
    /// <param name="limits">The same number.</param>
    /// <param name="channels">In [1, 64].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(ref int counts, ref int limits, int channels)
    {
        ulong word = 0;
        for (int c = 0; c < channels; c += 16)
        {
            nuint i = (nuint)c;
            Vector128<int> a = Fires(ref counts, ref limits, i), b = Fires(ref counts, ref limits, i + 4);
            Vector128<int> d = Fires(ref counts, ref limits, i + 8), e = Fires(ref counts, ref limits, i + 12);
            // Lanes of all ones or zeros stay such when they are narrowed.
            word |= (ulong)Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(d, e)).ExtractMostSignificantBits() << c;
        }
        return channels % 16 == 0 ? word : word & BitStream.Low(channels);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Fires(ref int counts, ref int limits, nuint from) =>
        Vector128.LessThanOrEqual(Vector128.LoadUnsafe(ref counts, from), Vector128.LoadUnsafe(ref limits, from));
}
