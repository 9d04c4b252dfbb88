using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>First convolutions on bytes by sums that are looked up, against plain loops.</summary>
public class ByteConvolutionTests
{
    private const int Cases = 90;

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void An_image_fires_where_a_plain_count_is_at_most_the_limit(int width)
    {
        for (int seed = 0; seed < Cases; seed++)
            LaneWidths.Run(width, new OneImage(seed));
    }

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void A_batch_fires_where_a_plain_count_is_at_most_the_limit(int width)
    {
        for (int seed = 0; seed < Cases; seed++)
            LaneWidths.Run(width, new Batch(seed));
    }

    // 128 · 255 is the largest sum.
    [Fact]
    public void As_many_inputs_fit_as_their_sums_do()
    {
        Assert.True(TapSums.Fits(128, default));
        Assert.False(TapSums.Fits(129, default));
        ulong[] masks = [ulong.MaxValue, 0, 0, ulong.MaxValue];
        Assert.True(TapSums.Fits(128, masks));
        masks[1] = 1;
        Assert.False(TapSums.Fits(128, masks));
        Assert.Throws<ArgumentException>(() => new TapSums(TapGroups.Of(128, 1, 1, 1, isAcross: false, 2), masks, masks, [0, 0]));
        Assert.Throws<ArgumentException>(() => new TapSums(TapGroups.Of(128, 1, 1, 1, isAcross: false, 1), new ulong[3], default, [0]));
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        var window = new SampleWindow(4, 4, 3, 3, 1, 1, 1, 1, 4, 4);
        var sums = new TapSums(TapGroups.Of(1, 3, 3, 1, isAcross: false, 2), new ulong[2], default, [0, 0]);
        var across = new TapSums(TapGroups.Of(1, 3, 3, 1, isAcross: true, 2), new ulong[2], default, [0, 0]);
        Assert.Throws<ArgumentException>(() => new PixelByteConvolution(window, 2, paddingBit: false, sums));
        Assert.Throws<ArgumentException>(() => new SampleByteConvolution(window, 2, paddingBit: false, across));
        Assert.Throws<ArgumentException>(() => new PixelByteConvolution(window, 1, paddingBit: false, across));
        Assert.Throws<ArgumentException>(() => new SampleByteConvolution(window, 1, paddingBit: false, sums));
        var pixels = new PixelByteConvolution(window, 1, paddingBit: false, sums);
        Assert.Throws<ArgumentException>(() => pixels.Fill<Lanes64>(new byte[15], pixels.Output, new ulong[2], new ulong[pixels.ScratchWords<Lanes64>()]));
        Assert.Throws<ArgumentException>(() => pixels.Fill<Lanes64>(new byte[16], pixels.Output, new ulong[1], new ulong[pixels.ScratchWords<Lanes64>()]));
        Assert.Throws<ArgumentException>(() => pixels.Fill<Lanes64>(new byte[16], pixels.Output, new ulong[2], new ulong[pixels.ScratchWords<Lanes64>() - 1]));
        var samples = new SampleByteConvolution(window, 1, paddingBit: false, across);
        Assert.Throws<ArgumentException>(() => samples.Pack<Lanes64>(new byte[65 * 16], 16, new ulong[32], new ulong[samples.ScratchWords<Lanes64>()]));
        Assert.Throws<ArgumentException>(() => samples.Pack<Lanes64>(new byte[15], 15, new ulong[32], new ulong[samples.ScratchWords<Lanes64>()]));
        Assert.Throws<ArgumentException>(() => samples.Pack<Lanes64>(new byte[16], 16, new ulong[31], new ulong[samples.ScratchWords<Lanes64>()]));
        Assert.Throws<ArgumentException>(() => samples.Pack<Lanes64>(new byte[16], 16, new ulong[32], new ulong[samples.ScratchWords<Lanes64>() - 1]));
    }

    // Bits are not what its first convolution takes any more.
    [Fact]
    public void A_network_of_bytes_refuses_bits()
    {
        var window = new SampleWindow(4, 4, 3, 3, 1, 1, 1, 1, 4, 4);
        PixelNetwork network = new PixelNetworkBuilder(1, 4, 4, isEightBit: true).FromBytes().Convolution(window, false, 1, new ulong[2], default, [0, 0]).Build(isPixelMajor: false);
        network.Run(new byte[16], new ulong[2]);
        Assert.Throws<InvalidOperationException>(() => network.Run(new ulong[3], new ulong[2]));
    }

    private sealed class OneImage(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var one = new ByteCase(seed, widest: 65);
            var convolution = new PixelByteConvolution(one.Window, one.Input.Channels, one.Layer.PaddingBit, one.Sums(isAcross: false));
            int stride = convolution.Output.Stride<TLanes>();
            byte[] image = one.Images(1);
            ulong[] planes = new ulong[convolution.Planes * stride], scratch = new ulong[convolution.ScratchWords<TLanes>()];
            Array.Fill(scratch, 0xA5A5A5A5A5A5A5A5);
            convolution.Fill<TLanes>(image, convolution.Output, planes, scratch);
            for (int i = 0; i < one.Output.Count; i++)
            {
                (int channel, int y, int x) = one.Position(i);
                one.Check(image, channel, y, x, PixelCases.Pixel(planes, convolution.Output, stride, channel, y, x));
            }
        }
    }

    private sealed class Batch(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var one = new ByteCase(seed, widest: seed % 15 == 0 ? 40 : 9);
            var convolution = new SampleByteConvolution(one.Window, one.Input.Channels, one.Layer.PaddingBit, one.Sums(isAcross: true));
            // Every third batch is not full; samples may be longer than what is read.
            int lanes = 64 * TLanes.Words, samples = seed % 3 == 0 ? 1 + (seed * 7 % lanes) : lanes, length = one.Input.Count + (seed % 4);
            byte[] images = one.Images(samples, length);
            var planes = new ulong[convolution.End * TLanes.Words];
            convolution.Pack<TLanes>(images, length, planes, new ulong[convolution.ScratchWords<TLanes>()]);
            for (int i = 0; i < one.Output.Count; i++)
            {
                (int channel, int y, int x) = one.Position(i);
                for (int lane = seed % 5; lane < samples; lane += 13)
                    one.Check(images.AsSpan(lane * length, one.Input.Count).ToArray(), channel, y, x, LaneCases.Bit(planes.AsSpan(i * TLanes.Words), lane));
            }
        }
    }

    // A random first convolution: up to 128 inputs, strides, paddings beyond the kernel, masks, limits that all or no counts reach.
    private sealed class ByteCase
    {
        private readonly int _seed;

        public ByteCase(int seed, int widest)
        {
            _seed = seed;
            var random = new Random(seed);
            var kernel = new Extent(random.Next(1, 6), random.Next(1, 6));
            bool isMasked = seed % 3 == 1;
            int most = TapGroups.MostInputs / (isMasked ? 2 : 1) / (kernel.Height * kernel.Width);
            Input = new Shape(random.Next(1, 1 + (seed % 4 == 0 ? most : Math.Min(3, most))), random.Next(1, 12), random.Next(1, seed % 5 == 0 ? widest : Math.Min(widest, 20)));
            var stride = seed % 2 == 0 ? new Extent(1, 1) : new Extent(random.Next(1, 4), random.Next(1, 4));
            int Pad(int size, int extent) => Math.Max(extent - size, random.Next(extent + 2));
            var padding = new Padding(Pad(Input.Height, kernel.Height), Pad(Input.Width, kernel.Width), random.Next(kernel.Height), random.Next(kernel.Width));
            int inputs = Input.Channels * kernel.Height * kernel.Width;
            WeightMatrix weights = RandomNetworks.Weights(random.Next(1, 20), inputs, random, isMasked);
            IEnumerable<int> limits = Enumerable.Range(0, weights.Rows).Select(c => random.Next(8) switch
            {
                0 => -1,
                1 => 255 * weights.LiveCount(c),
                _ => Math.Max(-1, (weights.LiveCount(c) * 255 / 2) + random.Next(-200, 200)),
            });
            Layer = new ConvolutionLayer("c", weights, limits.ToEquatableArray(), kernel, stride, padding, random.Next(2) == 1, 1);
            Output = Layer.Output(Input);
            Window = new(Input.Height, Input.Width, kernel.Height, kernel.Width, stride.Height, stride.Width, padding.Top, padding.Left, Output.Height, Output.Width);
        }

        public Shape Input { get; }

        public Shape Output { get; }

        public ConvolutionLayer Layer { get; }

        public SampleWindow Window { get; }

        public TapSums Sums(bool isAcross)
        {
            var groups = TapGroups.Of(Input.Channels, Layer.Kernel.Height, Layer.Kernel.Width, isAcross ? Layer.Stride.Width : Layer.Stride.Height, isAcross, Layer.Weights.Rows);
            return new(groups, Layer.Weights.PackedSigns(), Layer.Weights.PackedMasks(), [.. Layer.Limits]);
        }

        public byte[] Images(int samples, int length = 0)
        {
            var images = new byte[samples * Math.Max(length, Input.Count)];
            var random = new Random(_seed);
            // Bright and dark images reach the ends of the sums.
            for (int i = 0; i < images.Length; i++)
                images[i] = (((i * samples / images.Length) + _seed) % 4) switch { 0 => byte.MaxValue, 1 => (byte)random.Next(3), _ => (byte)random.Next(256) };
            return images;
        }

        public (int Channel, int Y, int X) Position(int i) => (i / (Output.Height * Output.Width), i / Output.Width % Output.Height, i % Output.Width);

        public void Check(byte[] image, int channel, int y, int x, bool fires)
        {
            bool expected = PixelCases.Count(Layer, Input, isEightBit: true, bit => (image[bit % Input.Count] >> (bit / Input.Count) & 1) != 0, channel, y, x) <= Layer.Limits[channel];
            Assert.True(expected == fires, $"seed {_seed}, channel {channel}, position {y}, {x}: not {expected}");
        }
    }
}
