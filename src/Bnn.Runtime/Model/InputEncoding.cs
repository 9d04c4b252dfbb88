namespace Bnn.Model;

/// <summary>How the bytes of a sample become the bits of the first layer.</summary>
/// <param name="Keyword">The word that names the encoding in a model file.</param>
/// <remarks>
/// Bits lie plane by plane, each plane in the order of its channel's values:
/// bit index = plane · Height · Width + row · Width + column. See docs/model-format.md.
/// </remarks>
abstract partial record InputEncoding(string Keyword)
{
    /// <summary>The bit planes in their order, for an input of <paramref name="channels"/> channels.</summary>
    /// <remarks>An 8-bit input has no separate planes: its weights are shared by all eight bits. It gives an empty list.</remarks>
    public abstract IReadOnlyList<InputPlane> Planes(int channels);

    /// <summary>Whether the first layer sees whole bytes, with weights shared by their eight bits, instead of single bits.</summary>
    public virtual bool IsEightBit => false;

    /// <summary>What the first layer takes: planes × rows × columns of bits, or the values themselves for an 8-bit input.</summary>
    public Shape Encoded(Shape input) => IsEightBit ? input : input with { Channels = Planes(input.Channels).Count };
}

/// <summary>One plane of input bits: which channel it reads and how a byte becomes a bit.</summary>
/// <param name="Channel">The input channel that is read.</param>
/// <param name="IsThreshold">True: bit = (v ≥ <paramref name="Value"/>). False: bit number <paramref name="Value"/> of v, 0 the least significant.</param>
/// <param name="Value">The threshold in [1, 255] or the bit number in [0, 7].</param>
readonly partial record struct InputPlane(int Channel, bool IsThreshold, int Value)
{
    /// <summary>The bit of this plane for the byte <paramref name="value"/>.</summary>
    public bool Bit(byte value) => IsThreshold ? value >= Value : (value >> Value & 1) != 0;
}

/// <summary>One bit for each value: v ≥ t, with a threshold t in [1, 255] for each channel.</summary>
/// <param name="Thresholds"><c>[channels]</c></param>
sealed partial record ThresholdEncoding(EquatableArray<int> Thresholds) : InputEncoding("threshold")
{
    /// <inheritdoc/>
    public override IReadOnlyList<InputPlane> Planes(int channels) =>
        Thresholds.Select((threshold, channel) => new InputPlane(channel, IsThreshold: true, threshold)).ToArray();
}

/// <summary>One bit for each level of a channel: v ≥ t; the levels of a channel rise strictly and lie in [1, 255].</summary>
/// <param name="Levels"><c>[channels][levels]</c>; plane index = levels of earlier channels + rank of the level.</param>
/// <remarks>Source: FracBNN, arXiv:2012.12206.</remarks>
sealed partial record ThermometerEncoding(EquatableArray<EquatableArray<int>> Levels) : InputEncoding("thermometer")
{
    /// <inheritdoc/>
    public override IReadOnlyList<InputPlane> Planes(int channels) =>
        Levels.SelectMany((levels, channel) => levels.Select(level => new InputPlane(channel, IsThreshold: true, level))).ToArray();
}

/// <summary>Some of the eight bits of each value, each with weights of its own; the kept bits of a channel rise strictly.</summary>
/// <param name="Kept"><c>[channels][kept]</c> bit numbers in [0, 7], least significant first; plane index = kept bits of earlier channels + rank.</param>
/// <remarks>Source: CBNN, arXiv:1802.00904.</remarks>
sealed partial record BitPlanesEncoding(EquatableArray<EquatableArray<int>> Kept) : InputEncoding("bit-planes")
{
    /// <inheritdoc/>
    public override IReadOnlyList<InputPlane> Planes(int channels) =>
        Kept.SelectMany((kept, channel) => kept.Select(bit => new InputPlane(channel, IsThreshold: false, bit))).ToArray();
}

/// <summary>The value v in [0, 255] stands for 2v − 255; one ±1 weight serves all eight bits. Only the first layer sees it.</summary>
/// <remarks>count = Σ over b of 2^b · (live positions where bit b and weight differ), in [0, 255 · K]; dot = 255 · K − 2 · count.</remarks>
sealed partial record EightBitEncoding() : InputEncoding("eight-bit")
{
    /// <inheritdoc/>
    public override bool IsEightBit => true;

    /// <inheritdoc/>
    public override IReadOnlyList<InputPlane> Planes(int channels) => [];
}

/// <summary>Each byte is one bit already: 0 is 0; 1, and any other value, is 1.</summary>
sealed partial record RawBitsEncoding() : InputEncoding("raw-bits")
{
    /// <inheritdoc/>
    public override IReadOnlyList<InputPlane> Planes(int channels) =>
        Enumerable.Range(0, channels).Select(channel => new InputPlane(channel, IsThreshold: true, 1)).ToArray();
}
