using System.Runtime.Intrinsics.X86;
using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class PermuteLayerTests
{
    public static TheoryData<PermuteTier> Tiers => [.. Enum.GetValues<PermuteTier>()];

    [Theory, MemberData(nameof(Tiers))]
    public void Channels_fire_where_a_plain_count_is_at_most_the_limit(PermuteTier tier)
    {
        // What the processor lacks is done byte by byte: fewer sizes, but each remainder of the inputs by a step.
        bool isFast = tier >= PermuteLayer.Best;
        foreach (OneSampleCase layer in OneSampleCases.Small(isFast ? 1 : 11).Concat(OneSampleCases.Channels(isFast ? 1 : 5)).Concat(OneSampleCases.Large()))
            Check(layer, tier);
    }

    [Theory, MemberData(nameof(Tiers))]
    public void Masks_in_blocks_change_no_bit(PermuteTier tier)
    {
        bool isFast = tier >= PermuteLayer.Best;
        foreach (OneSampleCase layer in OneSampleCases.Blocks().Where((layer, i) => isFast || (i % 3 == 0 && layer.Weights.Columns < 1000)))
            Check(layer, tier);
    }

    [Theory, MemberData(nameof(Tiers))]
    public void Every_limit_is_exact_for_every_number_of_ones(PermuteTier tier)
    {
        const int Inputs = 33;
        int[] limits = [.. Enumerable.Range(-1, Inputs + 2)];
        for (int positive = 0; positive <= Inputs; positive += 3)
        {
            ulong weights = (1UL << positive) - 1;
            PermuteLayer layer = PermuteLayer.Create(Inputs, [.. limits.Select(_ => weights)], default, limits, tier);
            for (int ones = 0; ones <= Inputs; ones++)
            {
                var output = new ulong[1];
                layer.Run([(1UL << ones) - 1], output);
                Assert.Equal(ulong.MaxValue << (Math.Abs(ones - positive) + 1) & ((1UL << limits.Length) - 1), output[0]);
            }
        }
    }

    [Theory]
    [InlineData(255, PermuteTier.Shuffle256)]
    [InlineData(65534, PermuteTier.Shuffle256)]
    [InlineData(65535, PermuteTier.Portable)]
    [InlineData(65536, PermuteTier.Portable)]
    public void Counts_up_to_the_number_of_inputs_are_exact(int inputs, PermuteTier tier)
    {
        int words = (inputs + 63) / 64;
        PermuteLayer layer = PermuteLayer.Create(inputs, new ulong[4 * words], default, [inputs - 1, inputs, 0, -1], PermuteTier.Shuffle256);
        Assert.Equal(tier, layer.Tier);
        var input = new ulong[words];
        var output = new ulong[1];
        for (int i = 0; i < inputs; i++)
            input[i >> 6] |= 1UL << (i & 63);
        layer.Run(input, output);
        Assert.Equal(0b0010UL, output[0]);
        layer.Run(new ulong[words], output);
        Assert.Equal(0b0111UL, output[0]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public unsafe void Inputs_are_split_the_same_by_shifts_and_by_words(bool isMasked)
    {
        if (!Avx512Vbmi.IsSupported)
            return;
        var random = new Random(1);
        for (int words = 1; words < 40; words++)
        {
            ulong[] input = [.. Enumerable.Range(0, words).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];
            ulong[] live = [.. Enumerable.Range(0, words).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];
            int steps = ((64 * words) + Bytes512.Inputs(isMasked) - 1) / Bytes512.Inputs(isMasked);
            byte[] shifted = new byte[steps + 64], deposited = new byte[steps + 64];
            fixed (ulong* bits = input, mask = live)
            fixed (byte* one = shifted, other = deposited)
            {
                Bytes512.ByShifting((byte*)bits, (byte*)mask, 8 * words, isMasked, one);
                Bytes512.ByDepositing(bits, mask, words, isMasked, other);
            }
            Assert.Equal(deposited[..steps], shifted[..steps]);
        }
    }

    [Fact]
    public void The_best_tier_is_one_that_the_processor_has() => Assert.True(PermuteLayer.Best switch
    {
        PermuteTier.Permute512 => Avx512Vbmi.IsSupported,
        PermuteTier.Shuffle256 => Avx2.IsSupported && !Avx512Vbmi.IsSupported,
        _ => !Avx2.IsSupported,
    });

    [Fact]
    public void A_mask_that_all_channels_share_costs_nothing()
    {
        Assert.False(Make(new(90, 10, masks: 0, seed: 1), PermuteLayer.Best).IsMasked);
        Assert.False(Make(new(90, 10, masks: 1, seed: 1), PermuteLayer.Best).IsMasked);
        Assert.True(Make(new(90, 10, masks: 2, seed: 1), PermuteLayer.Best).IsMasked);
    }

    [Theory, MemberData(nameof(Tiers))]
    public void Running_allocates_nothing(PermuteTier tier)
    {
        PermuteLayer layer = Make(new(500, 200, masks: 2, seed: 3), tier);
        ulong[] input = new ulong[5 * 8], output = new ulong[5 * 4];
        Assert.Equal(0, Allocations.Of(() => layer.Run(input, 5, output)));
    }

    [Fact]
    public void Spans_that_are_too_short_are_refused()
    {
        PermuteLayer layer = PermuteLayer.Create(65, new ulong[2 * 65], default, new int[65]);
        Assert.Throws<ArgumentException>(() => layer.Run(new ulong[1], new ulong[2]));
        Assert.Throws<ArgumentException>(() => layer.Run(new ulong[2], new ulong[1]));
        Assert.Throws<ArgumentException>(() => layer.Run(new ulong[9], 5, new ulong[10]));
        Assert.Throws<ArgumentException>(() => layer.Run(new ulong[10], 5, new ulong[9]));
        Assert.Throws<ArgumentException>(() => layer.Run(new ulong[10], -1, new ulong[10]));
        layer.Run(default, 0, default);
        Assert.Throws<ArgumentException>(() => PermuteLayer.Create(5, new ulong[2], default, [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => PermuteLayer.Create(5, new ulong[3], new ulong[2], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => PermuteLayer.Create(5, default, default, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => PermuteLayer.Create(0, default, default, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PermuteLayer.Create(65537, new ulong[1025], default, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PermuteLayer.Create(1, new ulong[1], default, [1], (PermuteTier)4));
    }

    internal static void Check(OneSampleCase layer, PermuteTier tier)
    {
        PermuteLayer permute = Make(layer, tier);
        layer.Check((input, output) => permute.Run(input, output), tier.ToString());
        layer.CheckTogether(4 + (layer.Weights.Rows % 6), (inputs, count, outputs) => permute.Run(inputs, count, outputs), tier.ToString());
    }

    private static PermuteLayer Make(OneSampleCase layer, PermuteTier tier) =>
        PermuteLayer.Create(layer.Weights.Columns, layer.Signs, layer.Masks, layer.Limits, tier);
}
