using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>How a layer becomes C#.</summary>
internal enum Lowering
{
    /// <summary>Every weight a literal in the code, one expression for each channel.</summary>
    Unrolled,

    /// <summary>Weights in a table of the assembly, a loop over channels.</summary>
    PopCountTable,

    /// <summary>A first convolution with its channels along the lanes of vectors: each value under the kernel adds to all counts at once.</summary>
    ChannelLanes,

    /// <summary>One of neighbouring convolutions and pools of an image with a pixel in each lane: carry-save adders count planes.</summary>
    PixelLanes,

    /// <summary>A dense layer or convolution of one sample with a channel in each lane: the weights of the inputs that are 1 are added up, or of those that are 0.</summary>
    ActiveColumns,

    /// <summary>A dense layer or convolution of one sample with a channel in each byte: a shuffle looks up how many of a few inputs differ from the weights.</summary>
    Permute,

    /// <summary>All layers of a batch with a sample in each lane. One sample runs as without.</summary>
    SampleLanes,

    /// <summary>The same with dense layers as circuits: bit operations written out, which channels share.</summary>
    BitCircuit,

    /// <summary>A layer without weights: word operations on packed bits.</summary>
    BitOperations,

    /// <summary>No code: nobody reads what the layer gives.</summary>
    None,
}

/// <summary>The plan of one layer.</summary>
/// <param name="Index">Index of the layer in the compact network.</param>
/// <param name="Layer">The layer itself.</param>
/// <param name="Input">Where its input lies.</param>
/// <param name="Output">Where its bits go; of no meaning for scores.</param>
/// <param name="Lowering">How it becomes C#.</param>
/// <param name="Reason">Why, in a few words.</param>
internal abstract record LayerPlan(int Index, Layer Layer, ImageLayout Input, ImageLayout Output, Lowering Lowering, string Reason)
{
    /// <summary>Sizes and costs in a few words.</summary>
    public abstract string Shape { get; }

    /// <summary>Words of constants in the assembly.</summary>
    public virtual long TableWords => 0;

    /// <summary>The lowering in words; where processors differ, that of each.</summary>
    public virtual string How => Lowering.ToString();

    /// <summary>Whether the layer needs its input at all.</summary>
    public virtual bool ReadsInput => true;
}

/// <summary>The plan of a layer with weights.</summary>
/// <param name="Index">Index of the layer.</param>
/// <param name="Layer">The layer itself.</param>
/// <param name="Input">Where its input lies.</param>
/// <param name="Output">Where its bits go.</param>
/// <param name="Lowering">How it becomes C#; where processors differ, that on words if any of them does it on words.</param>
/// <param name="Reason">Why.</param>
/// <param name="Rows">Its weights as they meet the input.</param>
/// <param name="Positions">Number of positions at which the rows are applied.</param>
/// <param name="Lanes">How its channels lie in lanes, on some processors or on all; null: on none.</param>
internal sealed record WeightedPlan(
    int Index, Layer Layer, ImageLayout Input, ImageLayout Output, Lowering Lowering, string Reason, RowsPlan Rows, long Positions, TierWays? Lanes)
    : LayerPlan(Index, Layer, Input, Output, Lowering, Reason)
{
    /// <summary>Whether the rows meet a patch at each position, not the whole input.</summary>
    public bool HasPatches => Rows.Patch is not null;

    /// <summary>Whether a kernel with its channels in lanes does it on some processor: of a dense layer, or of a convolution at each position.</summary>
    public bool HasDenseKernel => Lanes is not null;

    /// <summary>Whether that kernel takes the bytes of the sample; words take planes of their bits.</summary>
    public bool ReadsBytes => HasDenseKernel && Rows.IsEightBit;

    /// <summary>Whether some processor does it on words.</summary>
    public bool HasWords => Lanes is null or { HaveWords: true };

    /// <inheritdoc/>
    public override string How => Lanes?.Describe(Lowering) ?? base.How;

    /// <summary>Whether the kernel with its channels in lanes needs tables in the order of an image on words; else those of the file serve.</summary>
    public bool HasOrderedKernel => HasDenseKernel && (HasPatches || (Index > 0 && !Input.IsInFileOrder));

    /// <summary>Word operations for one sample.</summary>
    public long WordOperations => Rows.WordOperations * Positions;

    /// <inheritdoc/>
    public override bool ReadsInput => WordOperations > 0;

    /// <inheritdoc/>
    public override long TableWords => Lowering == Lowering.PopCountTable || HasOrderedKernel
        ? (long)Rows.Channels * Rows.Words * (Rows.Rows.HasElementMasks ? 2 : 1)
        : 0;

    /// <inheritdoc/>
    public override string Shape
    {
        get
        {
            string what = Layer is ScoreLayer ? "scores" : "channels";
            string sizes = !HasPatches ? FormattableString.Invariant($"{Rows.Layer.Weights.Columns} -> {Rows.Layer.Weights.Rows} {what}")
                : Layer is ConvolutionLayer layer ? FormattableString.Invariant($"{Input.Shape} -> {Output.Shape} {what}, kernel {layer.Kernel}{Groups(layer)}")
                : FormattableString.Invariant($"{Input.Shape} -> {Rows.Layer.Weights.Rows} {what}");
            return FormattableString.Invariant($"{sizes}, {WordOperations} word operations, {Rows.Layer.Weights.LiveCount()} live weights");
        }
    }

    private static string Groups(ConvolutionLayer layer) => layer.Groups == 1 ? "" : FormattableString.Invariant($" in {layer.Groups} groups");
}

/// <summary>The plan of a layer without weights.</summary>
/// <param name="Index">Index of the layer.</param>
/// <param name="Layer">The layer itself.</param>
/// <param name="Input">Where its input lies.</param>
/// <param name="Output">Where its bits go.</param>
/// <param name="Lowering">How it becomes C#.</param>
/// <param name="Reason">Why.</param>
/// <param name="IsWrittenOut">Whether windows are written out, instead of left to a kernel of the runtime.</param>
internal sealed record BitsPlan(int Index, Layer Layer, ImageLayout Input, ImageLayout Output, Lowering Lowering, string Reason, bool IsWrittenOut)
    : LayerPlan(Index, Layer, Input, Output, Lowering, Reason)
{
    /// <inheritdoc/>
    public override string Shape => FormattableString.Invariant($"{Input.Shape} -> {Output.Shape} {Layer.Keyword}");
}
