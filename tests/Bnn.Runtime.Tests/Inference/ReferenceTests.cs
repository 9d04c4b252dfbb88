using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Inference;

/// <summary>The truth against expectations written by hand, and against the sums of signed numbers that its counts stand for.</summary>
public class ReferenceTests
{
    private static readonly byte[] s_image =
    [
        1, 0, 0,
        0, 1, 1,
        0, 0, 1,
    ];

    [Fact]
    public void A_convolution_counts_under_each_position_of_its_kernel()
    {
        // Kernel + − / + pruned. Padding of ones on top and at the right makes the image
        //   1 1 1 1
        //   1 0 0 1
        //   0 1 1 1
        //   0 0 1 1
        WeightMatrix kernel = WeightMatrix.Create(1, 4, (_, column) => column switch { 1 => -1, 3 => 0, _ => 1 });
        var layer = new ConvolutionLayer("c", kernel, new([1]), new(2, 2), new(1, 1), new(1, 0, 0, 1), PaddingBit: true, Groups: 1);
        ReferenceRun run = Run(new(1, 3, 3), new RawBitsEncoding(), [layer], s_image);
        Assert.Equal([1, 2, 2, 1, 1, 2, 3, 2, 1], run.Counts[0]);
        Assert.Equal(run.Counts[0].Select(count => count <= 1), run.Bits[0]);
    }

    [Fact]
    public void Counts_of_convolutions_are_sums_of_signed_products()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            int groups = random.Next(1, 4);
            bool isEightBit = seed % 2 == 0, paddingBit = random.Next(2) == 0;
            Shape input = new(groups * random.Next(1, 3), random.Next(3, 6), random.Next(3, 6));
            Extent kernel = new(random.Next(1, 4), random.Next(1, 4)), stride = new(random.Next(1, 3), random.Next(1, 3));
            var padding = new Padding(random.Next(3), random.Next(3), random.Next(3), random.Next(3));
            int perGroup = input.Channels / groups;
            WeightMatrix weights = RandomNetworks.Weights(2 * groups, perGroup * kernel.Height * kernel.Width, random, masked: seed % 3 == 0);
            var layer = new ConvolutionLayer("c", weights, new(new int[2 * groups]), kernel, stride, padding, paddingBit, groups);
            var image = new byte[input.Count];
            random.NextBytes(image);
            ReferenceRun run = Run(input, isEightBit ? new EightBitEncoding() : new RawBitsEncoding(), [layer], image);

            // The image with its padding, as the odd integers that bytes stand for, or ±1.
            int high = isEightBit ? 255 : 1;
            int rows = input.Height + padding.Top + padding.Bottom, columns = input.Width + padding.Left + padding.Right;
            var padded = new int[input.Channels, rows, columns];
            for (int c = 0; c < input.Channels; c++)
            {
                for (int y = 0; y < rows; y++)
                {
                    for (int x = 0; x < columns; x++)
                        padded[c, y, x] = paddingBit ? high : -high;
                }
            }
            for (int i = 0; i < image.Length; i++)
            {
                padded[i / (input.Height * input.Width), padding.Top + (i / input.Width % input.Height), padding.Left + (i % input.Width)] =
                    isEightBit ? (2 * image[i]) - 255 : image[i] != 0 ? 1 : -1;
            }
            int at = 0;
            for (int channel = 0; channel < weights.Rows; channel++)
            {
                for (int y = 0; y + kernel.Height <= rows; y += stride.Height)
                {
                    for (int x = 0; x + kernel.Width <= columns; x += stride.Width)
                    {
                        int dot = 0, column = 0;
                        for (int c = channel / 2 * perGroup; c < ((channel / 2) + 1) * perGroup; c++)
                        {
                            for (int ky = 0; ky < kernel.Height; ky++)
                            {
                                for (int kx = 0; kx < kernel.Width; kx++, column++)
                                    dot += !weights.IsLive(channel, column) ? 0 : padded[c, y + ky, x + kx] * (weights.IsPositive(channel, column) ? 1 : -1);
                            }
                        }
                        Assert.Equal(dot, layer.MaxCount(channel, isEightBit) - (2 * run.Counts[0][at++]));
                    }
                }
            }
            Assert.Equal(at, run.Counts[0].Length);
        }
    }

    [Fact]
    public void Pooling_takes_or_and_and_of_what_a_window_holds_of_the_image()
    {
        var pool = new MaxPoolLayer("p", new(2, 2), new(2, 1), new(1, 1, 0, 0), new([false, true]));
        ReferenceRun run = Run(new(2, 3, 3), new RawBitsEncoding(), [pool], [.. s_image, .. s_image]);
        Assert.Equal(
            [
                true, true, false,  // or: only the top row is inside; at the left edge one column
                false, true, true,
                true, false, false, // and of the same windows
                false, false, false,
            ],
            run.Bits[0]);
        Assert.Empty(run.Counts[0]);
    }

    [Fact]
    public void Sum_scores_add_over_positions_and_the_bias_once()
    {
        // Two channels of 1x2: pixels (1, 0) and (0, 0). Class 0 = (+ +): counts 1, 2. Class 1 = (− pruned): counts 1, 0.
        WeightMatrix weights = WeightMatrix.Create(2, 2, (row, column) => row == 0 ? 1 : column == 0 ? -1 : 0);
        var scores = new SumScoresLayer("s", weights, new([10, -10]), 3);
        ReferenceRun run = Reference.Run(new("n", new(2, 1, 2), new RawBitsEncoding(), new([scores]), default, default), [1, 0, 0, 0]);
        Assert.Equal([1, 2, 1, 0], run.Counts[0]);
        Assert.Equal([(3 * (0 - 2)) + 10, (3 * (-1 + 1)) - 10], run.Scores);
    }

    [Fact]
    public void Sum_scores_of_bytes_weigh_each_bit()
    {
        WeightMatrix weights = WeightMatrix.Create(1, 1, (_, _) => 1);
        var scores = new SumScoresLayer("s", weights, new([0]), 1);
        ReferenceRun run = Reference.Run(new("n", new(1, 1, 3), new EightBitEncoding(), new([scores]), default, default), [0, 200, 255]);
        Assert.Equal([255, 55, 0], run.Counts[0]);
        Assert.Equal([-255 + 145 + 255], run.Scores);
    }

    [Fact]
    public void Flattening_changes_no_bit()
    {
        ReferenceRun run = Run(new(1, 3, 3), new RawBitsEncoding(), [new FlattenLayer("f")], s_image);
        Assert.Equal(s_image.Select(bit => bit == 1), run.Bits[0]);
    }

    [Fact]
    public void Random_networks_have_every_layer_kind_behind_every_encoding_and_run()
    {
        var seen = new HashSet<(string, string)>();
        for (int seed = 0; seed < 500; seed++)
        {
            Network network = RandomNetworks.Any(seed);
            ReferenceRun run = Reference.Run(network, RandomNetworks.Input(network, 1));
            Assert.Equal(network.Shapes().Skip(1).Select(shape => shape.Count), run.Bits.Select(bits => bits.Length).Append(run.Scores.Length));
            seen.UnionWith(network.Layers.Select(layer => (network.Encoding.Keyword, layer.Keyword)));
        }
        string[] kinds = ["convolution", "max-pool", "flatten", "dense", "scores", "sum-scores"];
        Assert.Empty(RandomNetworks.Encodings.SelectMany(encoding => kinds.Select(kind => (encoding, kind))).Except(seen));
    }

    // Puts a layer of one class behind what is tested, so that the network is whole.
    private static ReferenceRun Run(Shape input, InputEncoding encoding, Layer[] layers, byte[] image)
    {
        Shape shape = layers.Aggregate(encoding.Encoded(input), (before, layer) => layer.Output(before));
        var scores = new SumScoresLayer("scores", WeightMatrix.Create(1, shape.Channels, (_, _) => 1), new([0]), 1);
        return Reference.Run(NetworkVerifier.Require(new("n", input, encoding, new([.. layers, scores]), default, default)), image);
    }
}
