namespace Bnn.Model;

/// <summary>One step of a network: from the bits before it to bits, or at the end to scores.</summary>
/// <param name="Name">Name for people: at most <see cref="ModelCaps.NameLength"/> characters, unique in its network.</param>
/// <param name="Keyword">The word that names the kind of layer in a model file.</param>
abstract partial record Layer(string Name, string Keyword)
{
    /// <summary>Shape of what the layer gives for an input of shape <paramref name="input"/> that fits it.</summary>
    public abstract Shape Output(Shape input);

    /// <summary>Number of positions at which the weights are applied to an input of shape <paramref name="input"/>; 0 without weights.</summary>
    public virtual long Positions(Shape input) => 0;
}

/// <summary>A layer with binary weights: per channel a row of signs and mask, and its count of live positions where input and weight differ.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Keyword">Name of its kind.</param>
/// <param name="Weights"><c>[channels, fan-in]</c></param>
abstract partial record WeightedLayer(string Name, string Keyword, WeightMatrix Weights) : Layer(Name, Keyword)
{
    /// <summary>MaxCount of a channel: K, the number of its live weights, or 255 · K on an 8-bit input.</summary>
    public int MaxCount(int channel, bool isEightBit) => Weights.LiveCount(channel) * (isEightBit ? 255 : 1);
}

/// <summary>Every channel sees every input bit, and gives 1 iff count ≤ limit.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Weights"><c>[channels, inputs]</c></param>
/// <param name="Limits"><c>[channels]</c>, each in [−1, MaxCount]: −1 never fires, MaxCount always does.</param>
sealed partial record DenseLayer(string Name, WeightMatrix Weights, EquatableArray<int> Limits) : WeightedLayer(Name, "dense", Weights)
{
    /// <inheritdoc/>
    public override Shape Output(Shape input) => Shape.Vector(Weights.Rows);

    /// <inheritdoc/>
    public override long Positions(Shape input) => 1;
}

/// <summary>Amounts added around an image, in values.</summary>
readonly partial record struct Padding(int Top, int Left, int Bottom, int Right)
{
    /// <summary>The form used in model files: <c>top,left,bottom,right</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Top},{Left},{Bottom},{Right}");
}

/// <summary>Rows and columns of a kernel, window or stride.</summary>
readonly partial record struct Extent(int Height, int Width)
{
    /// <summary>Number of places a window of this size can stand at, stepping by <paramref name="stride"/>, in a padded length.</summary>
    internal static int Places(int length, int window, int stride) => length < window ? 0 : ((length - window) / stride) + 1;

    /// <summary>The form used in model files: <c>HxW</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Height}x{Width}");
}

/// <summary>The same weights at every position of an image; a channel gives 1 iff count ≤ limit.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Weights"><c>[channels, (input channels / Groups) · kernel rows · kernel columns]</c>, column = (channel · rows + row) · columns + column.</param>
/// <param name="Limits"><c>[channels]</c>, each in [−1, MaxCount].</param>
/// <param name="Kernel">Rows and columns of the kernel.</param>
/// <param name="Stride">Steps down and right.</param>
/// <param name="Padding">Amounts of padding.</param>
/// <param name="PaddingBit">The bit that fills the padding; on an 8-bit input 0 stands for v = 0 and 1 for v = 255.</param>
/// <param name="Groups">Output channels split into this many groups, each sees its share of the input channels.</param>
sealed partial record ConvolutionLayer(
    string Name, WeightMatrix Weights, EquatableArray<int> Limits, Extent Kernel, Extent Stride, Padding Padding, bool PaddingBit, int Groups)
    : WeightedLayer(Name, "convolution", Weights)
{
    /// <inheritdoc/>
    public override Shape Output(Shape input) => new(
        Weights.Rows,
        Extent.Places(input.Height + Padding.Top + Padding.Bottom, Kernel.Height, Stride.Height),
        Extent.Places(input.Width + Padding.Left + Padding.Right, Kernel.Width, Stride.Width));

    /// <inheritdoc/>
    public override long Positions(Shape input) => (long)Output(input).Height * Output(input).Width;

    /// <summary>The layer with one group that gives the same counts: each channel sees all input channels, those of other groups by masked weights.</summary>
    public ConvolutionLayer WithoutGroups()
    {
        int rowsOfGroup = Weights.Rows / Groups;
        return this with
        {
            Groups = 1,
            Weights = WeightMatrix.Create(Weights.Rows, checked(Weights.Columns * Groups), (row, column) =>
            {
                int inGroup = column - (row / rowsOfGroup * Weights.Columns);
                return inGroup < 0 || inGroup >= Weights.Columns || !Weights.IsLive(row, inGroup) ? 0 : Weights.IsPositive(row, inGroup) ? 1 : -1;
            }),
        };
    }
}

/// <summary>Pools bits of a window: OR, or AND for channels whose row was flipped when folding. What lies outside the image is ignored.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Window">Rows and columns of the window.</param>
/// <param name="Stride">Steps down and right.</param>
/// <param name="Padding">How far windows may reach beyond the image; less than the window, so that each holds a value.</param>
/// <param name="AndChannels"><c>[channels]</c>, true = AND; empty: all OR.</param>
sealed partial record MaxPoolLayer(string Name, Extent Window, Extent Stride, Padding Padding, EquatableArray<bool> AndChannels) : Layer(Name, "max-pool")
{
    /// <inheritdoc/>
    public override Shape Output(Shape input) => new(
        input.Channels,
        Extent.Places(input.Height + Padding.Top + Padding.Bottom, Window.Height, Stride.Height),
        Extent.Places(input.Width + Padding.Left + Padding.Right, Window.Width, Stride.Width));
}

/// <summary>Takes an image as one vector, channel-major; changes no bit.</summary>
/// <param name="Name">Name of the layer.</param>
sealed partial record FlattenLayer(string Name) : Layer(Name, "flatten")
{
    /// <inheritdoc/>
    public override Shape Output(Shape input) => Shape.Vector(input.Count);
}

/// <summary>The last layer: an integer score for each class; the class is the lowest index with the highest score.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Keyword">Name of its kind.</param>
/// <param name="Weights"><c>[classes, fan-in]</c></param>
/// <param name="Biases"><c>[classes]</c>, added to the scaled sum.</param>
/// <param name="Scale">Positive; the same for all classes.</param>
/// <remarks>Scores fit int: the reader checks scale · MaxCount · positions + |bias| ≤ 2^31 − 1 for every class.</remarks>
abstract partial record ScoreLayer(string Name, string Keyword, WeightMatrix Weights, EquatableArray<int> Biases, int Scale)
    : WeightedLayer(Name, Keyword, Weights)
{
    /// <inheritdoc/>
    public override Shape Output(Shape input) => Shape.Vector(Weights.Rows);
}

/// <summary>Score of a class = Scale · (MaxCount − 2 · count) + bias over all input bits.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Weights"><c>[classes, inputs]</c></param>
/// <param name="Biases"><c>[classes]</c></param>
/// <param name="Scale">Positive.</param>
sealed partial record ScoresLayer(string Name, WeightMatrix Weights, EquatableArray<int> Biases, int Scale)
    : ScoreLayer(Name, "scores", Weights, Biases, Scale)
{
    /// <inheritdoc/>
    public override long Positions(Shape input) => 1;
}

/// <summary>A 1x1 convolution whose scores are added over all positions: Scale · Σ (MaxCount − 2 · count) + bias (global average without the division).</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Weights"><c>[classes, input channels]</c></param>
/// <param name="Biases"><c>[classes]</c>, added once.</param>
/// <param name="Scale">Positive.</param>
sealed partial record SumScoresLayer(string Name, WeightMatrix Weights, EquatableArray<int> Biases, int Scale)
    : ScoreLayer(Name, "sum-scores", Weights, Biases, Scale)
{
    /// <inheritdoc/>
    public override long Positions(Shape input) => (long)input.Height * input.Width;
}
