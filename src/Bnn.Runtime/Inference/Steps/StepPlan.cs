using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Steps;

/// <summary>The steps that run a network, in which every weight already stands where its bit will be.</summary>
internal sealed class StepPlan
{
    private readonly List<Step> _steps = [];

    // The image in whose pixel-major order the bits stand at this point of the network; a vector for channel-major bits.
    private Shape _order;

    /// <summary>Plans a sound network.</summary>
    public StepPlan(Network network)
    {
        bool isImage = TakesImage(network.Layers[0]);
        Input = new(network, isImage);
        Shape shape = network.Encoding.Encoded(network.Input);
        // The bytes of an 8-bit image are interleaved before they are packed; all other input comes in planes.
        _order = network.Encoding.IsEightBit && isImage ? shape : Shape.Vector(shape.Count);
        for (int i = 0; i < network.Layers.Length - 1; i++)
        {
            Layer layer = network.Layers[i];
            if (TakesImage(layer))
                BringIntoOrder(shape);
            AddSteps(layer, shape, network.IsEightBit(i));
            shape = layer.Output(shape);
        }
        if (TakesImage(network.Scores))
            BringIntoOrder(shape);
        Scores = new(network.Scores, Rows(network.Scores, network.Scores.Biases, network.IsEightBit(network.Layers.Length - 1)), shape);
    }

    /// <summary>Packs a sample.</summary>
    public InputStep Input { get; }

    /// <summary>From packed bits to packed bits.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>The last layer.</summary>
    public ScoreStep Scores { get; }

    private static bool TakesImage(Layer layer) => layer is ConvolutionLayer or MaxPoolLayer or SumScoresLayer;

    private void AddSteps(Layer layer, Shape input, bool isEightBit)
    {
        switch (layer)
        {
            case DenseLayer dense:
                _steps.Add(new DenseStep(Rows(dense, dense.Limits, isEightBit)));
                _order = layer.Output(input);
                break;
            case ConvolutionLayer convolution:
                _steps.Add(Convolution(convolution, input, isEightBit));
                _order = layer.Output(input);
                break;
            case MaxPoolLayer pool:
                _steps.Add(new PoolStep(pool, input));
                _order = layer.Output(input);
                break;
            case FlattenLayer:
                break;
            default:
                throw new NotSupportedException($"Layer '{layer.Name}' is of the unknown kind {layer.Keyword}.");
        }
    }

    // Rows of a layer that takes all bits in the order in which they stand.
    private ChannelRows Rows(WeightedLayer layer, EquatableArray<int> limits, bool isEightBit) =>
        new(IsChannelMajor(_order) || layer is SumScoresLayer ? layer.Weights : layer.Weights.SelectColumns(_order.PixelMajor()), limits, isEightBit);

    private static ConvolutionStep Convolution(ConvolutionLayer layer, Shape input, bool isEightBit)
    {
        ConvolutionLayer run = PaysWithoutGroups(layer, input) ? layer.WithoutGroups() : layer;
        var patches = new PatchShape(input.Channels, input.Height, input.Width, layer.Kernel.Height, layer.Kernel.Width,
            layer.Stride.Height, layer.Stride.Width, layer.Padding.Top, layer.Padding.Left, layer.PaddingBit, run.Groups);
        Shape output = layer.Output(input);
        WeightMatrix weights = run.Weights.SelectColumns(new Shape(input.Channels / run.Groups, layer.Kernel.Height, layer.Kernel.Width).PixelMajor());
        return new(patches, new ChannelRows(weights, layer.Limits, isEightBit, run.Groups), (output.Height, output.Width), run.Groups);
    }

    // Measured: for a group, copying the bits of one tap costs about as much as counting twelve words; a mask costs a quarter of a count.
    private static bool PaysWithoutGroups(ConvolutionLayer layer, Shape input)
    {
        long taps = (long)layer.Kernel.Height * layer.Kernel.Width;
        long grouped = (12 * layer.Groups * taps * WeightMatrix.WordsFor(input.Channels / layer.Groups))
            + ((long)layer.Weights.Rows * layer.Weights.WordsPerRow);
        long fanIn = (long)layer.Weights.Columns * layer.Groups;
        long together = (4 * layer.Kernel.Height * (((input.Channels * (long)layer.Kernel.Width) + 63) / 64))
            + (layer.Weights.Rows * ((fanIn + 63) / 64) * 5 / 4);
        return layer.Groups > 1 && together < grouped && fanIn * layer.Weights.Rows <= ModelCaps.Weights;
    }

    private void BringIntoOrder(Shape image)
    {
        if (_order == image || (IsChannelMajor(_order) && IsChannelMajor(image)))
            return;
        if (!IsChannelMajor(_order))
            _steps.Add(new TransposeStep(_order.Height * _order.Width, _order.Channels));
        if (!IsChannelMajor(image))
            _steps.Add(new TransposeStep(image.Channels, image.Height * image.Width));
        _order = image;
    }

    // With one channel or one pixel, pixel-major and channel-major are the same.
    private static bool IsChannelMajor(Shape order) => order.Channels == 1 || order.Height * order.Width == 1;
}
