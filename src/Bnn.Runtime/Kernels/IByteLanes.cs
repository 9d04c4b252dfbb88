namespace Bnn.Kernels;

/// <summary>A register with a channel in each byte: looks up how many of a few inputs differ from each channel's weights.</summary>
/// <typeparam name="TSelf">The register itself: <see cref="Bytes128"/>, <see cref="Bytes256"/> or <see cref="Bytes512"/>.</typeparam>
/// <remarks>Every width gives the same bytes on every processor; where the hardware lacks the look-up, it is done byte by byte.</remarks>
internal unsafe interface IByteLanes<TSelf>
    where TSelf : unmanaged, IByteLanes<TSelf>
{
    /// <summary>Channels in a register.</summary>
    static abstract int Channels { get; }

    /// <summary>Inputs in a step where masks differ between channels, whose bits take as much room as the weights, or do not.</summary>
    static abstract int Inputs(bool isMasked);

    /// <summary>What is looked up: the same for each step, or a row of 16 bytes for each value of the inputs.</summary>
    /// <param name="isMasked">Whether a weight's byte has its mask above.</param>
    static abstract byte[] Table(bool isMasked);

    /// <summary>Writes what <see cref="Pattern"/> takes for each step of the inputs.</summary>
    /// <param name="input">Packed bits.</param>
    /// <param name="live">1 = some channel reads the input; as many words.</param>
    /// <param name="words">Number of words.</param>
    /// <param name="isMasked">Whether masks differ.</param>
    /// <param name="steps">Room for 64 · words / inputs of a step, and 64.</param>
    static abstract void Split(ulong* input, ulong* live, int words, bool isMasked, byte* steps);

    /// <summary>The inputs of a step, the same for all channels.</summary>
    static abstract TSelf Pattern(byte* table, byte step);

    /// <summary>For each channel, how many of a step's inputs differ from its weights.</summary>
    /// <param name="pattern">The inputs.</param>
    /// <param name="weights">Weights of each channel.</param>
    /// <param name="low">First register of the table.</param>
    /// <param name="high">Second register of the table.</param>
    static abstract TSelf Differences(TSelf pattern, in TSelf weights, TSelf low, TSelf high);

    /// <summary>Adds bytes; sums are at most 255.</summary>
    static abstract TSelf Add(TSelf left, TSelf right);

    /// <summary>Adds the even bytes to numbers of 16 bits.</summary>
    static abstract TSelf AddEven(TSelf numbers, TSelf bytes);

    /// <summary>Adds the odd bytes to numbers of 16 bits.</summary>
    static abstract TSelf AddOdd(TSelf numbers, TSelf bytes);

    /// <summary>Numbers of 16 bits: low + 16 · high.</summary>
    static abstract TSelf AddSixteenfold(TSelf low, TSelf high);

    /// <summary>1 for each channel whose number is below its bound; numbers of even and of odd channels.</summary>
    static abstract ulong Below(TSelf even, TSelf odd, TSelf evenBounds, TSelf oddBounds);
}
