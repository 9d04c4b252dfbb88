using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Kernels with the pixels of one image in their lanes, against plain loops.</summary>
public class PixelLaneTests
{
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Convolutions_fire_where_a_plain_count_is_at_most_the_limit(int width)
    {
        for (int seed = 0; seed < 80; seed++)
            LaneWidths.Run(width, new RandomConvolution(seed));
    }

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Usual_convolutions_are_exact(int width)
    {
        (int Channels, int Height, int Width, int Kernel, int Padding)[] shapes =
            [(2, 28, 28, 3, 1), (1, 28, 28, 5, 0), (3, 32, 32, 5, 2), (4, 14, 14, 3, 1), (5, 7, 7, 3, 1), (9, 8, 8, 1, 0), (2, 64, 64, 3, 1), (1, 1, 1, 1, 0),
             (2, 5, 9, 3, 20)];
        foreach ((int channels, int height, int columns, int kernel, int padding) in shapes)
        {
            var around = new Padding(padding, padding, padding, padding);
            LaneWidths.Run(width, new RandomConvolution(7, new Shape(channels, height, columns), new Extent(kernel, kernel), new Extent(1, 1), around));
        }
    }

    // Every pitch, even and odd sizes: two steps at once are picked word by word.
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Convolutions_that_step_by_two_are_exact(int width)
    {
        foreach ((int height, int columns, int kernel) in ((int, int, int)[])[(64, 64, 3), (33, 61, 5), (32, 32, 3), (15, 29, 2), (16, 16, 3), (9, 13, 1), (8, 8, 3), (7, 5, 3)])
        {
            var around = new Padding(kernel / 2, kernel / 2, kernel / 2, kernel / 2);
            LaneWidths.Run(width, new RandomConvolution(8, new Shape(3, height, columns), new Extent(kernel, kernel), new Extent(2, 2), around));
        }
    }

    [Fact]
    public void Pools_take_or_and_and_of_each_window()
    {
        for (int seed = 0; seed < 360; seed++)
        {
            var random = new Random(seed);
            var input = new Shape(random.Next(1, 70), random.Next(1, 20), random.Next(1, seed % 3 == 0 ? 65 : 20));
            var window = new Extent(random.Next(1, Math.Min(5, input.Height + 1)), random.Next(1, Math.Min(5, input.Width + 1)));
            var stride = new Extent(random.Next(1, 4), random.Next(1, 4));
            var padding = new Padding(random.Next(window.Height), random.Next(window.Width), random.Next(window.Height), random.Next(window.Width));
            // The last ones are the usual pools, of every width.
            if (seed >= 300)
                (input, window, stride, padding) = (new(3, random.Next(2, 30), seed - 300 + 5), new(2, 2), new(2, 2), default);
            bool[] and = [.. Enumerable.Range(0, input.Channels).Select(_ => seed % 2 == 0 && random.Next(2) == 0)];
            var layer = new MaxPoolLayer("pool", window, stride, padding, and.ToEquatableArray());
            Shape output = layer.Output(input);
            if (((output.Width - 1) * stride.Width) >= 64)
                continue;
            bool[] image = PixelCases.Image(input, random);
            var pool = new LanePool(new(input.Height, input.Width), window.Height, window.Width, stride.Height, stride.Width,
                padding.Top, padding.Left, output.Height, output.Width);
            int inputStride = pool.Input.Words + random.Next(3), outputStride = pool.Output.Words + random.Next(3);
            var planes = new ulong[output.Channels * outputStride];
            ulong[] source = PixelCases.Planes(image, input, pool.Input, inputStride, random);
            pool.Run(source, inputStride, input.Channels, PixelCases.Packed(and), planes, outputStride);
            for (int c = 0; c < output.Channels; c++)
            {
                for (int y = 0; y < output.Height; y++)
                {
                    for (int x = 0; x < output.Width; x++)
                    {
                        int[] pixels = PixelCases.Window(layer, input, c, y, x);
                        bool expected = and[c] ? pixels.All(p => image[p]) : pixels.Any(p => image[p]);
                        Assert.Equal(expected, PixelCases.Pixel(planes, pool.Output, outputStride, c, y, x));
                    }
                }
            }
        }
    }

    [Fact]
    public void A_pool_whose_last_window_begins_too_far_right_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LanePool(new(1, 64), 1, 4, 1, 3, 0, 3, 1, 23));

    [Fact]
    public void Streams_survive_the_way_into_planes_and_back()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var shape = new Shape(random.Next(1, 5), random.Next(1, 20), random.Next(1, 65));
            bool[] image = PixelCases.Image(shape, random);
            var layout = new PixelLayout(shape.Height, shape.Width);
            int stride = layout.Words + random.Next(3);
            var planes = new ulong[shape.Channels * stride];
            ulong[] stream = [.. PixelCases.Packed(image), ulong.MaxValue];
            PixelPlanes.FromStream(stream, shape.Channels, layout, planes, stride);
            var back = new ulong[stream.Length];
            PixelPlanes.ToStream(planes, stride, shape.Channels, layout, back);
            Assert.Equal(stream[..^1], back[..^1]);
            for (int c = 0; c < shape.Channels; c++)
            {
                int pixels = shape.Height * shape.Width;
                ulong[] noisy = PixelCases.Planes(image, shape, layout, stride, random);
                Assert.Equal(image.AsSpan(c * pixels, pixels).Count(true), PixelPlanes.Ones(noisy.AsSpan(c * stride), layout));
            }
        }
    }

    [Fact]
    public void Summed_scores_are_those_of_every_position()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            WeightMatrix weights = RandomNetworks.Weights(random.Next(1, 12), random.Next(1, 150), random, masked: seed % 2 == 0);
            int positions = random.Next(1, 40), scale = random.Next(1, 4), unit = seed % 3 == 0 ? 255 : 1;
            int[] biases = [.. Enumerable.Range(0, weights.Rows).Select(_ => random.Next(-50, 51))];
            int[][] values = [.. Enumerable.Range(0, weights.Columns).Select(_ => Enumerable.Range(0, positions).Select(_ => random.Next(unit + 1)).ToArray())];
            var scores = new int[weights.Rows];
            LaneSums.Scores([.. values.Select(v => v.Sum())], unit * positions, weights.PackedSigns(), weights.PackedMasks(), biases, scale, scores);
            for (int c = 0; c < weights.Rows; c++)
            {
                int sum = 0;
                for (int p = 0; p < positions; p++)
                {
                    for (int i = 0; i < weights.Columns; i++)
                        sum += !weights.IsLive(c, i) ? 0 : unit - (2 * (weights.IsPositive(c, i) ? unit - values[i][p] : values[i][p]));
                }
                Assert.Equal((scale * sum) + biases[c], scores[c]);
            }
        }
    }

    internal sealed class RandomConvolution : ILaneCase
    {
        private readonly int _seed;
        private readonly Shape _input;
        private readonly ConvolutionLayer _layer;
        private readonly bool _isEightBit;
        private readonly bool[] _image;
        private readonly Random _random;

        public RandomConvolution(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            (_input, _layer, _isEightBit) = PixelCases.Convolution(seed, 34);
            _image = PixelCases.Image(_input with { Channels = _input.Channels * (_isEightBit ? 8 : 1) }, _random);
        }

        public RandomConvolution(int seed, Shape input, Extent kernel, Extent stride, Padding padding)
        {
            (_seed, _input, _random) = (seed, input, new Random(seed));
            _layer = PixelCases.Layer(seed, input, kernel, stride, padding, groups: 1, isEightBit: false, _random);
            _image = PixelCases.Image(_input, _random);
        }

        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            Shape output = _layer.Output(_input);
            if (output.Width > 64)
                return;
            WeightMatrix weights = _layer.Weights;
            var window = new LaneWindow(new(_input.Height, _input.Width), _layer.Kernel.Height, _layer.Kernel.Width, _layer.Stride.Height, _layer.Stride.Width,
                _layer.Padding.Top, _layer.Padding.Left, output.Height, output.Width, _layer.PaddingBit);
            LaneConvolution convolution = LaneConvolution.Create(
                window, _input.Channels, _layer.Groups, weights.PackedSigns(), weights.PackedMasks(), [.. _layer.Limits], _isEightBit);
            int stride = convolution.Input.Stride<TLanes>(), outputStride = convolution.Output.Stride<TLanes>();
            Shape bits = _input with { Channels = convolution.Planes };
            var planes = new ulong[convolution.Channels * outputStride];
            convolution.Run<TLanes>(PixelCases.Planes(_image, bits, convolution.Input, stride, _random), planes, new ulong[convolution.ScratchWords<TLanes>()]);
            for (int c = 0; c < output.Channels; c++)
            {
                for (int y = 0; y < output.Height; y++)
                {
                    for (int x = 0; x < output.Width; x++)
                    {
                        bool expected = PixelCases.Count(_layer, _input, _isEightBit, i => _image[i], c, y, x) <= _layer.Limits[c];
                        Assert.True(expected == PixelCases.Pixel(planes, convolution.Output, outputStride, c, y, x),
                            $"seed {_seed}, {_input}, {_layer.Kernel}, {_layer.Stride}, {_layer.Padding}: channel {c}, row {y}, column {x}: not {expected}");
                    }
                }
            }
        }
    }
}
