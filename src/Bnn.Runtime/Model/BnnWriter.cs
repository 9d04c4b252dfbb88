using System.Globalization;
using System.Text;

namespace Bnn.Model;

/// <summary>Writes a network in the <c>.bnn</c> format, version 1. Equal networks give equal text.</summary>
static partial class BnnWriter
{
    /// <summary>The text of a model file: lines ended by line feeds, ASCII, with its checksum.</summary>
    /// <param name="network">A sound network.</param>
    /// <param name="comment">Lines for people, each put behind <c># </c>; not part of the model or its checksum.</param>
    /// <exception cref="ArgumentException"><see cref="NetworkVerifier"/> finds problems; the message lists them.</exception>
    public static string Write(Network network, string? comment = null)
    {
        NetworkVerifier.Require(network);
        var body = new StringBuilder();
        Line(body, BnnSyntax.Name, Quoted(network.Name));
        Line(body, BnnSyntax.Input, network.Input.ToString(), network.Encoding.Keyword);
        switch (network.Encoding)
        {
            case ThresholdEncoding encoding:
                foreach (int threshold in encoding.Thresholds)
                    Line(body, BnnSyntax.Threshold, Text(threshold));
                break;
            case ThermometerEncoding encoding:
                foreach (EquatableArray<int> levels in encoding.Levels)
                    Line(body, [BnnSyntax.Levels, .. levels.Select(Text)]);
                break;
            case BitPlanesEncoding encoding:
                foreach (EquatableArray<int> kept in encoding.Kept)
                    Line(body, [BnnSyntax.Planes, .. kept.Select(Text)]);
                break;
            case EightBitEncoding or RawBitsEncoding:
                break;
            default:
                throw new NotSupportedException($"The format has no encoding of kind {network.Encoding.Keyword}.");
        }
        foreach (string label in network.Labels)
            Line(body, BnnSyntax.Label, Quoted(label));
        foreach (MetadataEntry entry in network.Metadata)
            Line(body, BnnSyntax.Meta, entry.Key, Quoted(entry.Value));
        Line(body, BnnSyntax.Layers, Text(network.Layers.Length));
        IReadOnlyList<Shape> shapes = network.Shapes();
        for (int i = 0; i < network.Layers.Length; i++)
            WriteLayer(body, network.Layers[i], shapes[i]);
        Line(body, BnnSyntax.End);

        string first = FormattableString.Invariant($"{BnnSyntax.Magic} {BnnSyntax.Version}");
        string hash = Hash(first, body);
        var file = new StringBuilder(first.Length + body.Length + 100);
        Line(file, first);
        foreach (string line in comment?.Split('\n') ?? [])
            Line(file, ("# " + line.Trim()).TrimEnd());
        file.Append(body);
        Line(file, BnnSyntax.Sha256, hash);
        return file.ToString();
    }

    private static string Hash(string first, StringBuilder body)
    {
        using var checksum = new BnnChecksum();
        checksum.Add(first.AsSpan());
        // The body ends with a line feed, and Add appends one.
        checksum.Add(body.ToString(0, body.Length - 1).AsSpan());
        return checksum.Finish();
    }

    private static void WriteLayer(StringBuilder to, Layer layer, Shape input)
    {
        string name = Quoted(layer.Name);
        switch (layer)
        {
            case DenseLayer dense:
                Line(to, BnnSyntax.Layer, dense.Keyword, name,
                    BnnSyntax.Channels, Text(dense.Weights.Rows), BnnSyntax.Inputs, Text(dense.Weights.Columns));
                WriteRows(to, dense.Weights, dense.Limits);
                break;
            case ConvolutionLayer convolution:
                Line(to, BnnSyntax.Layer, convolution.Keyword, name,
                    BnnSyntax.Channels, Text(convolution.Weights.Rows), BnnSyntax.Inputs, Text(convolution.Weights.Columns),
                    BnnSyntax.Kernel, convolution.Kernel.ToString(), BnnSyntax.Stride, convolution.Stride.ToString(),
                    BnnSyntax.Padding, convolution.Padding.ToString(), BnnSyntax.Bit, convolution.PaddingBit ? "1" : "0",
                    BnnSyntax.Groups, Text(convolution.Groups));
                WriteRows(to, convolution.Weights, convolution.Limits);
                break;
            case MaxPoolLayer pool:
                Line(to, [BnnSyntax.Layer, pool.Keyword, name, BnnSyntax.Window, pool.Window.ToString(), BnnSyntax.Stride, pool.Stride.ToString(),
                    BnnSyntax.Padding, pool.Padding.ToString(), .. AndChannels(pool, input)]);
                break;
            case FlattenLayer:
                Line(to, BnnSyntax.Layer, layer.Keyword, name);
                break;
            case ScoreLayer scores:
                Line(to, BnnSyntax.Layer, scores.Keyword, name,
                    BnnSyntax.Classes, Text(scores.Weights.Rows), BnnSyntax.Inputs, Text(scores.Weights.Columns), BnnSyntax.Scale, Text(scores.Scale));
                WriteRows(to, scores.Weights, scores.Biases);
                break;
            default:
                throw new NotSupportedException($"The format has no layer of kind {layer.Keyword}.");
        }
    }

    private static string[] AndChannels(MaxPoolLayer pool, Shape input)
    {
        if (pool.AndChannels.Length == 0)
            return [];
        var words = new ulong[WeightMatrix.WordsFor(input.Channels)];
        for (int c = 0; c < input.Channels; c++)
            words[c >> 6] |= pool.AndChannels[c] ? 1UL << (c & 63) : 0;
        var bits = new StringBuilder();
        BnnSyntax.AppendBits(bits, words, input.Channels);
        return [BnnSyntax.And, Text(input.Channels), bits.ToString()];
    }

    private static void WriteRows(StringBuilder to, WeightMatrix weights, EquatableArray<int> limits)
    {
        var live = new ulong[weights.WordsPerRow];
        for (int row = 0; row < weights.Rows; row++)
        {
            to.Append(BnnSyntax.Row).Append(' ').Append(Text(limits[row])).Append(' ');
            BnnSyntax.AppendBits(to, weights.Signs(row), weights.Columns);
            if (weights.LiveCount(row) < weights.Columns)
            {
                for (int word = 0; word < live.Length; word++)
                    live[word] = weights.Live(row, word);
                to.Append(' ');
                BnnSyntax.AppendBits(to, live, weights.Columns);
            }
            to.Append('\n');
        }
    }

    private static void Line(StringBuilder to, params string[] words) => to.Append(string.Join(" ", words)).Append('\n');

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder();
        BnnSyntax.AppendQuoted(quoted, text);
        return quoted.ToString();
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
