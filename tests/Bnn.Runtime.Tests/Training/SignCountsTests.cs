using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed unsafe class SignCountsTests
{
    [Theory, InlineData(1, false), InlineData(9, false), InlineData(31, false), InlineData(70, false)]
    [InlineData(1, true), InlineData(9, true), InlineData(70, true)]
    public void Counts_are_the_dots_of_the_signs_that_are_not_masked(int words, bool hasMaskPerChannel)
    {
        // Words stand at any byte and may overlap.
        const int Places = 3, Step = 2;
        var bytes = new byte[(words * 5) + 16];
        new Random(words).NextBytes(bytes);
        int[] offsets = [.. Enumerable.Range(0, words).Select(w => w * 5)];
        ulong[] shared = [.. Enumerable.Range(0, words).Select(w => ulong.MaxValue >> (w % 4 * 13))];
        ulong[] masks = [.. Enumerable.Range(0, words * 16)
            .Select(i => shared[i / 16] & (hasMaskPerChannel ? CounterRandom.Next(2, 0, 2, (ulong)i) : ulong.MaxValue))];
        ulong[] weights = [.. Enumerable.Range(0, words * 16).Select(i => CounterRandom.Next(1, 0, 2, (ulong)i))];
        if (words == 70)
            Array.Fill(bytes, (byte)0);     // more differences than a byte holds
        int[] live = [.. Enumerable.Range(0, 16).Select(c => Enumerable.Range(0, words).Sum(w => (int)ulong.PopCount(masks[(w * 16) + c])))];
        var expected = new float[Places * 16];
        for (int i = 0; i < expected.Length; i++)
        {
            int c = i % 16;
            for (int bit = 0; bit < 64 * words; bit++)
            {
                int w = bit / 64, at = (8 * (offsets[w] + (i / 16 * Step))) + (bit % 64);
                bool value = (bytes[at / 8] >> (at % 8) & 1) != 0, weight = (weights[(w * 16) + c] >> bit & 1) != 0;
                if ((masks[(w * 16) + c] >> bit & 1) != 0)
                    expected[i] += value == weight ? 1 : -1;
            }
        }
        float[] dots = new float[Places * 16], plain = new float[Places * 16];
        fixed (byte* values = bytes)
        fixed (int* places = offsets)
        fixed (ulong* words64 = shared, channels = masks, signs = weights)
        fixed (int* all = live)
        fixed (float* fast = dots, slow = plain)
        {
            if (hasMaskPerChannel)
            {
                SignCounts.Run(Places, Step, words, values, places, new ChannelMasks(channels), signs, all, fast);
                SignCounts.RunWords(Places, Step, words, values, places, new ChannelMasks(channels), signs, all, slow);
            }
            else
            {
                SignCounts.Run(Places, Step, words, values, places, new WordMasks(words64), signs, all, fast);
                SignCounts.RunWords(Places, Step, words, values, places, new WordMasks(words64), signs, all, slow);
            }
        }
        Assert.Equal(expected, dots);
        Assert.Equal(expected, plain);
    }
}
