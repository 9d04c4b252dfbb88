using System.Numerics;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Benchmarks;

/// <summary>What a good programmer writes for one dense network without masks: packed rows, a loop of xor and <c>PopCount</c>, no generality.</summary>
/// <remarks>It packs its input with the same vector code as the library, so that only the layers differ. Not thread-safe: it keeps its scratch.</remarks>
internal sealed class HandWritten : IRival
{
    private readonly Network _network;
    private readonly InputPlane[] _planes;
    private readonly ulong[][][] _rows;
    private readonly int[][] _limits;
    private readonly ulong[] _input;
    private readonly ulong[][] _bits;
    private readonly int _planeWords;

    public HandWritten(Network network)
    {
        if (network.Layers.Any(layer => layer is not (DenseLayer or ScoresLayer)))
            throw new ArgumentException("Only dense layers and scores.", nameof(network));
        WeightedLayer[] layers = [.. network.Layers.Cast<WeightedLayer>()];
        if (layers.Any(layer => layer.Weights.HasMask))
            throw new ArgumentException("No masks.", nameof(network));
        _network = network;
        _planes = [.. network.Encoding.Planes(network.Input.Channels)];
        _rows = [.. layers.Select(layer => Enumerable.Range(0, layer.Weights.Rows).Select(row => layer.Weights.Signs(row).ToArray()).ToArray())];
        _limits = [.. layers.Select(layer => layer is DenseLayer dense ? dense.Limits.ToArray() : ((ScoresLayer)layer).Biases.ToArray())];
        _planeWords = layers[0].Weights.WordsPerRow;
        _input = new ulong[network.Encoding.IsEightBit ? 8 * _planeWords : _planeWords];
        _bits = [.. layers.Select(layer => new ulong[WeightMatrix.WordsFor(layer.Weights.Rows)])];
    }

    public int Predict(ReadOnlySpan<byte> image)
    {
        Encode(image);
        ulong[] current = _input;
        int last = _rows.Length - 1;
        for (int layer = 0; layer < last; layer++)
        {
            ulong[] output = _bits[layer];
            Array.Clear(output);
            for (int c = 0; c < _rows[layer].Length; c++)
            {
                int count = layer == 0 && _network.Encoding.IsEightBit ? EightBitCount(_rows[0][c]) : Count(current, _rows[layer][c]);
                if (count <= _limits[layer][c])
                    output[c >> 6] |= 1UL << (c & 63);
            }
            current = output;
        }
        int best = 0, bestScore = int.MinValue;
        for (int c = 0; c < _rows[last].Length; c++)
        {
            int score = (_network.Scores.Scale * (_network.Scores.Weights.Columns - (2 * Count(current, _rows[last][c])))) + _limits[last][c];
            if (score > bestScore)
                (best, bestScore) = (c, score);
        }
        return best;
    }

    /// <summary>Positions where two packed rows differ: the loop itself.</summary>
    internal static int Count(ulong[] x, ulong[] w)
    {
        int count = 0;
        for (int i = 0; i < w.Length; i++)
            count += BitOperations.PopCount(x[i] ^ w[i]);
        return count;
    }

    private int EightBitCount(ulong[] w)
    {
        int count = 0;
        for (int b = 0; b < 8; b++)
        {
            ReadOnlySpan<ulong> x = _input.AsSpan(b * _planeWords, w.Length);
            int plane = 0;
            for (int i = 0; i < w.Length; i++)
                plane += BitOperations.PopCount(x[i] ^ w[i]);
            count += plane << b;
        }
        return count;
    }

    private void Encode(ReadOnlySpan<byte> image)
    {
        Array.Clear(_input);
        int size = _network.Input.Height * _network.Input.Width;
        if (_network.Encoding.IsEightBit)
        {
            for (int b = 0; b < 8; b++)
                InputPacking.Bit(image, b, _input, b * _planeWords * 64);
            return;
        }
        for (int p = 0; p < _planes.Length; p++)
        {
            ReadOnlySpan<byte> values = image.Slice(_planes[p].Channel * size, size);
            if (_planes[p].IsThreshold)
                InputPacking.AtLeast(values, _planes[p].Value, _input, p * size);
            else
                InputPacking.Bit(values, _planes[p].Value, _input, p * size);
        }
    }
}
