using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Kernels over images with a sample in each lane, against plain loops.</summary>
public class SampleImageTests
{
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Convolutions_fire_where_a_plain_count_is_at_most_the_limit(int width)
    {
        for (int seed = 0; seed < 40; seed++)
            LaneWidths.Run(width, new RandomConvolution(seed));
    }

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Pools_take_or_and_and_of_each_window(int width)
    {
        for (int seed = 0; seed < 40; seed++)
            LaneWidths.Run(width, new RandomPool(seed));
    }

    [Fact]
    public void Spans_that_are_too_short_are_refused()
    {
        var window = new SampleWindow(3, 3, 2, 2, 1, 1, 0, 0, 2, 2);
        SampleConvolution convolution = SampleConvolution.Create(window, 1, paddingBit: false, 1, new ulong[2], default, [1, 1]);
        var scratch = new ulong[convolution.ScratchWords<Lanes64>()];
        Assert.Throws<ArgumentException>(() => convolution.Run<Lanes64>(new ulong[8], new ulong[8], scratch));
        Assert.Throws<ArgumentException>(() => convolution.Run<Lanes64>(new ulong[9], new ulong[7], scratch));
        Assert.Throws<ArgumentException>(() => convolution.Run<Lanes64>(new ulong[9], new ulong[8], new ulong[3]));
        Assert.Throws<ArgumentException>(() => SampleConvolution.Create(window, 3, paddingBit: false, 2, new ulong[2], default, [1, 1]));
        Assert.Throws<ArgumentException>(() => SamplePool.Run<Lanes64>(window, new ulong[9], 1, default, new ulong[3]));
        Assert.Throws<ArgumentException>(() => SamplePool.Run<Lanes64>(window, new ulong[9 * 65], 65, new ulong[1], new ulong[4 * 65]));
    }

    internal sealed class RandomConvolution(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            (Shape input, ConvolutionLayer layer, bool isEightBit) = PixelCases.Convolution(seed, 12);
            Shape output = layer.Output(input);
            var window = new SampleWindow(input.Height, input.Width, layer.Kernel.Height, layer.Kernel.Width, layer.Stride.Height, layer.Stride.Width,
                layer.Padding.Top, layer.Padding.Left, output.Height, output.Width);
            SampleConvolution convolution = SampleConvolution.Create(
                window, input.Channels, layer.PaddingBit, layer.Groups,
                layer.Weights.PackedSigns(), layer.Weights.PackedMasks(), [.. layer.Limits], isEightBit);
            int lanes = 64 * TLanes.Words;
            bool[,] bits = LaneCases.Bits(convolution.Planes, lanes, new Random(seed));
            var planes = new ulong[convolution.OutputPlanes * TLanes.Words];
            convolution.Run<TLanes>(LaneCases.Planes(bits), planes, new ulong[convolution.ScratchWords<TLanes>()]);
            for (int i = 0; i < output.Count; i++)
            {
                int channel = i / (output.Height * output.Width), y = i / output.Width % output.Height, x = i % output.Width;
                for (int lane = seed % 5; lane < lanes; lane += 13)
                {
                    bool expected = PixelCases.Count(layer, input, isEightBit, pixel => bits[pixel, lane], channel, y, x) <= layer.Limits[channel];
                    Assert.True(expected == LaneCases.Bit(planes.AsSpan(i * TLanes.Words), lane), $"seed {seed}, output {i}, lane {lane}: not {expected}");
                }
            }
        }
    }

    internal sealed class RandomPool(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var random = new Random(seed);
            var input = new Shape(random.Next(1, 70), random.Next(1, 8), random.Next(1, 8));
            var window = new Extent(random.Next(1, Math.Min(4, input.Height + 1)), random.Next(1, Math.Min(4, input.Width + 1)));
            var stride = new Extent(random.Next(1, 4), random.Next(1, 4));
            var padding = new Padding(random.Next(window.Height), random.Next(window.Width), random.Next(window.Height), random.Next(window.Width));
            bool[] and = [.. Enumerable.Range(0, input.Channels).Select(_ => seed % 2 == 0 && random.Next(2) == 0)];
            var layer = new MaxPoolLayer("pool", window, stride, padding, and.ToEquatableArray());
            Shape output = layer.Output(input);
            int lanes = 64 * TLanes.Words;
            bool[,] bits = LaneCases.Bits(input.Count, lanes, random);
            var planes = new ulong[output.Count * TLanes.Words];
            SamplePool.Run<TLanes>(
                new(input.Height, input.Width, window.Height, window.Width, stride.Height, stride.Width,
                    padding.Top, padding.Left, output.Height, output.Width),
                LaneCases.Planes(bits), input.Channels, seed % 4 == 1 ? default : PixelCases.Packed(and), planes);
            for (int i = 0; i < output.Count; i++)
            {
                int channel = i / (output.Height * output.Width), y = i / output.Width % output.Height, x = i % output.Width;
                int[] pixels = PixelCases.Window(layer, input, channel, y, x);
                for (int lane = seed % 5; lane < lanes; lane += 13)
                {
                    bool expected = and[channel] ? pixels.All(p => bits[p, lane]) : pixels.Any(p => bits[p, lane]);
                    Assert.Equal(expected, LaneCases.Bit(planes.AsSpan(i * TLanes.Words), lane));
                }
            }
        }
    }
}
