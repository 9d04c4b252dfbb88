using Bnn.Model;
using ElementType = Bnn.Benchmarks.Onnx.Format.ElementType;

namespace Bnn.Benchmarks.Onnx;

/// <summary>How dense layers are written in integers.</summary>
internal enum IntegerForm
{
    /// <summary><c>QGemm</c> of ONNX Runtime: product, bias, rounding and saturation in one node, as its optimiser makes them of quantised graphs.</summary>
    Fused,

    /// <summary>The same with the bits of the input brought to 0 and 255 in a node of its own: some kernels want a zero point of 0.</summary>
    FusedFromZero,

    /// <summary><c>MatMulInteger</c> of the standard, then <c>Add</c>, <c>Clip</c> and <c>Cast</c>.</summary>
    MatMulInteger,
}

/// <summary>Bytes times signed bytes into 32 bits: <c>QLinearConv</c>, and <see cref="IntegerForm"/> for dense layers.</summary>
/// <remarks>
/// The result of a fused layer is scaled such that a sum of 1 or more saturates to 255 and one of 0 or less to 0: the limit costs nothing. Bits are then 0
/// and 255, and biases 255 times as large. Products of two neighbours stay below the 16 bits of <c>vpmaddubsw</c>, as weights are ±1.
/// </remarks>
internal sealed class IntegerExport(Network network, int batch, IntegerForm form) : OnnxExport(network, batch)
{
    private const int Full = 255;

    // The largest weight of which two products with 255 fit 16 bits.
    private const int LargestWeight = 64;

    private string? _one;
    private string? _signedZero;

    protected override Values Encode(string image)
    {
        if (Network.Encoding.IsEightBit)
            return new(image);
        IReadOnlyList<InputPlane> planes = Network.Encoding.Planes(Network.Input.Channels);
        // A clip of bytes to [t − 1, t] is the bit, with t − 1 as zero point.
        if (form != IntegerForm.FusedFromZero && CommonThreshold() is int threshold && Network.Layers[0] is WeightedLayer)
            return new(Graph.Add("Clip", [image, Graph.Bytes([(byte)(threshold - 1)]), Graph.Bytes([(byte)threshold])]), Zero: threshold - 1);
        string values = Gathered(image, planes);
        // One value serves all planes of a common threshold, in whatever shape the image comes.
        if (CommonThreshold() is not null)
            planes = [planes[0]];
        long[] shape = planes.Count == 1 ? [1] : [1, planes.Count, 1, 1];
        if (!planes.All(plane => plane.IsThreshold))
        {
            string shifted = Graph.Add("Div", [Integers(values), Graph.Integers([.. planes.Select(plane => 1 << plane.Value)], shape)]);
            string bits = Graph.Add("Mod", [shifted, Graph.Integers([2])]);
            return new(Graph.Add("Cast", [Graph.Add("Mul", [bits, Graph.Integers([Full])])], attributes: [("to", (int)ElementType.Uint8)]), Unit: Full);
        }
        // v + (255 − (t − 1)) − 255, of which everything from 1 on saturates.
        string levels = Graph.Bytes([.. planes.Select(plane => (byte)(Full - (plane.Value - 1)))], shape);
        string[] inputs = [values, One, Graph.Bytes([0]), levels, One, Graph.Bytes([Full]), Scale(1), Graph.Bytes([0])];
        return new(Graph.Add("QLinearAdd", inputs, OnnxGraph.Contrib), Unit: Full);
    }

    protected override Values Dense(Values input, DenseLayer layer, int[] biases)
    {
        (string weights, string zero) = (Matrix(layer.Weights, 1), Graph.Bytes([(byte)input.Zero]));
        if (form != IntegerForm.MatMulInteger)
        {
            string[] inputs = [input.Name, One, zero, weights, One, SignedZero, Biases(biases, input.Unit), Scale(input.Unit), Graph.Bytes([0])];
            return new(Graph.Add("QGemm", inputs, OnnxGraph.Contrib), Unit: Full);
        }
        string sums = Graph.Add("Add", [Graph.Add("MatMulInteger", [input.Name, weights, zero]), Biases(biases, input.Unit)]);
        string clipped = Graph.Add("Clip", [sums, Graph.Integers([0]), Graph.Integers([1])]);
        return new(Graph.Add("Cast", [clipped], attributes: [("to", (int)ElementType.Uint8)]));
    }

    protected override Values Convolution(Values input, ConvolutionLayer layer, int[] biases, int most)
    {
        long[] shape = [layer.Weights.Rows, layer.Weights.Columns / (layer.Kernel.Height * layer.Kernel.Width), layer.Kernel.Height, layer.Kernel.Width];
        string image = Framed(input, layer, Graph.Bytes([(byte)(input.Zero + (input.Unit * most))]));
        string weights = Graph.SignedBytes(Weights(layer.Weights, isTransposed: false), shape);
        string[] inputs =
            [image, One, Graph.Bytes([(byte)input.Zero]), weights, One, SignedZero, Scale(input.Unit), Graph.Bytes([0]), Biases(biases, input.Unit)];
        return new(Graph.Add("QLinearConv", inputs, attributes: Attributes(layer)), Unit: Full);
    }

    // The minimum, for channels pooled by AND, is the maximum of the opposites.
    protected override Values Pool(Values input, MaxPoolLayer layer)
    {
        string? flips = layer.AndChannels.Contains(true)
            ? Graph.Bytes([.. layer.AndChannels.Select(and => (byte)(and ? input.Unit : 0))], 1, layer.AndChannels.Length, 1, 1)
            : null;
        return input with { Name = Flipped(Graph.Add("MaxPool", [Flipped(input.Name)], attributes: Attributes(layer))) };

        string Flipped(string bits) => flips is null ? bits : Graph.Add("BitwiseXor", [bits, flips]);
    }

    protected override string Scores(Values input, ScoresLayer layer, int[] biases)
    {
        Check(biases, input.Unit, layer);
        string weights = Matrix(layer.Weights, 2 * layer.Scale);
        string[] inputs = [input.Name, One, Graph.Bytes([(byte)input.Zero]), weights, One, SignedZero, Biases(biases, input.Unit)];
        return Graph.Add("QGemm", inputs, OnnxGraph.Contrib);
    }

    protected override string SumScores(Values input, SumScoresLayer layer, int[] biases, int positions)
    {
        Check(biases, input.Unit, layer, positions);
        string values = Graph.Add("Cast", [input.Name], attributes: [("to", (int)ElementType.Float32)]);
        string sums = Graph.Add("ReduceSum", [values, Graph.Longs(2, 3)], attributes: [("keepdims", 0)]);
        float[] weights = [.. Weights(layer.Weights, isTransposed: true).Select(weight => (float)(2 * layer.Scale * weight))];
        float[] offsets = [.. biases.Select((bias, c) => (float)((input.Unit * bias) - (2 * layer.Scale * input.Zero * positions * Sum(layer.Weights, c))))];
        return Graph.Add("Gemm", [sums, Graph.Floats(weights, layer.Weights.Columns, layer.Weights.Rows), Graph.Floats(offsets, offsets.Length)]);
    }

    private string One => _one ??= Graph.Floats([1]);

    private string SignedZero => _signedZero ??= Graph.SignedBytes([0]);

    private string Scale(int unit) => Graph.Floats([unit / (float)Full]);

    private string Matrix(WeightMatrix weights, int factor) => Graph.SignedBytes(Weights(weights, isTransposed: true, factor), weights.Columns, weights.Rows);

    private string Integers(string bytes) => Graph.Add("Cast", [bytes], attributes: [("to", (int)ElementType.Int32)]);

    private string Biases(int[] biases, int unit) => Graph.Integers([.. biases.Select(bias => unit * bias)], biases.Length);

    private static void Check(int[] biases, int unit, ScoreLayer layer, int positions = 1)
    {
        long largest = unit * (biases.Max(bias => (long)Math.Abs(bias)) + (2L * layer.Scale * positions * layer.Weights.Columns * (Full / unit)));
        if (2 * layer.Scale > LargestWeight || largest > ExactInFloat)
            throw new NotSupportedException($"A score of layer '{layer.Name}' could pass what the integer form holds exactly.");
    }
}
