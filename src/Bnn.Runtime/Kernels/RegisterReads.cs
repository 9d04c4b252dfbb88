using System.Runtime.CompilerServices;
namespace Bnn.Kernels;

/// <summary>Some neighbouring registers of channels, and the inputs that they read; they skip the others.</summary>
/// <param name="Register">The first of them.</param>
/// <param name="Count">Their number: 1, 2, 4 or 8.</param>
/// <param name="Shared">Packed bits: inputs that all channels of each of these registers read.</param>
/// <param name="Differing">Inputs that some channels read and others do not.</param>
/// <remarks>
/// A mask of blocks leaves few inputs, and none that differ if as many channels as a register has, or more, are pruned together.
/// </remarks>
internal sealed record RegisterReads(int Register, int Count, ulong[] Shared, ulong[] Differing)
{
    /// <summary>What each register reads, those that read the same together.</summary>
    /// <param name="words">Words of a row, ⌈K/64⌉.</param>
    /// <param name="masks">Packed, <c>[C, words]</c>, 1 = live.</param>
    /// <param name="register">Channels of a register.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RegisterReads[] Of(int words, ReadOnlySpan<ulong> masks, int register)
    {
        int channels = masks.Length / words, registers = (channels + register - 1) / register;
        ulong[] any = new ulong[registers * words], all = new ulong[any.Length];
        Array.Fill(all, ulong.MaxValue);
        for (int c = 0; c < channels; c++)
        {
            for (int w = 0, at = c / register * words; w < words; w++, at++)
            {
                any[at] |= masks[(c * words) + w];
                all[at] &= masks[(c * words) + w];
            }
        }
        var found = new List<RegisterReads>();
        for (int r = 0; r < registers;)
        {
            int count = 1;
            while (2 * count <= PermuteSteps<Bytes128>.Together && r + (2 * count) <= registers && AreSame(any, r, 2 * count) && AreSame(all, r, 2 * count))
                count *= 2;
            ulong[] shared = all[(r * words)..((r + 1) * words)];
            found.Add(new(r, count, shared, [.. any[(r * words)..((r + 1) * words)].Zip(shared, (live, same) => live & ~same)]));
            r += count;
        }
        return [.. found];

        bool AreSame(ulong[] bits, int first, int count) =>
            bits.AsSpan(first * words, (count - 1) * words).SequenceEqual(bits.AsSpan((first + 1) * words, (count - 1) * words));
    }
}
