using System.Runtime.CompilerServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Some neighbouring registers of channels, and the bytes of eight inputs that they read; the others they skip.</summary>
/// <param name="Register">The first of them.</param>
/// <param name="Count">Their number: 1, 2, 4 or 8.</param>
/// <param name="Shared">Bytes of which all channels read the same inputs, in rising order.</param>
/// <param name="Differing">Bytes of which some channels read more than others.</param>
/// <remarks>
/// What one sample costs: for each register and each step a look-up, and for each byte, once for registers that read the same, its way to the others of the list. A mask of
/// blocks of 8 inputs leaves few bytes, and none that differ if as many channels as a register has, or more, are pruned together.
/// </remarks>
internal sealed record RegisterReads(int Register, int Count, ushort[] Shared, ushort[] Differing)
{
    /// <summary>What each register reads, those that read the same together, if that is less work than all inputs for all of them; else null.</summary>
    /// <param name="inputs">K</param>
    /// <param name="masks">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = live; empty: all live.</param>
    /// <param name="channels">C</param>
    /// <param name="register">Channels of a register.</param>
    /// <param name="perStep">Inputs of a step.</param>
    /// <param name="perMaskedStep">Inputs of a step where masks differ.</param>
    /// <param name="plain">Look-ups of all registers together without this.</param>
    public static RegisterReads[]? IfFewer(int inputs, ReadOnlySpan<ulong> masks, int channels, int register, int perStep, int perMaskedStep, long plain)
    {
        if (masks.IsEmpty)
            return null;
        RegisterReads[] all = Of(inputs, masks, channels, register);
        long work = 0;
        foreach (RegisterReads reads in all)
        {
            int steps = Steps(reads.Shared.Length, perStep) + Steps(reads.Differing.Length, perMaskedStep);
            work += ((long)steps * reads.Count) + reads.Shared.Length + reads.Differing.Length;
        }
        return work < plain ? all : null;
    }

    /// <summary>Steps of so many bytes.</summary>
    public static int Steps(int bytes, int perStep) => ((8 * bytes) + perStep - 1) / perStep;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static RegisterReads[] Of(int inputs, ReadOnlySpan<ulong> masks, int channels, int register)
    {
        int words = WeightMatrix.WordsFor(inputs), registers = (channels + register - 1) / register;
        // For each register the inputs that any of its channels reads, and the bytes in which these differ.
        var live = new ulong[registers * words];
        var differs = new bool[registers * words * sizeof(ulong)];
        for (int c = 0; c < channels; c++)
        {
            for (int w = 0; w < words; w++)
                live[(c / register * words) + w] |= masks[(c * words) + w];
        }
        for (int c = 0; c < channels; c++)
        {
            for (int w = 0; w < words; w++)
            {
                int at = (c / register * words) + w;
                ulong lacking = live[at] ^ masks[(c * words) + w];
                for (int b = 0; lacking != 0; b++, lacking >>= 8)
                    differs[(at * sizeof(ulong)) + b] |= (lacking & 0xFF) != 0;
            }
        }
        var all = new List<RegisterReads>();
        for (int r = 0; r < registers;)
        {
            int count = 1;
            while (2 * count <= PermuteSteps<Bytes128>.Together && r + (2 * count) <= registers && AreSame(r, 2 * count))
                count *= 2;
            ushort[] shared = [.. Bytes(r, differing: false)], differing = [.. Bytes(r, differing: true)];
            all.Add(new(r, count, shared, differing));
            r += count;
        }
        return [.. all];

        bool AreSame(int first, int count)
        {
            for (int r = first + 1; r < first + count; r++)
            {
                if (!live.AsSpan(r * words, words).SequenceEqual(live.AsSpan(first * words, words))
                    || !differs.AsSpan(8 * r * words, 8 * words).SequenceEqual(differs.AsSpan(8 * first * words, 8 * words)))
                    return false;
            }
            return true;
        }

        IEnumerable<ushort> Bytes(int r, bool differing)
        {
            for (int b = 0; b < 8 * words; b++)
            {
                if ((live[(r * words) + (b / 8)] >> (b % 8 * 8) & 0xFF) != 0 && differs[(8 * r * words) + b] == differing)
                    yield return (ushort)b;
            }
        }
    }
}
