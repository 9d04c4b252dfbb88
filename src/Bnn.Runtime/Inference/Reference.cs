using Bnn.Model;

namespace Bnn.Inference;

/// <summary>The truth: runs a network bit by bit, as docs/model-format.md says it, with no trick at all.</summary>
/// <remarks>Every faster path is compared with this one, bit for bit. It is slow and allocates.</remarks>
public static class Reference
{
    /// <summary>The class of one sample: the lowest index with the highest score.</summary>
    /// <param name="network">A network that <see cref="NetworkVerifier"/> passes.</param>
    /// <param name="input"><c>[InputLength]</c> bytes.</param>
    public static int Predict(Network network, ReadOnlySpan<byte> input) => ArgMax(Run(network, input).Scores);

    /// <summary>Index of the first of the highest scores.</summary>
    public static int ArgMax(ReadOnlySpan<int> scores)
    {
        int best = 0;
        for (int c = 1; c < scores.Length; c++)
        {
            if (scores[c] > scores[best])
                best = c;
        }
        return best;
    }

    /// <summary>Everything that happens to one sample.</summary>
    /// <param name="network">A network that <see cref="NetworkVerifier"/> passes.</param>
    /// <param name="input"><c>[InputLength]</c> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="input"/> has another length.</exception>
    public static ReferenceRun Run(Network network, ReadOnlySpan<byte> input)
    {
        Arguments.CheckLength(input.Length, network.InputLength, nameof(input));
        var values = new Values(network.Encoding.Encoded(network.Input), Encode(network, input), network.Encoding.IsEightBit ? 8 : 1);
        var layerBits = new List<bool[]>();
        var layerCounts = new List<int[]>();
        for (int i = 0; i < network.Layers.Length; i++)
        {
            Layer layer = network.Layers[i];
            int[] counts = layer switch
            {
                ConvolutionLayer convolution => Convolve(convolution, values),
                SumScoresLayer sum => ConvolvePoints(sum.Weights, values),
                WeightedLayer weighted => Counts(weighted.Weights, values),
                _ => [],
            };
            layerCounts.Add(counts);
            if (layer is ScoreLayer scores)
                return new(layerBits, layerCounts, Scores(scores, counts, network.IsEightBit(i)));
            byte[] bits = layer switch
            {
                DenseLayer dense => Fire(counts, dense.Limits),
                ConvolutionLayer convolution => Fire(counts, convolution.Limits),
                MaxPoolLayer pool => Pool(pool, values),
                FlattenLayer => values.Items,
                _ => throw new NotSupportedException($"Layer '{layer.Name}' is of the unknown kind {layer.Keyword}."),
            };
            values = new(layer.Output(values.Shape), bits, BitsEach: 1);
            layerBits.Add(bits.Select(bit => bit != 0).ToArray());
        }
        throw new ArgumentException("The network has no layer that gives scores.", nameof(network));
    }

    /// <summary>Values between two layers: bits, or bytes before a first layer with an 8-bit input.</summary>
    /// <param name="Shape">Channels, rows and columns.</param>
    /// <param name="Items">In the order of the format: channel-major, rows top first.</param>
    /// <param name="BitsEach">1 or 8.</param>
    private sealed record Values(Shape Shape, byte[] Items, int BitsEach)
    {
        public int At(int channel, int row, int column) => Items[(((channel * Shape.Height) + row) * Shape.Width) + column];

        public bool IsInside(int row, int column) => row >= 0 && row < Shape.Height && column >= 0 && column < Shape.Width;
    }

    private static byte[] Encode(Network network, ReadOnlySpan<byte> input)
    {
        if (network.Encoding.IsEightBit)
            return input.ToArray();
        int planeSize = network.Input.Height * network.Input.Width;
        IReadOnlyList<InputPlane> planes = network.Encoding.Planes(network.Input.Channels);
        var bits = new byte[planes.Count * planeSize];
        for (int p = 0; p < planes.Count; p++)
        {
            for (int i = 0; i < planeSize; i++)
                bits[(p * planeSize) + i] = (byte)(planes[p].Bit(input[(planes[p].Channel * planeSize) + i]) ? 1 : 0);
        }
        return bits;
    }

    /// <summary>What one position adds to a count: the bits of the value that differ from a live weight, bit b counting 2^b.</summary>
    private static int Differing(WeightMatrix weights, int channel, int column, int value, int bitsEach) =>
        !weights.IsLive(channel, column) ? 0 : weights.IsPositive(channel, column) ? value ^ ((1 << bitsEach) - 1) : value;

    private static int[] Counts(WeightMatrix weights, Values input)
    {
        var counts = new int[weights.Rows];
        for (int channel = 0; channel < weights.Rows; channel++)
        {
            for (int i = 0; i < weights.Columns; i++)
                counts[channel] += Differing(weights, channel, i, input.Items[i], input.BitsEach);
        }
        return counts;
    }

    private static int[] Convolve(ConvolutionLayer layer, Values input)
    {
        Shape output = layer.Output(input.Shape);
        var counts = new int[output.Count];
        for (int i = 0; i < counts.Length; i++)
        {
            int channel = i / (output.Height * output.Width), row = i / output.Width % output.Height, column = i % output.Width;
            counts[i] = CountAt(layer, input, channel, channel / (output.Channels / layer.Groups), row, column);
        }
        return counts;
    }

    /// <summary>The count of one channel at one position.</summary>
    private static int CountAt(ConvolutionLayer layer, Values input, int channel, int group, int row, int column)
    {
        int groupChannels = input.Shape.Channels / layer.Groups, firstChannel = group * groupChannels;
        int top = (row * layer.Stride.Height) - layer.Padding.Top, left = (column * layer.Stride.Width) - layer.Padding.Left;
        int padding = layer.PaddingBit ? (1 << input.BitsEach) - 1 : 0;
        int count = 0, k = 0;
        for (int fromChannel = firstChannel; fromChannel < firstChannel + groupChannels; fromChannel++)
        {
            for (int fromRow = top; fromRow < top + layer.Kernel.Height; fromRow++)
            {
                for (int fromColumn = left; fromColumn < left + layer.Kernel.Width; fromColumn++, k++)
                {
                    int value = input.IsInside(fromRow, fromColumn) ? input.At(fromChannel, fromRow, fromColumn) : padding;
                    count += Differing(layer.Weights, channel, k, value, input.BitsEach);
                }
            }
        }
        return count;
    }

    /// <summary>Counts of a 1x1 convolution: for each row of the weights one at each position.</summary>
    private static int[] ConvolvePoints(WeightMatrix weights, Values input)
    {
        int positions = input.Shape.Height * input.Shape.Width;
        var counts = new int[weights.Rows * positions];
        for (int i = 0; i < counts.Length; i++)
        {
            for (int k = 0; k < weights.Columns; k++)
                counts[i] += Differing(weights, i / positions, k, input.Items[(k * positions) + (i % positions)], input.BitsEach);
        }
        return counts;
    }

    /// <summary>A channel gives 1 where its count is at most its limit; every channel has equally many counts.</summary>
    private static byte[] Fire(int[] counts, EquatableArray<int> limits) =>
        counts.Select((count, i) => (byte)(count <= limits[i / (counts.Length / limits.Length)] ? 1 : 0)).ToArray();

    private static byte[] Pool(MaxPoolLayer layer, Values input)
    {
        Shape output = layer.Output(input.Shape);
        var bits = new byte[output.Count];
        for (int i = 0; i < bits.Length; i++)
        {
            int channel = i / (output.Height * output.Width), row = i / output.Width % output.Height, column = i % output.Width;
            bool any = false, all = true;
            for (int k = 0; k < layer.Window.Height * layer.Window.Width; k++)
            {
                int fromRow = (row * layer.Stride.Height) - layer.Padding.Top + (k / layer.Window.Width);
                int fromColumn = (column * layer.Stride.Width) - layer.Padding.Left + (k % layer.Window.Width);
                if (!input.IsInside(fromRow, fromColumn))
                    continue;
                any |= input.At(channel, fromRow, fromColumn) != 0;
                all &= input.At(channel, fromRow, fromColumn) != 0;
            }
            bool isAnd = layer.AndChannels.Length != 0 && layer.AndChannels[channel];
            bits[i] = (byte)((isAnd ? all : any) ? 1 : 0);
        }
        return bits;
    }

    /// <summary>Adds each class's counts, of which there is one for each position.</summary>
    private static int[] Scores(ScoreLayer layer, int[] counts, bool isEightBit)
    {
        var scores = new int[layer.Weights.Rows];
        int positions = counts.Length / scores.Length;
        for (int c = 0; c < scores.Length; c++)
        {
            int dot = 0;
            for (int i = 0; i < positions; i++)
                dot += layer.MaxCount(c, isEightBit) - (2 * counts[(c * positions) + i]);
            scores[c] = (layer.Scale * dot) + layer.Biases[c];
        }
        return scores;
    }
}

/// <summary>What <see cref="Reference.Run"/> saw on its way.</summary>
/// <param name="Bits">Bits that each layer before the scores gave, <c>[layers − 1][values]</c>.</param>
/// <param name="Counts">Counts of each layer, <c>[layers][values]</c>, of sum-scores <c>[classes, positions]</c>; empty for layers that count nothing.</param>
/// <param name="Scores"><c>[classes]</c></param>
public sealed record ReferenceRun(IReadOnlyList<bool[]> Bits, IReadOnlyList<int[]> Counts, int[] Scores);
