using Bnn.Model;

namespace Bnn.Training;

/// <summary>One word of an <see cref="Architecture"/>: a layer before anybody knows the size of its input.</summary>
/// <remarks><see cref="object.ToString"/> gives the word, which is read back to an equal layer.</remarks>
public abstract record ArchitectureLayer
{
    private protected ArchitectureLayer()
    {
    }

    /// <summary>Channels that the layer makes, or 0 if it makes none of its own.</summary>
    public virtual int Channels => 0;

    /// <summary>The same layer with another number of channels; layers without channels of their own stay as they are.</summary>
    internal virtual ArchitectureLayer WithChannels(int channels) => this;

    private protected static string Option(char letter, Extent extent) =>
        extent.Height == extent.Width ? FormattableString.Invariant($"-{letter}{extent.Height}") : $"-{letter}{extent}";
}

/// <summary>Every channel sees every input bit.</summary>
/// <param name="Width">Channels.</param>
public sealed record DenseWord(int Width) : ArchitectureLayer
{
    /// <inheritdoc/>
    public override int Channels => Width;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"dense-{Width}");

    internal override ArchitectureLayer WithChannels(int channels) => new DenseWord(channels);
}

/// <summary>The same weights at every position of an image.</summary>
/// <param name="Width">Channels.</param>
/// <param name="Kernel">Rows and columns of the kernel.</param>
public sealed record ConvolutionWord(int Width, Extent Kernel) : ArchitectureLayer
{
    /// <summary>Steps down and right.</summary>
    public Extent Stride { get; init; } = new(1, 1);

    /// <summary>Rows above and below, columns left and right; null: as many as keep the size of the image at stride 1, the odd one below and right.</summary>
    public Extent? Padding { get; init; }

    /// <summary>The bit that fills the padding.</summary>
    public bool PaddingBit { get; init; }

    /// <summary>Groups of channels, each seeing its share of the input channels.</summary>
    public int Groups { get; init; } = 1;

    /// <inheritdoc/>
    public override int Channels => Width;

    /// <summary>Amounts of padding.</summary>
    public Padding Amounts => Padding is { } both
        ? new(both.Height, both.Width, both.Height, both.Width)
        : new((Kernel.Height - 1) / 2, (Kernel.Width - 1) / 2, Kernel.Height / 2, Kernel.Width / 2);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"conv{Kernel}-{Width}")
        + (Stride == new Extent(1, 1) ? "" : Option('s', Stride))
        + (Padding is { } both ? Option('p', both) : "")
        + (PaddingBit ? "-b1" : "")
        + (Groups == 1 ? "" : FormattableString.Invariant($"-g{Groups}"));

    internal override ArchitectureLayer WithChannels(int channels) => this with { Width = channels };
}

/// <summary>Takes the largest sum of each window.</summary>
/// <param name="Window">Rows and columns of the window.</param>
/// <param name="Stride">Steps down and right.</param>
public sealed record PoolWord(Extent Window, Extent Stride) : ArchitectureLayer
{
    /// <summary>How far windows reach beyond the image, above and below, left and right.</summary>
    public Extent Padding { get; init; }

    /// <summary>The word without options: windows of 2x2 side by side.</summary>
    public static PoolWord Default { get; } = new(new(2, 2), new(2, 2));

    /// <summary>Amounts of padding.</summary>
    public Padding Amounts => new(Padding.Height, Padding.Width, Padding.Height, Padding.Width);

    /// <inheritdoc/>
    public override string ToString() => this == Default ? "pool"
        : $"pool{Window}" + (Stride == Window ? "" : Option('s', Stride)) + (Padding == default ? "" : Option('p', Padding));
}

/// <summary>An image becomes a vector; a dense layer does that by itself, so the word is for those who like to read it.</summary>
public sealed record FlattenWord : ArchitectureLayer
{
    /// <inheritdoc/>
    public override string ToString() => "flatten";
}

/// <summary>The last layer: a score for each class from all bits.</summary>
public sealed record ScoresWord : ArchitectureLayer
{
    /// <inheritdoc/>
    public override string ToString() => "scores";
}

/// <summary>The last layer: scores at every position of an image, added up (a 1x1 convolution and global average).</summary>
public sealed record SumScoresWord : ArchitectureLayer
{
    /// <inheritdoc/>
    public override string ToString() => "sum-scores";
}
