using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class LaneHalvingTests
{
    /// <summary>Both ways, where the processor has the instructions of the second.</summary>
    public static TheoryData<bool> Ways => InputWindow.IsFast ? [false, true] : [false];

    [Theory, MemberData(nameof(Ways))]
    public void Pools_of_two_by_two_take_or_and_and(bool picksBits)
    {
        foreach ((PixelLayout input, PixelLayout output, Random random) in Layouts())
        {
            const int Channels = 3;
            int stride = input.Words + random.Next(3), outputStride = output.Words + random.Next(3);
            ulong[] planes = Words(Channels * stride, random), pooled = Words(Channels * outputStride, random);
            ulong and = (ulong)random.Next(8);
            if (picksBits && input.Pitch <= BitHalving.MostPitch)
                BitHalving.Pool(input, planes, stride, Channels, [and], output.Words, pooled, outputStride);
            else
                LaneHalving.Pool(input, planes, stride, Channels, [and], output.Words, pooled, outputStride);
            Check(planes, input, stride, Channels, and, pooled, output, outputStride);
        }
    }

    /// <summary>Whole registers, of large planes and of small ones together; what does not fill them is left as it is.</summary>
    [Fact]
    public void Pools_of_two_by_two_go_sixteen_words_at_a_time()
    {
        foreach ((PixelLayout input, PixelLayout output, Random random) in Layouts())
        {
            int channels = random.Next(1, 20), together = input.Pitch == 8 ? 8 : input.Words <= 4 ? 4 : 1;
            int stride = Fours(input.Words + random.Next(5)), outputStride = Fours(output.Words + random.Next(5));
            ulong[] planes = Words(channels * stride, random), pooled = Words(channels * outputStride, random), before = [.. pooled];
            int done = WideHalving.Pool(input, planes, stride, channels, output.Words, pooled, outputStride);
            Assert.Equal(!WideHalving.IsSupported || (input.Pitch == 8 && input.Words > 1) ? 0 : channels / together * together, done);
            Check(planes, input, stride, done, 0, pooled, output, outputStride);
            Assert.Equal(before[(done * outputStride)..], pooled[(done * outputStride)..]);
            // The same by the layer, which does the rest in another way.
            ulong[] whole = Words(channels * outputStride, random);
            new LanePool(input, 2, 2, 2, 2, 0, 0, output.Height, output.Width).Run(planes, stride, channels, default, whole, outputStride);
            Check(planes, input, stride, channels, 0, whole, output, outputStride);
        }

        static int Fours(int words) => (words + 3) / 4 * 4;
    }

    [Fact]
    public void Planes_without_room_for_registers_are_left_to_other_ways()
    {
        var input = new PixelLayout(32, 32);
        Assert.Equal(0, WideHalving.Pool(input, new ulong[34], 17, 2, 4, new ulong[8], 4));
        Assert.Equal(0, WideHalving.Pool(input, new ulong[32], 16, 2, 4, new ulong[10], 5));
        Assert.Equal(0, WideHalving.Pool(input, new ulong[31], 16, 2, 4, new ulong[8], 4));
        Assert.Equal(0, WideHalving.Pool(input, new ulong[32], 16, 2, 4, new ulong[7], 4));
    }

    private static void Check(ulong[] planes, PixelLayout input, int stride, int channels, ulong and, ulong[] pooled, PixelLayout output, int outputStride)
    {
        for (int c = 0; c < channels; c++)
        {
            for (int y = 0; y < output.Height; y++)
            {
                for (int x = 0; x < output.Width; x++)
                {
                    int ones = Enumerable.Range(0, 4).Count(i => PixelCases.Pixel(planes, input, stride, c, (2 * y) + (i / 2), (2 * x) + (i % 2)));
                    bool expected = (and >> c & 1) != 0 ? ones == 4 : ones > 0;
                    Assert.True(expected == PixelCases.Pixel(pooled, output, outputStride, c, y, x), $"{input}, channel {c}, {y}, {x}");
                }
            }
        }
    }

    [Fact]
    public void Every_other_row_and_column_is_picked()
    {
        foreach ((PixelLayout input, PixelLayout output, Random random) in Layouts())
        {
            for (int phase = 0; phase < 4; phase++)
            {
                ulong[] plane = Words(input.Words, random), picked = Words(output.Words, random);
                LaneHalving.Pick(input, plane, phase / 2, phase % 2, picked);
                for (int y = 0; y < output.Height; y++)
                {
                    for (int x = 0; x < output.Width; x++)
                    {
                        bool expected = PixelCases.Pixel(plane, input, input.Words, 0, (2 * y) + (phase / 2), (2 * x) + (phase % 2));
                        Assert.True(expected == PixelCases.Pixel(picked, output, output.Words, 0, y, x), $"{input}, phase {phase}, {y}, {x}");
                    }
                }
            }
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => BitHalving.Pool(new(4, 64), new ulong[4], 4, 1, default, 1, new ulong[1], 1));
        Assert.Throws<ArgumentException>(() => BitHalving.Pool(new(16, 16), new ulong[7], 4, 2, default, 1, new ulong[2], 1));
        Assert.Throws<ArgumentException>(() => BitHalving.Pool(new(16, 16), new ulong[8], 4, 2, default, 1, new ulong[1], 1));
    }

    // Images of every width, with the layout of half of them.
    private static IEnumerable<(PixelLayout Input, PixelLayout Output, Random Random)> Layouts()
    {
        for (int seed = 0; seed < 126; seed++)
        {
            var random = new Random(seed);
            var input = new PixelLayout(random.Next(2, 40), 2 + (seed / 2));
            yield return (input, new PixelLayout(input.Height / 2, input.Width / 2).WithPitch(Math.Max(8, input.Pitch / 2)), random);
        }
    }

    private static ulong[] Words(int count, Random random) => [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() ^ ((ulong)random.NextInt64() << 1))];
}
