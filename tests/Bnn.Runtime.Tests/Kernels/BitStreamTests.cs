using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class BitStreamTests
{
    [Fact]
    public void Bits_read_or_set_anywhere_are_those_of_the_stream()
    {
        var random = new Random(1);
        for (int bit = 0; bit < 130; bit++)
        {
            ulong[] words = [.. Enumerable.Range(0, 4).Select(_ => (ulong)random.NextInt64())];
            ulong read = BitStream.Read(in words[0], bit);
            for (int i = 0; i < 64; i++)
                Assert.Equal(Bit(words, bit + i), (read >> i & 1) != 0);
            var set = new ulong[4];
            BitStream.Or(ref set[0], bit, read);
            for (int i = 0; i < 256; i++)
                Assert.Equal(i >= bit && i < bit + 64 && Bit(words, i), Bit(set, i));
        }
    }

    [Fact]
    public void Setting_bits_of_the_last_word_does_not_touch_the_next()
    {
        var word = new ulong[1];
        BitStream.Or(ref word[0], 60, 0b1011);
        Assert.Equal(0b1011UL << 60, word[0]);
    }

    [Fact]
    public void What_is_appended_stands_behind_what_was_there()
    {
        var random = new Random(2);
        for (int round = 0; round < 300; round++)
        {
            ulong[] source = [.. Enumerable.Range(0, 6).Select(_ => (ulong)random.NextInt64())];
            ulong[] words = [.. Enumerable.Repeat(ulong.MaxValue, 40)];
            var expected = new List<bool>();
            var writer = new BitWriter(words);
            for (int step = random.Next(1, 9); step > 0; step--)
            {
                int count = random.Next(3) == 0 ? 64 * random.Next(3) : random.Next(200);
                int from = random.Next(2) == 0 ? 0 : random.Next(64);
                switch (random.Next(3))
                {
                    case 0:
                        writer.Copy(in source[0], from, count);
                        expected.AddRange(Enumerable.Range(from, count).Select(i => Bit(source, i)));
                        break;
                    case 1:
                        writer.Fill((ulong)from & 1, count);
                        expected.AddRange(Enumerable.Repeat((from & 1) != 0, count));
                        break;
                    default:
                        writer.Write(5, 3);
                        expected.AddRange([true, false, true]);
                        break;
                }
            }
            writer.Flush();
            int written = (expected.Count + 63) / 64;
            Assert.Equal(expected, Enumerable.Range(0, expected.Count).Select(i => Bit(words, i)));
            Assert.All(Enumerable.Range(expected.Count, (64 * written) - expected.Count), i => Assert.False(Bit(words, i)));
            Assert.All(words[written..], word => Assert.Equal(ulong.MaxValue, word));
        }
    }

    private static bool Bit(ulong[] words, int i) => (words[i >> 6] >> (i & 63) & 1) != 0;
}
