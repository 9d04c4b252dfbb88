using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Bnn.Inference;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Benchmarks.Contenders;

/// <summary>Runs any network as a straightforward program does: layer by layer, each patch gathered once, and a counter for all of its channels.</summary>
/// <remarks>
/// Values are bytes, images pixel by pixel, so that a row of a patch is one copy; encoding and pooling take vectors. Only the counter differs between the
/// rivals that use this. Not thread-safe: it keeps its buffers.
/// </remarks>
internal sealed class LayerLoops
{
    private readonly Network _network;
    private readonly InputPlane[] _planes;
    private readonly byte[] _encoded;
    private readonly byte[] _input;
    private readonly List<Func<byte[], byte[]>> _steps = [];
    private readonly int[] _scores;

    public LayerLoops(Network network, CounterFactory makeCounter)
    {
        _network = network;
        _planes = [.. network.Encoding.Planes(network.Input.Channels)];
        IReadOnlyList<Shape> shapes = network.Shapes();
        _encoded = new byte[shapes[0].Count];
        _input = new byte[shapes[0].Count];
        _scores = new int[network.ClassCount];
        for (int i = 0; i < network.Layers.Length; i++)
        {
            Shape input = shapes[i];
            bool isEightBit = network.IsEightBit(i);
            switch (network.Layers[i])
            {
                case ConvolutionLayer convolution:
                    AddConvolution(convolution.WithoutGroups(), input, shapes[i + 1], isEightBit, makeCounter);
                    break;
                case MaxPoolLayer pool:
                    AddPool(pool, input, shapes[i + 1]);
                    break;
                case FlattenLayer when input.Channels > 1 && input.Height * input.Width > 1:
                    AddFlatten(input.PixelMajor());
                    break;
                case DenseLayer dense:
                    AddDense(dense.Limits.ToArray(), makeCounter(dense.Weights.SelectColumns(input.PixelMajor()), isEightBit));
                    break;
                case ScoresLayer scores:
                    AddScores(scores, makeCounter(scores.Weights.SelectColumns(input.PixelMajor()), isEightBit), 1, isEightBit);
                    break;
                case SumScoresLayer scores:
                    AddScores(scores, makeCounter(scores.Weights, isEightBit), input.Height * input.Width, isEightBit);
                    break;
            }
        }
    }

    public int Predict(ReadOnlySpan<byte> image)
    {
        Encode(image);
        byte[] values = _input;
        foreach (Func<byte[], byte[]> step in _steps)
            values = step(values);
        return Reference.ArgMax(_scores);
    }

    private void Encode(ReadOnlySpan<byte> image)
    {
        int size = _network.Input.Height * _network.Input.Width;
        if (_network.Encoding.IsEightBit)
        {
            InputPacking.Interleave(image, _network.Input.Channels, _input);
            return;
        }
        for (int p = 0; p < _planes.Length; p++)
        {
            ReadOnlySpan<byte> channel = image.Slice(_planes[p].Channel * size, size);
            Span<byte> plane = _encoded.AsSpan(p * size, size);
            if (_planes[p].IsThreshold)
                AtLeast(channel, (byte)_planes[p].Value, plane);
            else
                TensorPrimitives.BitwiseAnd(Shifted(channel, _planes[p].Value, plane), (byte)1, plane);
        }
        if (_planes.Length == 1)
            _encoded.CopyTo(_input.AsSpan());
        else
            InputPacking.Interleave(_encoded, _planes.Length, _input);
    }

    private static Span<byte> Shifted(ReadOnlySpan<byte> values, int bit, Span<byte> shifted)
    {
        TensorPrimitives.ShiftRightLogical(values, bit, shifted);
        return shifted;
    }

    private static void AtLeast(ReadOnlySpan<byte> values, byte threshold, Span<byte> bits)
    {
        int i = 0;
        for (; i + Vector<byte>.Count <= values.Length; i += Vector<byte>.Count)
            (Vector.GreaterThanOrEqual(new Vector<byte>(values[i..]), new Vector<byte>(threshold)) & Vector<byte>.One).CopyTo(bits[i..]);
        for (; i < values.Length; i++)
            bits[i] = values[i] >= threshold ? (byte)1 : (byte)0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fire(ReadOnlySpan<int> counts, ReadOnlySpan<int> limits, Span<byte> bits)
    {
        limits = limits[..counts.Length];
        bits = bits[..counts.Length];
        for (int c = 0; c < counts.Length; c++)
            bits[c] = counts[c] <= limits[c] ? (byte)1 : (byte)0;
    }

    private void AddDense(int[] limits, ICounter counter)
    {
        var counts = new int[limits.Length];
        var bits = new byte[limits.Length];
        _steps.Add(values =>
        {
            counter.Counts(values, counts);
            Fire(counts, limits, bits);
            return bits;
        });
    }

    private void AddConvolution(ConvolutionLayer layer, Shape input, Shape output, bool isEightBit, CounterFactory makeCounter)
    {
        int channels = input.Channels, rowBytes = layer.Kernel.Width * channels;
        ICounter counter = makeCounter(layer.Weights.SelectColumns(new Shape(channels, layer.Kernel.Height, layer.Kernel.Width).PixelMajor()), isEightBit);
        int[] limits = layer.Limits.ToArray(), counts = new int[output.Channels];
        Shape framed = new(channels, input.Height + layer.Padding.Top + layer.Padding.Bottom, input.Width + layer.Padding.Left + layer.Padding.Right);
        byte[]? frame = layer.Padding == default ? null : new byte[framed.Count];
        frame?.AsSpan().Fill((byte)(!layer.PaddingBit ? 0 : isEightBit ? 255 : 1));
        byte[] patch = new byte[layer.Kernel.Height * rowBytes], result = new byte[output.Count];
        bool isPoint = layer.Kernel == new Extent(1, 1);
        _steps.Add(image =>
        {
            if (frame is not null)
            {
                for (int y = 0; y < input.Height; y++)
                {
                    image.AsSpan(y * input.Width * channels, input.Width * channels)
                        .CopyTo(frame.AsSpan((((y + layer.Padding.Top) * framed.Width) + layer.Padding.Left) * channels));
                }
                image = frame;
            }
            for (int at = 0; at < output.Height * output.Width; at++)
            {
                int from = ((at / output.Width * layer.Stride.Height * framed.Width) + (at % output.Width * layer.Stride.Width)) * channels;
                if (isPoint)
                {
                    counter.Counts(image.AsSpan(from, channels), counts);
                }
                else
                {
                    for (int y = 0; y < layer.Kernel.Height; y++)
                        image.AsSpan(from + (y * framed.Width * channels), rowBytes).CopyTo(patch.AsSpan(y * rowBytes));
                    counter.Counts(patch, counts);
                }
                Fire(counts, limits, result.AsSpan(at * output.Channels));
            }
            return result;
        });
    }

    // OR of bits is their maximum, AND their minimum: the maximum of the opposites.
    private void AddPool(MaxPoolLayer pool, Shape input, Shape output)
    {
        int channels = input.Channels;
        byte[] flips = [.. Enumerable.Range(0, channels).Select(c => (byte)(pool.AndChannels.Length > 0 && pool.AndChannels[c] ? 1 : 0))];
        byte[] result = new byte[output.Count], pixel = new byte[channels];
        bool hasFlips = flips.Contains((byte)1);
        _steps.Add(image =>
        {
            for (int at = 0; at < output.Height * output.Width; at++)
            {
                Span<byte> most = result.AsSpan(at * channels, channels);
                most.Clear();
                int top = (at / output.Width * pool.Stride.Height) - pool.Padding.Top, left = (at % output.Width * pool.Stride.Width) - pool.Padding.Left;
                for (int y = Math.Max(top, 0); y < Math.Min(top + pool.Window.Height, input.Height); y++)
                {
                    for (int x = Math.Max(left, 0); x < Math.Min(left + pool.Window.Width, input.Width); x++)
                    {
                        ReadOnlySpan<byte> bits = image.AsSpan(((y * input.Width) + x) * channels, channels);
                        if (hasFlips)
                        {
                            TensorPrimitives.Xor(bits, flips, pixel);
                            bits = pixel;
                        }
                        TensorPrimitives.Max(most, bits, most);
                    }
                }
                if (hasFlips)
                    TensorPrimitives.Xor(most, flips, most);
            }
            return result;
        });
    }

    // From pixel by pixel to channel by channel.
    private void AddFlatten(int[] places)
    {
        var vector = new byte[places.Length];
        _steps.Add(values =>
        {
            for (int i = 0; i < places.Length; i++)
                vector[places[i]] = values[i];
            return vector;
        });
    }

    private void AddScores(ScoreLayer layer, ICounter counter, int positions, bool isEightBit)
    {
        int[] counts = new int[layer.Weights.Rows];
        int[] most = [.. Enumerable.Range(0, counts.Length).Select(c => positions * layer.MaxCount(c, isEightBit))];
        int[] biases = layer.Biases.ToArray();
        _steps.Add(values =>
        {
            most.CopyTo(_scores.AsSpan());
            int length = layer.Weights.Columns;
            for (int at = 0; at < positions; at++)
            {
                counter.Counts(values.AsSpan(at * length, length), counts);
                for (int c = 0; c < counts.Length; c++)
                    _scores[c] -= 2 * counts[c];
            }
            for (int c = 0; c < counts.Length; c++)
                _scores[c] = (layer.Scale * _scores[c]) + biases[c];
            return values;
        });
    }
}
