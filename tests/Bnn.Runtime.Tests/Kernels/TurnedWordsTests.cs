using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class TurnedWordsTests
{
    /// <summary>Taps that are turned at once, as far as this processor goes.</summary>
    public static TheoryData<int> Ways => [.. new[] { 1, 4, 8 }.Where(together => together <= TurnedWords.Together)];

    [Theory, MemberData(nameof(Ways))]
    public void Each_tap_sees_the_pixel_under_it_or_padding(int together)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            int height = random.Next(1, 9), width = random.Next(1, 9), kernelHeight = random.Next(1, 6), kernelWidth = random.Next(1, 6);
            int top = random.Next(kernelHeight), left = random.Next(kernelWidth), outputHeight = random.Next(1, 9), outputWidth = random.Next(1, 9);
            bool paddingBit = random.Next(2) != 0;
            const int Planes = 3;
            int taps = kernelHeight * kernelWidth, stride = random.Next(1, 9), complements = random.Next(2) * Planes * taps;
            var turns = new int[taps];
            var inside = new ulong[taps];
            for (int i = 0; i < taps; i++)
            {
                int down = (i / kernelWidth) - top, right = (i % kernelWidth) - left;
                turns[i] = (8 * down) + right;
                for (int p = 0; p < 64; p++)
                    inside[i] |= p / 8 < outputHeight && p % 8 < outputWidth && IsPixel(p / 8 + down, p % 8 + right) ? 1UL << p : 0;
            }
            ulong[] planes = Words(((Planes - 1) * stride) + 1, random), seen = Words((Planes * taps) + complements, random);
            new TurnedWords(turns, inside, paddingBit).Gather(planes, stride, Planes, seen, complements, together);
            for (int plane = 0; plane < Planes; plane++)
            {
                for (int i = 0; i < taps; i++)
                {
                    ulong word = seen[(plane * taps) + i];
                    if (complements != 0)
                        Assert.Equal(~word, seen[(plane * taps) + i + complements]);
                    for (int y = 0; y < outputHeight; y++)
                    {
                        for (int x = 0; x < outputWidth; x++)
                        {
                            int row = y + (i / kernelWidth) - top, column = x + (i % kernelWidth) - left;
                            bool expected = IsPixel(row, column) ? (planes[plane * stride] >> ((8 * row) + column) & 1) != 0 : paddingBit;
                            Assert.True(expected == ((word >> ((8 * y) + x) & 1) != 0), $"seed {seed}, plane {plane}, tap {i}, position {y}, {x}");
                        }
                    }
                }
            }

            bool IsPixel(int row, int column) => row >= 0 && row < height && column >= 0 && column < width;
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var words = new TurnedWords([0, 1], [0, 0], false);
        Assert.Throws<ArgumentException>(() => words.Gather(new ulong[2], 2, 2, new ulong[4], 0, 1));
        Assert.Throws<ArgumentException>(() => words.Gather(new ulong[3], 2, 2, new ulong[3], 0, 1));
        Assert.Throws<ArgumentException>(() => words.Gather(new ulong[3], 2, 2, new ulong[7], 4, 1));
        Assert.Throws<ArgumentException>(() => words.Gather(new ulong[3], 2, 0, new ulong[4], 0, 1));
    }

    private static ulong[] Words(int count, Random random) => [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() ^ ((ulong)random.NextInt64() << 1))];
}
