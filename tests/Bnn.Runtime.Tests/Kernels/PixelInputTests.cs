using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class PixelInputTests
{
    [Fact]
    public void Each_lane_is_the_test_of_its_byte()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            int channels = random.Next(1, 4), height = random.Next(1, 12), width = seed < 64 ? seed + 1 : random.Next(1, 65);
            bool isEightBit = seed % 3 == 0;
            int[] of = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(channels))];
            int[] tests = [.. of.Select(_ => random.Next(2) == 0 ? random.Next(1, 256) : -1 - random.Next(8))];
            PixelInput input = isEightBit ? PixelInput.EightBit(channels) : new(of, tests);
            var layout = new PixelLayout(height, width);
            var image = new byte[channels * height * width];
            random.NextBytes(image);
            int stride = layout.Words + random.Next(3);
            var planes = new ulong[((input.Planes - 1) * stride) + layout.Words];
            input.Fill(image, layout, planes, stride);
            for (int p = 0; p < input.Planes; p++)
            {
                (int channel, int test) = isEightBit ? (p % channels, -1 - (p / channels)) : (of[p], tests[p]);
                for (int y = 0; y < height; y++)
                {
                    ulong row = layout.Row(ref planes[p * stride], y);
                    for (int x = 0; x < width; x++)
                    {
                        byte value = image[(((channel * height) + y) * width) + x];
                        bool expected = test > 0 ? value >= test : (value >> (-1 - test) & 1) != 0;
                        Assert.True(expected == ((row >> x & 1) != 0), $"seed {seed}, plane {p}, pixel {y}, {x}: not {expected}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new PixelInput([0, 1], [7]));
        PixelInput input = PixelInput.EightBit(1);
        Assert.Throws<ArgumentException>(() => input.Fill(new byte[15], new PixelLayout(4, 4), new ulong[8], 1));
        Assert.Throws<ArgumentException>(() => input.Fill(new byte[16], new PixelLayout(4, 4), new ulong[7], 1));
        Assert.Throws<InvalidOperationException>(() =>
            new PixelNetworkBuilder(1, 4, 4).Build(isPixelMajor: false).Run(new byte[16], new ulong[2]));
    }
}
