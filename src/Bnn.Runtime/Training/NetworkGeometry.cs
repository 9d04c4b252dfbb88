using Bnn.Model;

namespace Bnn.Training;

/// <summary>What a layer with weights does to its input.</summary>
internal enum LayerKind
{
    /// <summary>Hidden, sees every value.</summary>
    Dense,

    /// <summary>Hidden, the same weights at every position.</summary>
    Convolution,

    /// <summary>Scores from every value.</summary>
    Scores,

    /// <summary>Scores at every position, added up.</summary>
    SumScores,
}

/// <summary>Sizes of one layer with weights, and of the pools behind it.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Input">What it sees.</param>
/// <param name="Output">Its sums: channels and, for a convolution, positions.</param>
/// <param name="Result">What the next layer sees, after the pools.</param>
/// <param name="Inputs">K, weights of a channel.</param>
/// <param name="Convolution">Kernel, stride, padding and groups; null for other kinds.</param>
/// <param name="Pools">Pools of the sums, in order; before batch norm.</param>
/// <param name="IsFlattened">Whether the word <c>flatten</c> stands behind it.</param>
internal sealed record LayerGeometry(
    LayerKind Kind, Shape Input, Shape Output, Shape Result, int Inputs, ConvolutionWord? Convolution, EquatableArray<PoolWord> Pools, bool IsFlattened)
{
    public int Channels => Output.Channels;

    public bool IsHidden => Kind is LayerKind.Dense or LayerKind.Convolution;

    /// <summary>Values of one channel that the next layer sees.</summary>
    public int Positions => Result.Height * Result.Width;
}

/// <summary>An architecture on an input of known size: the layers with weights and all their shapes.</summary>
/// <param name="Layers">At least one; the last one gives the scores.</param>
/// <param name="StartsFlattened">Whether the word <c>flatten</c> stands first.</param>
internal sealed record NetworkGeometry(EquatableArray<LayerGeometry> Layers, bool StartsFlattened)
{
    /// <summary>Fits <paramref name="architecture"/> to an input.</summary>
    /// <param name="architecture">The words.</param>
    /// <param name="input">Shape that the first layer sees: planes, or channels of an 8-bit input.</param>
    /// <param name="isEightBit">Whether the first layer sees bytes.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ArgumentException">It does not fit; the message names the layer.</exception>
    public static NetworkGeometry Of(Architecture architecture, Shape input, bool isEightBit, int classes)
    {
        var layers = new List<LayerGeometry>();
        Shape shape = input;
        long weights = 0;
        bool startsFlattened = false;
        foreach (ArchitectureLayer word in architecture.Layers)
        {
            switch (word)
            {
                case PoolWord pool:
                    LayerGeometry pooled = layers[^1];
                    shape = Pooled(shape, pool);
                    layers[^1] = pooled with { Result = shape, Pools = pooled.Pools.Append(pool).ToEquatableArray() };
                    break;
                case FlattenWord when layers.Count == 0:
                    startsFlattened = true;
                    shape = Shape.Vector(shape.Count);
                    break;
                case FlattenWord:
                    shape = Shape.Vector(shape.Count);
                    layers[^1] = layers[^1] with { IsFlattened = true };
                    break;
                default:
                    layers.Add(Of(word, shape, classes));
                    shape = layers[^1].Output;
                    weights += (long)layers[^1].Inputs * layers[^1].Channels;
                    break;
            }
            Check(word, shape, layers, weights, isEightBit);
        }
        return new(layers.ToEquatableArray(), startsFlattened);
    }

    private static LayerGeometry Of(ArchitectureLayer word, Shape input, int classes)
    {
        switch (word)
        {
            case ConvolutionWord convolution:
                if (input.Channels % convolution.Groups != 0)
                    throw Bad(word, $"{convolution.Groups} groups do not divide the {input.Channels} channels before it");
                Shape output = Slid(word, input, convolution.Width, convolution.Kernel, convolution.Stride, convolution.Amounts);
                long inputs = (long)(input.Channels / convolution.Groups) * convolution.Kernel.Height * convolution.Kernel.Width;
                return new(LayerKind.Convolution, input, output, output, (int)Math.Min(inputs, int.MaxValue), convolution, default, IsFlattened: false);
            case SumScoresWord:
                return Vector(LayerKind.SumScores, input, classes, input.Channels);
            default:
                return Vector(word is DenseWord ? LayerKind.Dense : LayerKind.Scores, input, word is DenseWord dense ? dense.Width : classes, input.Count);
        }
    }

    private static LayerGeometry Vector(LayerKind kind, Shape input, int channels, int inputs) =>
        new(kind, input, Shape.Vector(channels), Shape.Vector(channels), inputs, null, default, IsFlattened: false);

    private static Shape Pooled(Shape input, PoolWord pool) => Slid(pool, input, input.Channels, pool.Window, pool.Stride, pool.Amounts);

    private static Shape Slid(ArchitectureLayer word, Shape input, int channels, Extent window, Extent stride, Padding padding)
    {
        int height = input.Height + padding.Top + padding.Bottom, width = input.Width + padding.Left + padding.Right;
        return height >= window.Height && width >= window.Width
            ? new(channels, ((height - window.Height) / stride.Height) + 1, ((width - window.Width) / stride.Width) + 1)
            : throw Bad(word, $"a {window} window does not fit into an image of {input.Height}x{input.Width}");
    }

    // The cap on the fan-in also keeps sums exact: those of an 8-bit layer reach 255 · K, and floats hold integers exactly up to 2^24.
    private static void Check(ArchitectureLayer word, Shape shape, List<LayerGeometry> layers, long weights, bool isEightBit)
    {
        if (shape.LongCount > ModelCaps.LayerValues)
            throw Bad(word, $"it would give {shape.LongCount} values; at most {ModelCaps.LayerValues} are allowed");
        if (layers.Count == 0)
            return;
        LayerGeometry layer = layers[^1];
        if (layer.Inputs > ModelCaps.FanIn || weights > ModelCaps.Weights)
        {
            throw Bad(word,
                $"it would see {layer.Inputs} inputs and bring the network to {weights} weights; at most {ModelCaps.FanIn} and {ModelCaps.Weights} are allowed");
        }
        long largest = (long)layer.Inputs * (layers.Count == 1 && isEightBit ? 255 : 1) * (layer.Kind == LayerKind.SumScores ? layer.Input.Height * layer.Input.Width : 1);
        if (largest > 1 << 24)
            throw Bad(word, $"its scores could reach {largest}, and 32-bit floats are exact up to {1 << 24}; pool before it");
    }

    private static ArgumentException Bad(ArchitectureLayer word, FormattableString problem) =>
        Architecture.Bad($"'{word}' does not fit here: {FormattableString.Invariant(problem)}");
}
