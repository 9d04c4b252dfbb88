using System.Numerics;
using Bnn.Model;

namespace Bnn.Benchmarks;

/// <summary>What a good programmer writes for one convolutional network: the bits of a pixel side by side, each patch gathered once, a loop of xor and <c>PopCount</c>.</summary>
/// <remarks>
/// For convolutions without groups or masks whose pixels have at most 64 bits, 2x2 pools, dense layers and scores behind a thermometer or threshold input.
/// Not thread-safe: it keeps its scratch.
/// </remarks>
internal sealed class HandWrittenConvolutions : IRival
{
    private readonly Network _network;
    private readonly InputPlane[] _planes;
    private readonly List<Func<ulong[], ulong[]>> _steps = [];
    private readonly ulong[] _input;
    private readonly ulong[][] _classes;

    public HandWrittenConvolutions(Network network)
    {
        _network = network;
        _planes = [.. network.Encoding.Planes(network.Input.Channels)];
        _input = new ulong[network.Input.Height * network.Input.Width];
        IReadOnlyList<Shape> shapes = network.Shapes();
        bool isImage = true;
        for (int i = 0; i < network.Layers.Length; i++)
        {
            (Layer layer, Shape input) = (network.Layers[i], shapes[i]);
            if (layer is WeightedLayer { Weights.HasMask: true } or ConvolutionLayer { Groups: > 1 } || (isImage && input.Channels > 64))
                throw new ArgumentException($"Layer '{layer.Name}' is more than was written by hand.", nameof(network));
            switch (layer)
            {
                case ConvolutionLayer convolution:
                    AddConvolution(convolution, input, shapes[i + 1]);
                    break;
                case MaxPoolLayer { AndChannels.Length: 0, Padding: var padding } pool when pool.Window == new Extent(2, 2) && pool.Stride == pool.Window && padding == default:
                    AddPool(input);
                    break;
                case DenseLayer dense:
                    AddDense(Rows(dense.Weights, input, isImage), dense.Limits.ToArray(), isImage ? input : null);
                    isImage = false;
                    break;
                case ScoresLayer when !isImage:
                    break;
                default:
                    throw new ArgumentException($"Layer '{layer.Name}' is more than was written by hand.", nameof(network));
            }
        }
        _classes = Rows(network.Scores.Weights, shapes[^2], isImage: false);
    }

    public int Predict(ReadOnlySpan<byte> image)
    {
        int size = _network.Input.Height * _network.Input.Width;
        for (int i = 0; i < size; i++)
        {
            ulong pixel = 0;
            for (int p = 0; p < _planes.Length; p++)
                pixel |= image[(_planes[p].Channel * size) + i] >= _planes[p].Value ? 1UL << p : 0;
            _input[i] = pixel;
        }
        ulong[] bits = _input;
        foreach (Func<ulong[], ulong[]> step in _steps)
            bits = step(bits);
        int best = 0, bestScore = int.MinValue;
        for (int c = 0; c < _classes.Length; c++)
        {
            int score = (_network.Scores.Scale * (_network.Scores.Weights.Columns - (2 * Count(bits, _classes[c])))) + _network.Scores.Biases[c];
            if (score > bestScore)
                (best, bestScore) = (c, score);
        }
        return best;
    }

    private void AddConvolution(ConvolutionLayer layer, Shape input, Shape output)
    {
        int taps = layer.Kernel.Height * layer.Kernel.Width, words = WeightMatrix.WordsFor(taps * input.Channels);
        // Weights in the order of a patch: tap by tap, all channels of a tap side by side.
        ulong[][] rows = [.. Enumerable.Range(0, output.Channels).Select(c => Pack(words, taps * input.Channels,
            bit => layer.Weights.IsPositive(c, (bit % input.Channels * taps) + (bit / input.Channels))))];
        int[] limits = layer.Limits.ToArray();
        ulong border = layer.PaddingBit ? WeightMatrix.TailMask(input.Channels, 0) : 0;
        var patch = new ulong[words];
        var result = new ulong[output.Height * output.Width];
        _steps.Add(pixels =>
        {
            for (int at = 0; at < result.Length; at++)
            {
                Array.Clear(patch);
                int bit = 0;
                for (int y = (at / output.Width * layer.Stride.Height) - layer.Padding.Top, bottom = y + layer.Kernel.Height; y < bottom; y++)
                {
                    for (int x = (at % output.Width * layer.Stride.Width) - layer.Padding.Left, right = x + layer.Kernel.Width; x < right; x++)
                    {
                        ulong pixel = (uint)y < (uint)input.Height && (uint)x < (uint)input.Width ? pixels[(y * input.Width) + x] : border;
                        patch[bit >> 6] |= pixel << (bit & 63);
                        if ((bit & 63) + input.Channels > 64)
                            patch[(bit >> 6) + 1] |= pixel >> (64 - (bit & 63));
                        bit += input.Channels;
                    }
                }
                ulong fired = 0;
                for (int c = 0; c < rows.Length; c++)
                    fired |= Count(patch, rows[c]) <= limits[c] ? 1UL << c : 0;
                result[at] = fired;
            }
            return result;
        });
    }

    private void AddPool(Shape input)
    {
        int height = input.Height / 2, width = input.Width / 2;
        var result = new ulong[height * width];
        _steps.Add(pixels =>
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    int at = (2 * y * input.Width) + (2 * x);
                    result[(y * width) + x] = pixels[at] | pixels[at + 1] | pixels[at + input.Width] | pixels[at + input.Width + 1];
                }
            }
            return result;
        });
    }

    // An image comes in a word for each pixel, and its weights have been put in that order.
    private void AddDense(ulong[][] rows, int[] limits, Shape? image)
    {
        var packed = new ulong[rows[0].Length];
        var result = new ulong[WeightMatrix.WordsFor(rows.Length)];
        _steps.Add(bits =>
        {
            ulong[] input = bits;
            if (image is { Channels: < 64 } shape)
            {
                Array.Clear(packed);
                for (int i = 0, bit = 0; i < shape.Height * shape.Width; i++, bit += shape.Channels)
                {
                    packed[bit >> 6] |= bits[i] << (bit & 63);
                    if ((bit & 63) + shape.Channels > 64)
                        packed[(bit >> 6) + 1] |= bits[i] >> (64 - (bit & 63));
                }
                input = packed;
            }
            Array.Clear(result);
            for (int c = 0; c < rows.Length; c++)
            {
                if (Count(input, rows[c]) <= limits[c])
                    result[c >> 6] |= 1UL << (c & 63);
            }
            return result;
        });
    }

    private static ulong[][] Rows(WeightMatrix weights, Shape input, bool isImage)
    {
        int positions = isImage ? input.Height * input.Width : 1, channels = weights.Columns / positions;
        return [.. Enumerable.Range(0, weights.Rows).Select(c => Pack(weights.WordsPerRow, weights.Columns,
            bit => weights.IsPositive(c, (bit % channels * positions) + (bit / channels))))];
    }

    private static ulong[] Pack(int words, int bits, Func<int, bool> isSet)
    {
        var packed = new ulong[words];
        for (int bit = 0; bit < bits; bit++)
            packed[bit >> 6] |= isSet(bit) ? 1UL << (bit & 63) : 0;
        return packed;
    }

    private static int Count(ulong[] x, ulong[] w)
    {
        int count = 0;
        for (int i = 0; i < w.Length; i++)
            count += BitOperations.PopCount(x[i] ^ w[i]);
        return count;
    }
}
