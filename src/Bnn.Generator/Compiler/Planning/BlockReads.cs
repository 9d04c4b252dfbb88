using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>What registers of channels read of a dense layer's inputs where they skip the others: look-ups for one sample of a layer whose masks are in blocks.</summary>
/// <param name="Groups">Registers that read the same go together: how many such groups there are.</param>
/// <param name="Steps">Steps of all groups.</param>
/// <param name="LookUps">The same, times the registers of each group.</param>
/// <param name="Pieces">What brings the inputs together: 64 inputs in any places with 512 bits, else a byte of eight inputs; single inputs from 64 neighbouring ones are two pieces.</param>
/// <param name="Work">In the measure by which the kernels compare this with all inputs for all registers.</param>
/// <remarks>
/// As the kernels count it, but that inputs that lie far apart may take more pieces. A processor with 256 bits is taken to have fast instructions for single inputs, as all have but AMD's before Zen 3,
/// where kernels take bytes; one with 128, to have none.
/// </remarks>
internal readonly record struct BlockReads(int Groups, long Steps, long LookUps, long Pieces, long Work)
{
    private const int MostTogether = 8, PickedInputs = 64, PickWork = 3;

    /// <summary>Those of a layer without the channels that are counted by words.</summary>
    /// <param name="tier">Width of the registers.</param>
    /// <param name="weights">Weights with a mask.</param>
    /// <param name="channels">The first so many.</param>
    public static BlockReads Of(LaneTier tier, WeightMatrix weights, int channels)
    {
        int width = tier.Words * sizeof(ulong), registers = (channels + width - 1) / width, words = weights.WordsPerRow;
        ulong[] any = new ulong[registers * words], all = new ulong[any.Length];
        for (int c = 0; c < channels; c++)
        {
            for (int w = 0, at = c / width * words; w < words; w++, at++)
            {
                any[at] |= weights.Live(c, w);
                all[at] = (c % width == 0 ? ulong.MaxValue : all[at]) & weights.Live(c, w);
            }
        }
        int groups = 0;
        long steps = 0, lookUps = 0, pieces = 0;
        for (int r = 0; r < registers;)
        {
            int count = 1;
            while (2 * count <= MostTogether && r + (2 * count) <= registers && AreSame(any, r, 2 * count, words) && AreSame(all, r, 2 * count, words))
                count *= 2;
            ReadOnlySpan<ulong> read = any.AsSpan(r * words, words), shared = all.AsSpan(r * words, words);
            (long ofGroup, long piecesOfGroup) = tier.Words switch
            {
                8 => Picked(read, shared),
                4 => Less(count, InBytes(read, shared), InWindows(read, shared)),
                _ => InBytes(read, shared),
            };
            groups++;
            steps += ofGroup;
            lookUps += count * ofGroup;
            pieces += piecesOfGroup;
            r += count;
        }
        return new(groups, steps, lookUps, pieces, lookUps + (pieces * (tier.Words == 8 ? PickWork : 1)));
    }

    private static bool AreSame(ulong[] bits, int first, int count, int words) =>
        bits.AsSpan(first * words, (count - 1) * words).SequenceEqual(bits.AsSpan((first + 1) * words, (count - 1) * words));

    // Seven inputs a step, three where channels differ.
    private static (long Steps, long Pieces) Picked(ReadOnlySpan<ulong> read, ReadOnlySpan<ulong> shared)
    {
        int all = 0, same = 0;
        for (int w = 0; w < read.Length; w++)
        {
            all += Bits.PopCount(read[w]);
            same += Bits.PopCount(shared[w]);
        }
        return (StepsOf(8 * Parts(same, 8), 7) + StepsOf(8 * Parts(all - same, 8), 3), Parts(same, PickedInputs) + Parts(all - same, PickedInputs));
    }

    // Bytes of eight inputs: two steps each, four where channels differ.
    private static (long Steps, long Pieces) InBytes(ReadOnlySpan<ulong> read, ReadOnlySpan<ulong> shared)
    {
        int steps = 0, bytes = 0;
        for (int b = 0; b < 8 * read.Length; b++)
        {
            ulong of = read[b / 8] >> (b % 8 * 8) & 0xFF;
            if (of == 0)
                continue;
            steps += of == (shared[b / 8] >> (b % 8 * 8) & 0xFF) ? 2 : 4;
            bytes++;
        }
        return (steps, bytes);
    }

    // Up to eight whole steps of what lies in 64 neighbouring inputs: four a step, two where channels differ.
    private static (long Steps, long Pieces) InWindows(ReadOnlySpan<ulong> read, ReadOnlySpan<ulong> shared)
    {
        long steps = 0, windows = 0;
        foreach (int perStep in (int[])[4, 2])
        {
            int inputs = 0, words = 0;
            for (int w = 0; w < read.Length; w++)
            {
                int of = Bits.PopCount(perStep == 4 ? shared[w] : read[w] & ~shared[w]);
                inputs += of;
                words += of > 0 ? 1 : 0;
            }
            if (inputs == 0)
                continue;
            int ofWindow = Math.Min(8 * perStep, Math.Max(perStep, inputs / words / perStep * perStep));
            steps += StepsOf(inputs, perStep);
            windows += Parts(inputs, ofWindow);
        }
        return (steps, 2 * windows);
    }

    private static (long Steps, long Pieces) Less(int registers, (long Steps, long Pieces) one, (long Steps, long Pieces) other) =>
        (registers * other.Steps) + other.Pieces < (registers * one.Steps) + one.Pieces ? other : one;

    private static int Parts(int inputs, int size) => (inputs + size - 1) / size;

    private static int StepsOf(int inputs, int perStep) => (inputs + perStep - 1) / perStep;
}
