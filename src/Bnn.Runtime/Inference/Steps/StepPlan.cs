using Bnn.Inference.Vector;
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
    /// <param name="network">The network.</param>
    /// <param name="lanes">Pixels in a register, for convolutions that are worth it; 0: none are.</param>
    public StepPlan(Network network, int lanes = 0)
    {
        Shape shape = network.Encoding.Encoded(network.Input);
        PixelRun? run = PixelRun.Find(network, 0, shape, lanes);
        EightBitOrder bytes = run is not null ? EightBitOrder.Stream : TakesImage(network.Layers[0]) ? EightBitOrder.Pixels : EightBitOrder.Vectors;
        Input = new(network, bytes);
        // The bytes of an 8-bit image are interleaved before they are packed; all other input comes in planes.
        _order = network.Encoding.IsEightBit && bytes == EightBitOrder.Pixels ? shape : Shape.Vector(shape.Count);
        for (int i = 0; i < network.Layers.Length - 1; i++)
        {
            run ??= PixelRun.Find(network, i, shape, lanes);
            if (run is not null)
            {
                if (AddRun(run, shape) is { } sums)
                {
                    Scores = sums;
                    return;
                }
                (i, shape, run) = (run.End - 1, _order, null);
                continue;
            }
            Layer layer = network.Layers[i];
            if (TakesImage(layer))
                BringIntoOrder(shape);
            AddSteps(layer, shape, network.IsEightBit(i));
            shape = layer.Output(shape);
        }
        if (TakesImage(network.Scores))
            BringIntoOrder(shape);
        Cost += RowsCost(network.Scores, network.IsEightBit(network.Layers.Length - 1)) * network.Scores.Positions(shape);
        Scores = new CountedScores(network.Scores, Rows(network.Scores, network.Scores.Biases, network.IsEightBit(network.Layers.Length - 1)), shape);
    }

    /// <summary>Packs a sample.</summary>
    public InputStep Input { get; }

    /// <summary>From packed bits to packed bits.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>About how long a sample takes, in counts of a word.</summary>
    public long Cost { get; private set; } = LaneCost.Sample;

    /// <summary>The last layer.</summary>
    public ScoreStep Scores { get; }

    private static bool TakesImage(Layer layer) => layer is ConvolutionLayer or MaxPoolLayer or SumScoresLayer;

    // The image may stand in any order: a run takes pixels and planes.
    private PixelScores? AddRun(PixelRun run, Shape image)
    {
        bool isPixelMajor = _order == image && !IsChannelMajor(image);
        if (!isPixelMajor)
            BringIntoOrder(Shape.Vector(image.Count));
        Cost += run.Cost;
        PixelNetwork lanes = run.Build(isPixelMajor);
        if (run.GivesScores)
            return new(lanes, run.Lanes);
        _steps.Add(new PixelRunStep(lanes, run.Lanes, run.Output.Count));
        _order = run.Output;
        return null;
    }

    private void AddSteps(Layer layer, Shape input, bool isEightBit)
    {
        switch (layer)
        {
            case DenseLayer dense:
                Cost += RowsCost(dense, isEightBit);
                _steps.Add(new DenseStep(Rows(dense, dense.Limits, isEightBit)));
                _order = layer.Output(input);
                break;
            case ConvolutionLayer convolution:
                Cost += LaneCost.Plain(convolution, input, isEightBit);
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

    private static long RowsCost(WeightedLayer layer, bool isEightBit) =>
        (long)layer.Weights.Rows * layer.Weights.WordsPerRow * (isEightBit ? 8 : 1) * (layer.Weights.HasMask ? 5 : 4) / 4;

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

    private static bool PaysWithoutGroups(ConvolutionLayer layer, Shape input) =>
        layer.Groups > 1 && CostTogether(layer, input) < CostInGroups(layer, input)
        && (long)layer.Weights.Columns * layer.Groups * layer.Weights.Rows <= ModelCaps.Weights;

    /// <summary>What a convolution costs at a position, in counts of a word.</summary>
    public static long PositionCost(ConvolutionLayer layer, Shape input) =>
        PaysWithoutGroups(layer, input) || layer.Groups == 1 ? CostTogether(layer, input) : CostInGroups(layer, input);

    // Measured: for a group, copying the bits of one tap costs about as much as counting twelve words; a mask costs a quarter of a count.
    private static long CostInGroups(ConvolutionLayer layer, Shape input) =>
        (12L * layer.Groups * layer.Kernel.Height * layer.Kernel.Width * WeightMatrix.WordsFor(input.Channels / layer.Groups))
        + ((long)layer.Weights.Rows * layer.Weights.WordsPerRow);

    private static long CostTogether(ConvolutionLayer layer, Shape input)
    {
        long words = (((long)layer.Weights.Columns * layer.Groups) + 63) / 64;
        bool isMasked = layer.Groups > 1 || layer.Weights.HasMask;
        return (4 * layer.Kernel.Height * (((input.Channels * (long)layer.Kernel.Width) + 63) / 64))
            + (layer.Weights.Rows * words * (isMasked ? 5 : 4) / 4);
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
