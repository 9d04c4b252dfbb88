using Bnn.Model;
using ElementType = Bnn.Benchmarks.Onnx.Format.ElementType;

namespace Bnn.Benchmarks.Onnx;

/// <summary>All in float32: <c>Gemm</c> or <c>Conv</c>, then <c>Clip</c>, which ONNX Runtime fuses into its convolutions.</summary>
internal sealed class FloatExport(Network network, int batch) : OnnxExport(network, batch)
{
    private string? _zero;
    private string? _one;

    protected override Values Encode(string image)
    {
        if (Network.Encoding.IsEightBit)
            return new(Float(image));
        IReadOnlyList<InputPlane> planes = Network.Encoding.Planes(Network.Input.Channels);
        // A clip of bytes to [t − 1, t] is the bit, beside a constant that goes into the biases of a dense layer.
        if (CommonThreshold() is int threshold && Network.Layers[0] is DenseLayer or ScoresLayer)
            return new(Float(Graph.Add("Clip", [image, Graph.Bytes([(byte)(threshold - 1)]), Graph.Bytes([(byte)threshold])])), Zero: threshold - 1);
        string values = Float(Gathered(image, planes));
        long[] shape = [1, planes.Count, 1, 1];
        if (planes.All(plane => plane.IsThreshold))
            return new(Clipped(Graph.Add("Sub", [values, Graph.Floats([.. planes.Select(plane => plane.Value - 1f)], shape)])));
        // Bit b of v is ⌊v / 2^b⌋ modulo 2.
        string shifted = Graph.Add("Floor", [Graph.Add("Mul", [values, Graph.Floats([.. planes.Select(plane => 1f / (1 << plane.Value))], shape)])]);
        return new(Graph.Add("Mod", [shifted, Graph.Floats([2])], attributes: [("fmod", 1)]));
    }

    protected override Values Dense(Values input, DenseLayer layer, int[] biases) => new(Clipped(Gemm(input, layer.Weights, biases, 1)));

    protected override Values Convolution(Values input, ConvolutionLayer layer, int[] biases, int most)
    {
        sbyte[] weights = Weights(layer.Weights, isTransposed: false);
        long[] shape = [layer.Weights.Rows, layer.Weights.Columns / (layer.Kernel.Height * layer.Kernel.Width), layer.Kernel.Height, layer.Kernel.Width];
        string[] inputs = [Framed(input, layer, Graph.Floats([most])), Graph.Floats([.. weights.Select(weight => (float)weight)], shape), Biases(biases)];
        return new(Clipped(Graph.Add("Conv", inputs, attributes: Attributes(layer))));
    }

    // The minimum, for channels pooled by AND, is the maximum of the opposites.
    protected override Values Pool(Values input, MaxPoolLayer layer)
    {
        string? sign = null, offset = null;
        if (layer.AndChannels.Contains(true))
        {
            sign = Graph.Floats([.. layer.AndChannels.Select(and => and ? -1f : 1f)], 1, layer.AndChannels.Length, 1, 1);
            offset = Graph.Floats([.. layer.AndChannels.Select(and => and ? 1f : 0f)], 1, layer.AndChannels.Length, 1, 1);
        }
        return new(Flipped(Graph.Add("MaxPool", [Flipped(input.Name)], attributes: Attributes(layer))));

        string Flipped(string bits) => sign is null ? bits : Graph.Add("Add", [Graph.Add("Mul", [bits, sign]), offset!]);
    }

    protected override string Scores(Values input, ScoresLayer layer, int[] biases) => Gemm(input, layer.Weights, biases, 2 * layer.Scale);

    protected override string SumScores(Values input, SumScoresLayer layer, int[] biases, int positions)
    {
        string sums = Graph.Add("ReduceSum", [input.Name, Graph.Longs(2, 3)], attributes: [("keepdims", 0)]);
        return Gemm(new(sums), layer.Weights, biases, 2 * layer.Scale);
    }

    private string Gemm(Values input, WeightMatrix matrix, int[] biases, int factor)
    {
        float[] weights = [.. Weights(matrix, isTransposed: true).Select(weight => (float)(factor * weight))];
        int[] offsets = [.. biases.Select((bias, c) => bias - (factor * input.Zero * Sum(matrix, c)))];
        return Graph.Add("Gemm", [input.Name, Graph.Floats(weights, matrix.Columns, matrix.Rows), Biases(offsets)]);
    }

    private string Biases(int[] biases) => Graph.Floats([.. biases.Select(bias => (float)bias)], biases.Length);

    private string Float(string bytes) => Graph.Add("Cast", [bytes], attributes: [("to", (int)ElementType.Float32)]);

    private string Clipped(string sums) => Graph.Add("Clip", [sums, _zero ??= Graph.Floats([0]), _one ??= Graph.Floats([1])]);
}
