using System.Runtime.Intrinsics.X86;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

public class ByteSumLayerTests
{
    public static TheoryData<PermuteTier> Tiers => [.. Enum.GetValues<PermuteTier>().Where(tier => tier >= ByteSumLayer.Best)];

    [Theory, MemberData(nameof(Tiers))]
    public void Channels_fire_where_a_plain_count_is_at_most_the_limit(PermuteTier tier)
    {
        for (int inputs = 1; inputs <= 300; inputs++)
            Check(inputs, inputs % 133 + 1, tier, seed: inputs);
        for (int channels = 1; channels <= 130; channels++)
            Check(channels % 23 + 1, channels, tier, seed: channels);
        Check(784, 512, tier, seed: 1);
        Check(1025, 257, tier, seed: 2);
        Check(65536, 3, tier, seed: 3);
    }

    [Theory, MemberData(nameof(Tiers))]
    public void The_largest_sums_are_exact(PermuteTier tier)
    {
        foreach (int inputs in new[] { 252, 256, 1024, 65536 })
        {
            int words = WeightMatrix.WordsFor(inputs), most = 255 * inputs;
            ulong[] plus = [.. Enumerable.Range(0, words).Select(word => WeightMatrix.TailMask(inputs, word))];
            ByteSumLayer layer = ByteSumLayer.Create(inputs, [.. plus, .. plus, .. new ulong[2 * words]], default, [0, -1, most, most - 1], tier);
            Assert.Equal(tier, layer.Tier);
            var output = new ulong[1];
            byte[] input = new byte[inputs];
            Array.Fill(input, byte.MaxValue);
            layer.Run(input, output);
            Assert.Equal(0b0101UL, output[0]);
            input[^1]--;
            layer.Run(input, output);
            Assert.Equal(0b1100UL, output[0]);
        }
    }

    [Fact]
    public void The_best_way_is_one_that_the_processor_has() => Assert.True(ByteSumLayer.Best switch
    {
        PermuteTier.Permute512 => Avx512BW.IsSupported,
        PermuteTier.Shuffle256 => Avx2.IsSupported && !Avx512BW.IsSupported,
        _ => !Avx2.IsSupported,
    });

    [Theory, MemberData(nameof(Tiers))]
    public void Running_allocates_nothing(PermuteTier tier)
    {
        ByteSumLayer layer = ByteSumLayer.Create(300, new ulong[5 * 200], default, new int[200], tier);
        byte[] input = new byte[300];
        ulong[] output = new ulong[4];
        Assert.Equal(0, Allocations.Of(() => layer.Run(input, output)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        ByteSumLayer layer = ByteSumLayer.Create(65, new ulong[2 * 65], default, new int[65]);
        Assert.Throws<ArgumentException>(() => layer.Run(new byte[64], new ulong[2]));
        Assert.Throws<ArgumentException>(() => layer.Run(new byte[65], new ulong[1]));
        Assert.Throws<ArgumentException>(() => ByteSumLayer.Create(5, new ulong[2], default, [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => ByteSumLayer.Create(2, new ulong[2], [1, 3], [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ByteSumLayer.Create(1, new ulong[8193], default, new int[8193]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ByteSumLayer.Create(5, new ulong[1], default, [1], (PermuteTier)9));
    }

    /// <summary>A layer with random weights, some under a mask that all channels share, limits near the count, and bytes of which some are 0 or 255.</summary>
    internal static void Check(int inputs, int channels, PermuteTier tier, int seed)
    {
        var random = new Random(seed);
        int words = WeightMatrix.WordsFor(inputs);
        bool[] isLive = [.. Enumerable.Range(0, inputs).Select(_ => seed % 3 > 0 || random.Next(4) > 0)];
        byte[] input = [.. Enumerable.Range(0, inputs).Select(_ => (byte)Math.Clamp(random.Next(-60, 316), 0, 255))];
        ulong[] signs = new ulong[channels * words], masks = new ulong[channels * words], expected = new ulong[WeightMatrix.WordsFor(channels)];
        int[] limits = new int[channels];
        for (int c = 0; c < channels; c++)
        {
            int count = 0;
            for (int i = 0; i < inputs; i++)
            {
                bool plus = isLive[i] && random.Next(2) > 0;
                signs[(c * words) + (i >> 6)] |= plus ? 1UL << (i & 63) : 0;
                masks[(c * words) + (i >> 6)] |= isLive[i] ? 1UL << (i & 63) : 0;
                count += !isLive[i] ? 0 : plus ? 255 - input[i] : input[i];
            }
            limits[c] = random.Next(8) == 0 ? -1 : count + random.Next(-1, 2);
            expected[c >> 6] |= count <= limits[c] ? 1UL << (c & 63) : 0;
        }
        ByteSumLayer layer = ByteSumLayer.Create(inputs, signs, seed % 3 == 0 || random.Next(2) > 0 ? masks : default, limits, tier);
        ulong[] output = [.. expected.Select(_ => ulong.MaxValue)];
        layer.Run(input, output);
        Assert.True(expected.AsSpan().SequenceEqual(output), $"{layer.Tier}: {inputs} inputs, {channels} channels, seed {seed}");
    }
}
