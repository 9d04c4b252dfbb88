using System.Security.Cryptography;
using Bnn.Model;

namespace Bnn.Training;

/// <summary>Numbers that are trained, with the two moving averages that Adam keeps of their gradients.</summary>
internal sealed class TrainedArray(int length)
{
    public FloatBuffer Values { get; } = new(length);

    public FloatBuffer FirstMoments { get; } = new(length);

    public FloatBuffer SecondMoments { get; } = new(length);

    public IEnumerable<FloatBuffer> Parts => [Values, FirstMoments, SecondMoments];

    /// <summary>1 where an item is trained, 0 where it stays as it is; null: all are trained.</summary>
    public FloatBuffer? Trained { get; set; }

    /// <summary>Part of a step that each item takes, in [0, 1]; null: all take whole steps.</summary>
    public FloatBuffer? Pace { get; set; }
}

/// <summary>Latent weights of a layer, <c>[Inputs, Stride]</c>; their signs are the binary weights, sign(0) = +1.</summary>
/// <remarks>
/// The weight of input i and channel c is item i · Stride + c; inputs of a convolution are numbered as in a model file. Rows are filled up to
/// <see cref="Stride"/>; what lies there gets no gradient and is read by nobody.
/// </remarks>
internal sealed class LatentLayer(LayerGeometry geometry)
{
    public LayerGeometry Geometry { get; } = geometry;

    public int Inputs { get; } = geometry.Inputs;

    public int Channels { get; } = geometry.Channels;

    public int Panels { get; } = Gemm.RightPanels(geometry.Channels);

    public int Stride { get; } = Gemm.RightPanels(geometry.Channels) * Gemm.Columns;

    public TrainedArray Weights { get; } = new(checked(geometry.Inputs * Gemm.RightPanels(geometry.Channels) * Gemm.Columns));

    /// <summary>How often each weight had another sign at the end of an epoch than at its beginning, <c>[Inputs, Stride]</c>; stays at 65535.</summary>
    public ushort[] Flips { get; } = new ushort[geometry.Inputs * Gemm.RightPanels(geometry.Channels) * Gemm.Columns];

    /// <summary>Which weights live; null: all.</summary>
    public WeightMask? Mask { get; private set; }

    /// <summary>Latent weights stay in [−Bound, Bound].</summary>
    public float Bound { get; set; } = 1;

    public bool IsPositive(int input, int channel) => Weights.Values.Span[(input * Stride) + channel] >= 0;

    public bool IsLive(int input, int channel) => Mask is null || Mask.IsLive(input, channel);

    /// <summary>The binary weight: 1, −1, or 0 if it is pruned.</summary>
    public int Weight(int input, int channel) => !IsLive(input, channel) ? 0 : IsPositive(input, channel) ? 1 : -1;

    /// <summary>Live weights of a channel.</summary>
    public int LiveInputs(int channel) => Mask?.LiveInputs(channel) ?? Inputs;

    /// <summary>Gives the layer a mask in which everything lives, if it has none.</summary>
    public WeightMask Masked() => Mask ??= new(this);
}

/// <summary>The trained state of a network: latent weights, batch norm, biases and the optimiser's averages.</summary>
internal sealed class LatentNetwork
{
    /// <exception cref="ArgumentException">The architecture does not fit the input; the message names the layer.</exception>
    public LatentNetwork(Shape input, InputEncoding encoding, Architecture architecture, int classes, bool hasScale)
    {
        (Input, Encoding, Architecture) = (input, encoding, architecture);
        Geometry = NetworkGeometry.Of(architecture, encoding.Encoded(input), encoding.IsEightBit, classes);
        Layers = Geometry.Layers.Select(layer => new LatentLayer(layer)).ToArray();
        Norms = Layers[..^1].Select(layer => new BatchNorm(layer.Channels, hasScale)).ToArray();
        Biases = new(Layers[^1].Stride);
    }

    public Shape Input { get; }

    public InputEncoding Encoding { get; }

    /// <summary>The words that <see cref="Layers"/> were made from.</summary>
    public Architecture Architecture { get; }

    public NetworkGeometry Geometry { get; }

    /// <summary>The layers with weights; pools belong to the layer before them.</summary>
    public LatentLayer[] Layers { get; }

    /// <summary>One for each hidden layer.</summary>
    public BatchNorm[] Norms { get; }

    /// <summary>Of the classes, in units of the score; used rounded.</summary>
    public TrainedArray Biases { get; }

    /// <summary>How latents become weights, and sums values; not saved.</summary>
    public Binarization Binarization { get; } = new();

    /// <summary>Steps that the optimiser's averages hold.</summary>
    public long OptimizerSteps { get; set; }

    public int Classes => Layers[^1].Channels;

    public bool HasScale => Norms.Length > 0 && Norms[0].Scale is not null;

    public int[] Hidden => Norms.Select(norm => norm.Channels).ToArray();

    /// <summary>Positions over which the scores are added up; 1 but for sum-scores.</summary>
    public int ScorePositions =>
        Layers[^1].Geometry is { Kind: LayerKind.SumScores, Input: var input } ? input.Height * input.Width : 1;

    /// <summary>Whether layer <paramref name="index"/> sees bytes, 2v − 255.</summary>
    public bool IsEightBit(int index) => index == 0 && Encoding.IsEightBit;

    /// <summary>Logit by score: scores are sums over as many weights and positions.</summary>
    public double LogitScale(double temperature) => temperature / Math.Sqrt((double)Layers[^1].Inputs * ScorePositions);

    public int Bias(int label) => RoundBias(Biases.Values.Span[label]);

    /// <summary>To the nearest integer, ties to even.</summary>
    public static int RoundBias(float bias) => (int)MathF.Round(bias);

    /// <summary>Latent weights N(0, 0.1) clipped to [−1, 1], shifts and biases 0, scales 1.</summary>
    public void Initialize(ulong seed)
    {
        for (int l = 0; l < Layers.Length; l++)
        {
            LatentLayer layer = Layers[l];
            for (int i = 0; i < layer.Inputs; i++)
            {
                for (int c = 0; c < layer.Channels; c++)
                {
                    double normal = CounterRandom.Normal(seed, CounterRandom.Stream.InitialWeights, (ulong)l, ((ulong)i << 32) | (uint)c);
                    layer.Weights.Values.Span[(i * layer.Stride) + c] = (float)Math.Clamp(0.1 * normal, -1, 1);
                }
            }
        }
    }

    /// <summary>Latents become their signs, for an optimiser that knows no others: then none weighs more than another.</summary>
    public void TakeSigns()
    {
        foreach (LatentLayer layer in Layers)
        {
            foreach (ref float weight in layer.Weights.Values.Span)
                weight = weight >= 0 ? 1 : -1;
        }
    }

    /// <summary>Whether any layer has a mask.</summary>
    public bool HasMasks => Layers.Any(layer => layer.Mask is not null);

    /// <summary>See <see cref="WeightMask.Freeze"/>.</summary>
    public void FreezeMasks()
    {
        foreach (LatentLayer layer in Layers)
            layer.Mask?.Freeze();
    }

    /// <summary>Everything that is saved but masks, in a fixed order.</summary>
    public IEnumerable<FloatBuffer> Buffers()
    {
        foreach (LatentLayer layer in Layers)
        {
            foreach (FloatBuffer part in layer.Weights.Parts)
                yield return part;
        }
        foreach (BatchNorm norm in Norms)
        {
            foreach (FloatBuffer part in norm.Buffers())
                yield return part;
        }
        foreach (FloatBuffer part in Biases.Parts)
            yield return part;
    }

    public LatentNetwork Clone() => CopyTo(new(Input, Encoding, Architecture, Classes, HasScale));

    /// <summary>A copy that takes the planes of the encoding as channels of raw bits: any bits can be put into any plane.</summary>
    public LatentNetwork OnPlanes() => CopyTo(new(Encoding.Encoded(Input), new RawBitsEncoding(), Architecture, Classes, HasScale));

    private LatentNetwork CopyTo(LatentNetwork copy)
    {
        copy.OptimizerSteps = OptimizerSteps;
        foreach ((FloatBuffer from, FloatBuffer to) in Buffers().Zip(copy.Buffers()))
            from.Span.CopyTo(to.Span);
        copy.Binarization.CopyFrom(Binarization);
        for (int l = 0; l < Layers.Length; l++)
        {
            Layers[l].Flips.CopyTo(copy.Layers[l].Flips, 0);
            copy.Layers[l].Bound = Layers[l].Bound;
            if (Layers[l].Mask is { } mask)
                copy.Layers[l].Masked().CopyFrom(mask);
        }
        return copy;
    }

    /// <summary>SHA-256 over the trained values and masks, without the optimiser's averages: 64 hexadecimal digits.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (LatentLayer layer in Layers)
        {
            Append(layer.Weights.Values);
            if (layer.Mask is not null)
                Append(layer.Mask.Live);
        }
        foreach (BatchNorm norm in Norms)
        {
            Append(norm.Shift.Values);
            if (norm.Scale is not null)
                Append(norm.Scale.Values);
        }
        Append(Biases.Values);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(FloatBuffer buffer)
        {
            Span<byte> item = stackalloc byte[4];
            foreach (float value in buffer.Span)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(item, value);
                hash.AppendData(item);
            }
        }
    }
}
