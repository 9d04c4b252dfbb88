using Bnn.Model;
using ElementType = Bnn.Benchmarks.Onnx.Format.ElementType;

namespace Bnn.Benchmarks.Onnx;

/// <summary>Writes a network as an ONNX model that takes bytes and gives classes, with a fixed batch.</summary>
/// <remarks>
/// Bits are values x of 0 and 1 instead of −1 and +1: with m = 1 (255 on an eight-bit input) and W1 positive weights of a channel, count = m·W1 − Σ w·x,
/// so count ≤ limit iff Σ w·x + bias ≥ 1, with bias = limit − m·W1 + 1: an integer, of which a clip to [0, 1] leaves the bit. Padding of bit 0 is then the
/// zero that the standard pads with, and no operator is needed between layers but the clip. Pruned weights are 0. Everything is a whole number below 2^24
/// in size, so floats are exact: the classes are those of the reference.
/// </remarks>
internal abstract class OnnxExport(Network network, int batch)
{
    /// <summary>Largest whole number up to which a float has all of them.</summary>
    protected const int ExactInFloat = 1 << 24;

    protected Network Network { get; } = network;

    protected int Batch { get; } = batch;

    protected OnnxGraph Graph { get; } = new(network.Name);

    /// <summary>The bytes of the model.</summary>
    /// <exception cref="NotSupportedException">A score could pass 2^24.</exception>
    public byte[] Run()
    {
        IReadOnlyList<Shape> shapes = Network.Shapes();
        // A vector is given as one where nothing needs rows and columns.
        bool isVector = Network.Layers.All(layer => layer is DenseLayer or ScoresLayer) && (Network.Encoding.IsEightBit || CommonThreshold() is not null);
        Values values = Encode(isVector
            ? Graph.AddInput(Batch, Network.InputLength)
            : Graph.AddInput(Batch, Network.Input.Channels, Network.Input.Height, Network.Input.Width));
        for (int i = 0; i < Network.Layers.Length; i++)
        {
            int most = Network.IsEightBit(i) ? 255 : 1;
            switch (Network.Layers[i])
            {
                case DenseLayer dense:
                    values = Dense(Vector(), dense, Biases(dense, dense.Limits, most));
                    break;
                case ConvolutionLayer convolution:
                    values = Convolution(Image(shapes[i]), convolution, Biases(convolution, convolution.Limits, most), most);
                    break;
                case MaxPoolLayer pool:
                    values = Pool(Image(shapes[i]), pool);
                    break;
                case FlattenLayer:
                    values = Vector();
                    break;
                case ScoresLayer scores:
                    Classes(Scores(Vector(), scores, ScoreBiases(scores, most, 1)));
                    break;
                case SumScoresLayer scores:
                    Shape input = shapes[i];
                    Classes(SumScores(Image(input), scores, ScoreBiases(scores, most, input.Height * input.Width), input.Height * input.Width));
                    break;
            }

            Values Vector()
            {
                if (isVector)
                    return values;
                isVector = true;
                return values with { Name = Graph.Add("Flatten", [values.Name], attributes: [("axis", 1)]) };
            }

            // Behind a flatten layer every value is a channel of its own.
            Values Image(Shape shape)
            {
                if (!isVector)
                    return values;
                isVector = false;
                return values with { Name = Graph.Add("Reshape", [values.Name, Graph.Longs(Batch, shape.Channels, shape.Height, shape.Width)]) };
            }
        }
        return Graph.ToModel();
    }

    /// <summary>A model of one node that casts a byte: its time is the overhead of a call.</summary>
    public static byte[] OneNode()
    {
        var graph = new OnnxGraph("one node");
        graph.AddOutput("Cast", [graph.AddInput(1)], ElementType.Int64, [1], ("to", (int)ElementType.Int64));
        return graph.ToModel();
    }

    /// <summary>Bits between two layers.</summary>
    /// <param name="Name">Name of the value.</param>
    /// <param name="Zero">What stands for 0.</param>
    /// <param name="Unit">What is added to it for 1.</param>
    protected sealed record Values(string Name, int Zero = 0, int Unit = 1);

    protected abstract Values Encode(string image);

    protected abstract Values Dense(Values input, DenseLayer layer, int[] biases);

    protected abstract Values Convolution(Values input, ConvolutionLayer layer, int[] biases, int most);

    protected abstract Values Pool(Values input, MaxPoolLayer layer);

    /// <summary>Scores, or a positive multiple of them, as floats.</summary>
    protected abstract string Scores(Values input, ScoresLayer layer, int[] biases);

    /// <inheritdoc cref="Scores"/>
    protected abstract string SumScores(Values input, SumScoresLayer layer, int[] biases, int positions);

    /// <summary>The planes of the input, <c>[batch, planes, height, width]</c> or, of only one, as it comes: each channel as often as it has planes.</summary>
    protected string Gathered(string image, IReadOnlyList<InputPlane> planes) =>
        Network.Input.Channels == 1 || planes.Select(plane => plane.Channel).SequenceEqual(Enumerable.Range(0, Network.Input.Channels))
            ? image
            : Graph.Add("Gather", [image, Graph.Longs([.. planes.Select(plane => (long)plane.Channel)])], attributes: [("axis", 1)]);

    /// <summary>The threshold that all values of the input share, of which each gives one bit, or null.</summary>
    protected int? CommonThreshold()
    {
        IReadOnlyList<InputPlane> planes = Network.Encoding.Planes(Network.Input.Channels);
        return planes.SequenceEqual(Enumerable.Range(0, Network.Input.Channels).Select(channel => new InputPlane(channel, IsThreshold: true, planes[0].Value)))
            ? planes[0].Value
            : null;
    }

    /// <summary>Amounts of padding in the order of the standard.</summary>
    protected static long[] Pads(Padding padding) => [padding.Top, padding.Left, padding.Bottom, padding.Right];

    /// <summary>Attributes of a convolution; its own padding is with 0, so that of bit 1 has been added before.</summary>
    protected static (string Name, object Value)[] Attributes(ConvolutionLayer layer) =>
    [
        ("kernel_shape", new long[] { layer.Kernel.Height, layer.Kernel.Width }),
        ("strides", new long[] { layer.Stride.Height, layer.Stride.Width }),
        ("pads", layer.PaddingBit ? new long[4] : Pads(layer.Padding)),
        ("group", layer.Groups),
    ];

    /// <summary>Attributes of a pool.</summary>
    protected static (string Name, object Value)[] Attributes(MaxPoolLayer layer) =>
    [
        ("kernel_shape", new long[] { layer.Window.Height, layer.Window.Width }),
        ("strides", new long[] { layer.Stride.Height, layer.Stride.Width }),
        ("pads", Pads(layer.Padding)),
    ];

    /// <summary>The image with a frame of bit 1, if the layer asks for one.</summary>
    protected string Framed(Values input, ConvolutionLayer layer, string value) => !layer.PaddingBit || layer.Padding == default
        ? input.Name
        : Graph.Add("Pad", [input.Name, Graph.Longs(0, 0, layer.Padding.Top, layer.Padding.Left, 0, 0, layer.Padding.Bottom, layer.Padding.Right), value]);

    /// <summary>Weights times a factor, pruned ones 0: <c>[channels, K]</c>, or <c>[K, channels]</c>.</summary>
    protected static sbyte[] Weights(WeightMatrix weights, bool isTransposed, int factor = 1)
    {
        var values = new sbyte[weights.Rows * weights.Columns];
        for (int row = 0; row < weights.Rows; row++)
        {
            for (int column = 0; column < weights.Columns; column++)
            {
                int weight = !weights.IsLive(row, column) ? 0 : weights.IsPositive(row, column) ? factor : -factor;
                values[isTransposed ? (column * weights.Rows) + row : (row * weights.Columns) + column] = (sbyte)weight;
            }
        }
        return values;
    }

    /// <summary>W1: number of positive weights of a channel.</summary>
    private static int Positive(WeightMatrix weights, int row) =>
        Enumerable.Range(0, weights.WordsPerRow).Sum(word => (int)ulong.PopCount(weights.Signs(row)[word]));

    /// <summary>Sum of the ±1 weights of a channel.</summary>
    protected static int Sum(WeightMatrix weights, int row) => (2 * Positive(weights, row)) - weights.LiveCount(row);

    private static int[] Biases(WeightedLayer layer, EquatableArray<int> limits, int most) =>
        [.. Enumerable.Range(0, layer.Weights.Rows).Select(row => limits[row] - (most * Positive(layer.Weights, row)) + 1)];

    // Score = scale · (m·K − 2·count) + bias at each position = 2·scale·Σ w·x − scale·m·Σ w + bias.
    private static int[] ScoreBiases(ScoreLayer layer, int most, int positions)
    {
        IEnumerable<int> rows = Enumerable.Range(0, layer.Weights.Rows);
        int all = layer.Scale * most * positions;
        int[] biases = [.. rows.Select(row => layer.Biases[row] - (all * Sum(layer.Weights, row)))];
        long largest = rows.Max(row => Math.Abs(layer.Biases[row]) + (3L * all * layer.Weights.LiveCount(row)));
        return largest < ExactInFloat ? biases : throw new NotSupportedException($"A score of layer '{layer.Name}' could pass what floats hold exactly.");
    }

    private void Classes(string scores) =>
        Graph.AddOutput("ArgMax", [scores], ElementType.Int64, [Batch], ("axis", 1), ("keepdims", 0));
}
