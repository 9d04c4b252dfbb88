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
    /// <exception cref="NotSupportedException">The network has a layer kind that is not implemented yet.</exception>
    public static ReferenceRun Run(Network network, ReadOnlySpan<byte> input)
    {
        Arguments.CheckLength(input.Length, network.InputLength, nameof(input));
        bool[] bits = Encode(network, input);
        var layerBits = new List<bool[]>();
        var layerCounts = new List<int[]>();
        for (int i = 0; i < network.Layers.Length; i++)
        {
            switch (network.Layers[i])
            {
                case DenseLayer layer:
                    int[] counts = Counts(layer.Weights, bits, input, network.IsEightBit(i));
                    bits = counts.Select((count, channel) => count <= layer.Limits[channel]).ToArray();
                    layerCounts.Add(counts);
                    layerBits.Add(bits);
                    break;
                case FlattenLayer:
                    layerCounts.Add([]);
                    layerBits.Add(bits);
                    break;
                case ScoresLayer layer:
                    int[] differing = Counts(layer.Weights, bits, input, network.IsEightBit(i));
                    int[] scores = differing
                        .Select((count, c) => (layer.Scale * (layer.MaxCount(c, network.IsEightBit(i)) - (2 * count))) + layer.Biases[c]).ToArray();
                    layerCounts.Add(differing);
                    return new(layerBits, layerCounts, scores);
                case Layer other:
                    throw new NotSupportedException($"Layer '{other.Name}' is of kind {other.Keyword}, which is not implemented yet.");
            }
        }
        throw new ArgumentException("The network has no layer that gives scores.", nameof(network));
    }

    /// <summary>The input bits, plane by plane; empty for an 8-bit input.</summary>
    private static bool[] Encode(Network network, ReadOnlySpan<byte> input)
    {
        int planeSize = network.Input.Height * network.Input.Width;
        IReadOnlyList<InputPlane> planes = network.Encoding.Planes(network.Input.Channels);
        var bits = new bool[planes.Count * planeSize];
        for (int p = 0; p < planes.Count; p++)
        {
            for (int i = 0; i < planeSize; i++)
                bits[(p * planeSize) + i] = planes[p].Bit(input[(planes[p].Channel * planeSize) + i]);
        }
        return bits;
    }

    /// <summary>For each channel the number of live positions where input and weight differ; on bytes, bit b of a position counts 2^b.</summary>
    private static int[] Counts(WeightMatrix weights, bool[] bits, ReadOnlySpan<byte> bytes, bool isEightBit)
    {
        var counts = new int[weights.Rows];
        for (int channel = 0; channel < weights.Rows; channel++)
        {
            for (int i = 0; i < weights.Columns; i++)
            {
                if (!weights.IsLive(channel, i))
                    continue;
                bool weight = weights.IsPositive(channel, i);
                if (!isEightBit)
                {
                    counts[channel] += bits[i] != weight ? 1 : 0;
                    continue;
                }
                for (int b = 0; b < 8; b++)
                    counts[channel] += (bytes[i] >> b & 1) != 0 != weight ? 1 << b : 0;
            }
        }
        return counts;
    }
}

/// <summary>What <see cref="Reference.Run"/> saw on its way.</summary>
/// <param name="Bits">Bits that each layer before the scores gave, <c>[layers − 1][values]</c>.</param>
/// <param name="Counts">Counts of each layer, <c>[layers][values]</c>; empty for layers that count nothing.</param>
/// <param name="Scores"><c>[classes]</c></param>
public sealed record ReferenceRun(IReadOnlyList<bool[]> Bits, IReadOnlyList<int[]> Counts, int[] Scores);
