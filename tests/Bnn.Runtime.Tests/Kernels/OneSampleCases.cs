using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>A dense layer with some samples, and what a bit-by-bit count says of each; many limits lie at a count that occurs.</summary>
internal sealed class OneSampleCase
{
    private static readonly double[] s_ones = [0, 0.19, 0.5, 1];

    private readonly bool[,] _bits;

    // Masks 0: none; 1: the same for all channels; 2: at random.
    public OneSampleCase(int inputs, int channels, int masks, int seed)
        : this(inputs, channels, seed, new Random(~seed), (random, shared) => masks == 1 ? (_, column) => shared[column] : masks == 2 ? (_, _) => random.Next(3) > 0 : (_, _) => true)
    {
    }

    /// <summary>Blocks of channels and inputs live with a probability, and in those that do single weights.</summary>
    public static OneSampleCase InBlocks(int inputs, int channels, (int Channels, int Inputs) block, double live, double weights, int seed) =>
        new(inputs, channels, seed, new Random(~seed), (random, _) =>
        {
            var blocks = new bool[channels, inputs];
            for (int c = 0; c < channels; c++)
            {
                for (int i = 0; i < inputs; i++)
                    blocks[c, i] = c % block.Channels + i % block.Inputs == 0 ? random.NextDouble() < live : blocks[c / block.Channels * block.Channels, i / block.Inputs * block.Inputs];
            }
            return (c, i) => blocks[c, i] && (weights == 1 || random.NextDouble() < weights);
        });

    private OneSampleCase(int inputs, int channels, int seed, Random masked, Func<Random, bool[], Func<int, int, bool>> isLive)
    {
        var random = new Random(seed);
        bool[] shared = [.. Enumerable.Range(0, inputs).Select(_ => random.Next(3) > 0)];
        double positive = (seed % 3) switch { 0 => 0.5, 1 => 0.05, _ => 0.9 };
        Func<int, int, bool> lives = isLive(masked, shared);
        Weights = WeightMatrix.Create(channels, inputs, (channel, column) => !lives(channel, column) ? 0 : random.NextDouble() < positive ? 1 : -1);
        _bits = new bool[inputs, s_ones.Length];
        for (int i = 0; i < inputs; i++)
        {
            for (int sample = 0; sample < s_ones.Length; sample++)
                _bits[i, sample] = random.NextDouble() < s_ones[sample];
        }
        Limits = [.. Enumerable.Range(0, channels).Select(c =>
        {
            int most = Weights.LiveCount(c), count = Count(c, random.Next(s_ones.Length));
            return random.Next(8) switch { 0 => -1, 1 => most, 2 => 0, _ => Math.Clamp(count + random.Next(-1, 2), -1, most) };
        })];
        Signs = Weights.PackedSigns();
        Masks = Weights.PackedMasks();
    }

    public WeightMatrix Weights { get; }

    public int[] Limits { get; }

    public ulong[] Signs { get; }

    public ulong[] Masks { get; }

    /// <summary>Runs something for each sample, and compares all words of its output.</summary>
    /// <param name="run">Packed input and output, which it finds full of ones.</param>
    /// <param name="name">What failed, if it does.</param>
    public void Check(Action<ulong[], ulong[]> run, string name)
    {
        for (int sample = 0; sample < s_ones.Length; sample++)
        {
            ulong[] expected = Expected(sample), output = [.. expected.Select(_ => ulong.MaxValue)];
            run(Input(sample), output);
            Assert.True(expected.AsSpan().SequenceEqual(output), $"{name}: {Weights.Columns} inputs, {Weights.Rows} channels, {s_ones[sample]:P0} ones");
        }
    }

    /// <summary>The same for the samples in turns, in one call.</summary>
    /// <param name="count">How many inputs.</param>
    /// <param name="run">Packed inputs, their number and outputs, which it finds full of ones; a word behind them must stay so.</param>
    /// <param name="name">What failed, if it does.</param>
    public void CheckTogether(int count, Action<ulong[], int, ulong[]> run, string name)
    {
        int[] samples = [.. Enumerable.Range(0, count).Select(i => i % s_ones.Length)];
        ulong[] expected = [.. samples.SelectMany(Expected), ulong.MaxValue], outputs = [.. expected.Select(_ => ulong.MaxValue)];
        run([.. samples.SelectMany(Input)], count, outputs);
        Assert.True(expected.AsSpan().SequenceEqual(outputs), $"{name}: {Weights.Columns} inputs, {Weights.Rows} channels, {count} together");
    }

    private ulong[] Expected(int sample)
    {
        var expected = new ulong[WeightMatrix.WordsFor(Weights.Rows)];
        for (int c = 0; c < Weights.Rows; c++)
            expected[c >> 6] |= Count(c, sample) <= Limits[c] ? 1UL << (c & 63) : 0;
        return expected;
    }

    private ulong[] Input(int sample)
    {
        var input = new ulong[Weights.WordsPerRow];
        for (int i = 0; i < Weights.Columns; i++)
            input[i >> 6] |= _bits[i, sample] ? 1UL << (i & 63) : 0;
        return input;
    }

    private int Count(int channel, int sample) => LaneCases.Count(Weights, channel, _bits, sample, isEightBit: false);
}

/// <summary>Sizes and masks to try.</summary>
internal static class OneSampleCases
{
    /// <summary>Every number of inputs from 1 to 300, with any number of channels up to 130.</summary>
    public static IEnumerable<OneSampleCase> Small(int step = 1)
    {
        for (int inputs = 1; inputs <= 300; inputs += step)
            yield return new(inputs, inputs < 8 ? inputs : new Random(inputs).Next(1, 131), inputs % 3, inputs);
    }

    /// <summary>Every number of channels from 1 to 130, and some above.</summary>
    public static IEnumerable<OneSampleCase> Channels(int step = 1)
    {
        for (int channels = 1; channels <= 130; channels += step)
            yield return new(1 + (channels % 23), channels, channels % 3, channels);
        foreach (int channels in new[] { 192, 256, 257, 260, 300, 448, 512, 515, 832 })
            yield return new(70, channels, channels % 3, channels);
    }

    /// <summary>Masks of blocks of many shapes, whole and with single weights pruned in them; registers, and layers, without live weights; what lives once; many registers.</summary>
    public static IEnumerable<OneSampleCase> Blocks()
    {
        int seed = 0;
        foreach ((int Channels, int Inputs) block in new[] { (64, 8), (32, 8), (16, 8), (64, 7), (64, 1), (128, 16), (7, 5), (1000, 3) })
        {
            foreach ((int inputs, int channels) in new[] { (392, 256), (131, 130), (63, 64), (8, 17), (500, 200), (721, 45) })
            {
                yield return OneSampleCase.InBlocks(inputs, channels, block, live: 0.15, weights: 1, ++seed);
                yield return OneSampleCase.InBlocks(inputs, channels, block, live: 0.3, weights: 0.5, ++seed);
            }
        }
        yield return OneSampleCase.InBlocks(700, 520, (64, 700), live: 0.5, weights: 1, seed: 1);
        yield return OneSampleCase.InBlocks(700, 260, (32, 700), live: 0.5, weights: 0.02, seed: 2);
        yield return OneSampleCase.InBlocks(100, 129, (1, 1), live: 0, weights: 1, seed: 3);
        yield return OneSampleCase.InBlocks(1000, 70, (1, 1), live: 0.0003, weights: 1, seed: 4);
        yield return OneSampleCase.InBlocks(9000, 1100, (16, 64), live: 0.2, weights: 1, seed: 5);
        yield return OneSampleCase.InBlocks(65536, 70, (32, 8), live: 0.3, weights: 1, seed: 6);
    }

    /// <summary>Sums beyond 8 and 16 bits.</summary>
    public static IEnumerable<OneSampleCase> Large()
    {
        for (int masks = 0; masks < 3; masks++)
        {
            yield return new(4096, 70, masks, masks);
            yield return new(65536, 5, masks, masks);
            yield return new(65535, 3, masks, masks);
        }
    }
}
