using System.Numerics;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Vector;

/// <summary>Batches of a network with a sample in each lane.</summary>
internal sealed class SampleLanes
{
    // A position gathers the indices of its pixels on the stack.
    private const long MostTaps = 4096;

    private readonly SampleNetwork _network;
    private readonly int? _lanes;
    private readonly int _inputLength;

    // The fewest samples that are worth a register of 64, 128, 256, 512 lanes.
    private readonly int[] _least;

    private SampleLanes(SampleNetwork network, int inputLength, int? lanes, int[] least) =>
        (_network, _inputLength, _lanes, _least) = (network, inputLength, lanes, least);

    /// <summary>Derives the index lists of a sound network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="costOfOne">What a sample costs by itself, in the unit of <see cref="LaneCost"/>; 0: all of a batch goes through lanes.</param>
    /// <param name="lanes">Samples in a register, whatever the processor has; else the best for each batch.</param>
    /// <returns>
    /// Null if the network does not fit: its planes take more than <see cref="SampleNetwork.MostBytes"/> with registers of 128 lanes, a window holds more
    /// than 4,096 values, or scores are summed over more than 65,536.
    /// </returns>
    public static SampleLanes? Of(Network network, long costOfOne, int? lanes)
    {
        if (!Fits(network))
            return null;
        var builder = new SampleNetworkBuilder(network.InputLength);
        Encode(network, builder);
        Shape shape = network.Encoding.Encoded(network.Input);
        for (int i = 0; i < network.Layers.Length - 1; i++)
        {
            Add(builder, network.Layers[i], shape, network.IsEightBit(i));
            shape = network.Layers[i].Output(shape);
        }
        SampleNetwork samples = Scores(builder, network.Scores, shape, network.IsEightBit(network.Layers.Length - 1));
        int[] widths = [64, 128, 256, 512];
        return new(samples, network.InputLength, lanes, [.. widths.Select(width => costOfOne == 0 ? 1 : Least(LaneCost.Samples(network, width), costOfOne))]);
    }

    /// <summary>The number of samples, from the first of a batch on, that are done sooner in lanes than one after another.</summary>
    public int Worth(int samples)
    {
        int widest = _lanes ?? _network.LanesFor(int.MaxValue), rest = samples % widest, whole = samples - rest;
        if (LeastOf(widest) > widest)
            whole = 0;
        else if (rest >= LeastOf(_lanes ?? _network.LanesFor(rest)))
            whole = samples;
        else if (_lanes is null && rest >= 128 && LeastOf(128) <= 128)
            whole += 128;
        return whole;
    }

    /// <summary>The class of each sample that is worth it.</summary>
    /// <param name="images"><c>[samples, InputLength]</c> bytes.</param>
    /// <param name="classes">Receives a class for each sample.</param>
    /// <returns>The number of samples that were done, from the first on.</returns>
    public int Predict(ReadOnlySpan<byte> images, Span<int> classes)
    {
        int samples = Worth(classes.Length);
        images = images[..(samples * _inputLength)];
        classes = classes[..samples];
        switch (_lanes)
        {
            case null:
                _network.Predict(images, classes, least: 1);
                break;
            case 64:
                _network.Predict<Lanes64>(images, classes);
                break;
            case 128:
                _network.Predict<Lanes128>(images, classes);
                break;
            case 256:
                _network.Predict<Lanes256>(images, classes);
                break;
            case 512:
                _network.Predict<Lanes512>(images, classes);
                break;
            case int other:
                throw VectorLanes.Unknown(other);
        }
        return samples;
    }

    /// <summary>The scores of each sample that is worth it.</summary>
    /// <param name="images"><c>[samples, InputLength]</c> bytes.</param>
    /// <param name="scores">Receives scores for each sample, <c>[samples, classes]</c>.</param>
    /// <returns>The number of samples that were done, from the first on.</returns>
    public int Scores(ReadOnlySpan<byte> images, Span<int> scores)
    {
        int samples = Worth(scores.Length / _network.Classes);
        images = images[..(samples * _inputLength)];
        scores = scores[..(samples * _network.Classes)];
        switch (_lanes)
        {
            case null:
                _network.Scores(images, scores, least: 1);
                break;
            case 64:
                _network.Scores<Lanes64>(images, scores);
                break;
            case 128:
                _network.Scores<Lanes128>(images, scores);
                break;
            case 256:
                _network.Scores<Lanes256>(images, scores);
                break;
            case 512:
                _network.Scores<Lanes512>(images, scores);
                break;
            case int other:
                throw VectorLanes.Unknown(other);
        }
        return samples;
    }

    private static int Least(long cost, long costOfOne) => (int)Math.Min((cost + costOfOne - 1) / costOfOne, int.MaxValue);

    private int LeastOf(int lanes) => _least[BitOperations.Log2((uint)lanes) - 6];

    private static bool Fits(Network network)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        for (int i = 0; i < network.Layers.Length; i++)
        {
            long planes = (shapes[i].LongCount * (network.IsEightBit(i) ? 8 : 1)) + shapes[i + 1].LongCount;
            bool takes = network.Layers[i] switch
            {
                ConvolutionLayer layer => (long)layer.Kernel.Height * layer.Kernel.Width <= MostTaps,
                MaxPoolLayer layer => (long)layer.Window.Height * layer.Window.Width <= MostTaps,
                SumScoresLayer => shapes[i].LongCount <= ModelCaps.FanIn,
                _ => true,
            };
            if (!takes || planes * Lanes128.Words * sizeof(ulong) > SampleNetwork.MostBytes)
                return false;
        }
        return true;
    }

    private static void Encode(Network network, SampleNetworkBuilder builder)
    {
        if (network.Encoding.IsEightBit)
        {
            builder.EightBit();
            return;
        }
        int pixels = network.Input.Height * network.Input.Width;
        foreach (InputPlane plane in network.Encoding.Planes(network.Input.Channels))
        {
            if (plane.IsThreshold)
                builder.AtLeast(plane.Channel * pixels, pixels, plane.Value);
            else
                builder.Bit(plane.Channel * pixels, pixels, plane.Value);
        }
    }

    private static void Add(SampleNetworkBuilder builder, Layer layer, Shape input, bool isEightBit)
    {
        switch (layer)
        {
            case DenseLayer dense:
                builder.Dense(input.Count, dense.Weights.PackedSigns(), dense.Weights.PackedMasks(), [.. dense.Limits], isEightBit);
                break;
            case ConvolutionLayer convolution:
                builder.Convolution(convolution.WindowOn(input), input.Channels, convolution.PaddingBit, convolution.Groups,
                    convolution.Weights.PackedSigns(), convolution.Weights.PackedMasks(), [.. convolution.Limits], isEightBit);
                break;
            case MaxPoolLayer pool:
                builder.Pool(pool.WindowOn(input), input.Channels, pool.PackedAnd());
                break;
            case FlattenLayer:
                break;
            default:
                throw new NotSupportedException($"Layer '{layer.Name}' is of the unknown kind {layer.Keyword}.");
        }
    }

    private static SampleNetwork Scores(SampleNetworkBuilder builder, ScoreLayer layer, Shape input, bool isEightBit)
    {
        ulong[] signs = layer.Weights.PackedSigns(), masks = layer.Weights.PackedMasks();
        return layer is SumScoresLayer
            ? builder.SumScores(input.Channels, input.Height * input.Width, signs, masks, [.. layer.Biases], layer.Scale, isEightBit)
            : builder.Scores(input.Count, signs, masks, [.. layer.Biases], layer.Scale, isEightBit);
    }
}
