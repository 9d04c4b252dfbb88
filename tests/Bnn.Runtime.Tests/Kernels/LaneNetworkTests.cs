using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Whole networks of all layer kinds through the kernels with a sample in each lane, from bytes to scores, against the reference.</summary>
public class LaneNetworkTests
{
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Networks_give_the_scores_and_classes_of_the_reference(int width)
    {
        for (int seed = 0; seed < 60; seed++)
            LaneWidths.Run(width, new Batch(seed % 2 == 0 ? RandomNetworks.Dense(seed) : RandomNetworks.Any(seed), seed));
    }

    [Fact]
    public void Running_allocates_nothing()
    {
        var random = new Random(1);
        WeightMatrix weights = RandomNetworks.Weights(10, 45, random, masked: false);
        LaneLayer layer = LaneCases.Layer(weights, [.. Enumerable.Repeat(22, 10)], isEightBit: false);
        ulong[] signs = LaneCases.Signs(weights);
        int[] limits = [.. Enumerable.Repeat(22, 10)];
        LaneScores scores = LaneScores.Create(45, signs, default, new int[10], 1);
        var window = new LaneWindow(new(9, 9), 3, 3, 1, 1, 1, 1, 9, 9, paddingBit: false);
        LaneConvolution pixels = LaneConvolution.Create(window, 5, 1, signs, default, limits);
        SampleConvolution samples = SampleConvolution.Create(new(9, 9, 3, 3, 1, 1, 1, 1, 9, 9), 5, paddingBit: false, 1, signs, default, limits);
        var pool = new LanePool(window.Output, 2, 2, 2, 2, 0, 0, 4, 4);
        var bytes = new byte[100 * 405];
        var classes = new int[256];
        ulong[] planes = new ulong[405 * 4], output = new ulong[810 * 4], scratch = new ulong[1000];
        int stride = window.Input.Stride<Lanes256>();
        void Run()
        {
            SamplePlanes.AtLeast<Lanes256>(bytes, 405, 0, 405, 7, planes);
            layer.Run<Lanes256>(planes, output, 4);
            scores.Predict<Lanes256>(planes, classes);
            pixels.Run<Lanes256>(planes, output, scratch);
            pool.Run(output, stride, 10, default, planes, 16);
            samples.Run<Lanes256>(planes, output, scratch);
        }
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    internal sealed class Batch(Network network, int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int samples = new Random(seed).Next(1, 6), length = network.InputLength;
            byte[] images = [.. Enumerable.Range(0, samples).SelectMany(i => RandomNetworks.Input(network, seed + i))];
            ulong[] planes = Encode<TLanes>(images);
            Shape shape = network.Encoding.Encoded(network.Input);
            for (int i = 0; i + 1 < network.Layers.Length; i++)
            {
                planes = Layer<TLanes>(network.Layers[i], shape, network.IsEightBit(i), planes);
                shape = network.Layers[i].Output(shape);
            }
            LaneScores scores = Scores(network.Scores, shape, network.Layers.Length == 1 && network.Encoding.IsEightBit);
            var classes = new int[samples];
            var values = new int[samples * scores.Classes];
            scores.Predict<TLanes>(planes, classes);
            scores.Scores<TLanes>(planes, values);
            for (int i = 0; i < samples; i++)
            {
                int[] expected = Reference.Run(network, images.AsSpan(i * length, length)).Scores;
                Assert.Equal(expected, values.AsSpan(i * scores.Classes, scores.Classes).ToArray());
                Assert.Equal(Reference.ArgMax(expected), classes[i]);
            }
        }

        private ulong[] Encode<TLanes>(byte[] images)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int length = network.InputLength, pixels = network.Input.Height * network.Input.Width;
            if (network.Encoding.IsEightBit)
            {
                var bytes = new ulong[8 * length * TLanes.Words];
                for (int b = 0; b < 8; b++)
                    SamplePlanes.Bit<TLanes>(images, length, 0, length, b, bytes.AsSpan(b * length * TLanes.Words));
                return bytes;
            }
            IReadOnlyList<InputPlane> encoded = network.Encoding.Planes(network.Input.Channels);
            var planes = new ulong[encoded.Count * pixels * TLanes.Words];
            for (int p = 0; p < encoded.Count; p++)
            {
                Span<ulong> to = planes.AsSpan(p * pixels * TLanes.Words);
                if (encoded[p].IsThreshold)
                    SamplePlanes.AtLeast<TLanes>(images, length, encoded[p].Channel * pixels, pixels, encoded[p].Value, to);
                else
                    SamplePlanes.Bit<TLanes>(images, length, encoded[p].Channel * pixels, pixels, encoded[p].Value, to);
            }
            return planes;
        }

        private static ulong[] Layer<TLanes>(Layer layer, Shape input, bool isEightBit, ulong[] planes)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            Shape shape = layer.Output(input);
            var output = new ulong[shape.Count * TLanes.Words];
            switch (layer)
            {
                case DenseLayer dense:
                    LaneCases.Layer(dense.Weights, [.. dense.Limits], isEightBit).Run<TLanes>(planes, output, TLanes.Words);
                    return output;
                case ConvolutionLayer convolution:
                    SampleConvolution lanes = SampleConvolution.Create(
                        Window(convolution.Kernel, convolution.Stride, convolution.Padding), input.Channels, convolution.PaddingBit, convolution.Groups,
                        LaneCases.Signs(convolution.Weights), LaneCases.Masks(convolution.Weights), [.. convolution.Limits], isEightBit);
                    lanes.Run<TLanes>(planes, output, new ulong[lanes.ScratchWords<TLanes>()]);
                    return output;
                case MaxPoolLayer pool:
                    SamplePool.Run<TLanes>(
                        Window(pool.Window, pool.Stride, pool.Padding), planes, input.Channels, PixelCases.Packed([.. pool.AndChannels]), output);
                    return output;
                case FlattenLayer:
                    return planes;
                default:
                    throw new NotSupportedException(layer.Keyword);
            }

            SampleWindow Window(Extent size, Extent stride, Padding padding) =>
                new(input.Height, input.Width, size.Height, size.Width, stride.Height, stride.Width, padding.Top, padding.Left, shape.Height, shape.Width);
        }

        // Scores summed over positions are those of a dense layer whose weights repeat at every position.
        private static LaneScores Scores(ScoreLayer layer, Shape input, bool isEightBit)
        {
            WeightMatrix weights = layer.Weights;
            if (layer is SumScoresLayer)
            {
                int positions = input.Height * input.Width;
                weights = weights.SelectColumns([.. Enumerable.Range(0, weights.Columns * positions).Select(i => i / positions)]);
            }
            return LaneScores.Create(weights.Columns, LaneCases.Signs(weights), LaneCases.Masks(weights), [.. layer.Biases], layer.Scale, isEightBit);
        }
    }
}
