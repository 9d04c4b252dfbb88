using System.ComponentModel;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>A dense layer of constant weights on bytes, for one sample, with a channel in each lane: bytes in, packed bits out.</summary>
/// <remarks>
/// Exact: with v the bytes and w = 1 for weights of +1, count = Σ 2^b · (bit b ≠ w) = Σ v + 255 · |w| − 2 · Σ v·w, and a channel fires iff
/// count ≤ limit. The sums of all subsets of a few inputs are made once for a sample, and each channel looks up the one of its weights: six inputs of 32
/// channels at once with AVX-512, four of 32 or 16 with a byte shuffle, in two halves of a byte. Time does not depend on the input. Running allocates
/// nothing, takes up to 64 KB of the stack, and is thread-safe. Source: docs/decisions/0009-one-sample.md.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ByteSumLayer
{
    /// <summary>Most channels.</summary>
    public const int MostChannels = 8192;

    private readonly ByteSums _kernel;

    private ByteSumLayer(int inputs, int channels, PermuteTier tier, ByteSums kernel) => (Inputs, Channels, Tier, _kernel) = (inputs, channels, tier, kernel);

    /// <summary>The fastest way that the processor has. That of 512 bits needs no VBMI.</summary>
    public static PermuteTier Best => Avx512BW.IsSupported && Vector512.IsHardwareAccelerated ? PermuteTier.Permute512 : PermuteLayer.Best;

    /// <summary>Number of inputs, K.</summary>
    public int Inputs { get; }

    /// <summary>Number of channels, C.</summary>
    public int Channels { get; }

    /// <summary>The way that is taken.</summary>
    public PermuteTier Tier { get; }

    /// <summary>Puts the weights in order for the processor's best way.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live, the same for all channels; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <exception cref="ArgumentException">A length does not fit, or masks differ.</exception>
    public static ByteSumLayer Create(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits) =>
        Create(inputs, signs, masks, limits, Best);

    /// <summary>The same for one of the ways, or the next narrower one that the processor has.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live, the same for all channels; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <param name="tier">The way.</param>
    /// <exception cref="ArgumentException">A length does not fit, or masks differ.</exception>
    public static ByteSumLayer Create(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, PermuteTier tier)
    {
        AdderTable.Check(inputs, signs, masks, limits.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.Length, MostChannels, nameof(limits));
        SharedMask mask = SharedMask.Of(inputs, masks);
        if (mask.Differs)
            throw new ArgumentException("Channels differ in what they read.", nameof(masks));
        tier = tier < Best ? Best : tier;
        ByteSums kernel = tier switch
        {
            PermuteTier.Permute512 => new ByteSums512(inputs, signs, limits, mask),
            PermuteTier.Shuffle256 => new ByteSumColumns<Bytes256>(inputs, signs, limits, mask),
            PermuteTier.Shuffle128 => new ByteSumColumns<Bytes128>(inputs, signs, limits, mask),
            PermuteTier.Portable => new ByteSumWords(inputs, signs, limits, mask),
            _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "No such way."),
        };
        return new(inputs, limits.Length, tier, kernel);
    }

    /// <summary>Gives the output bits of all channels.</summary>
    /// <param name="input"><c>[K]</c> bytes.</param>
    /// <param name="output">Receives <c>[⌈C/64⌉]</c> packed bits; tail bits 0.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Run(ReadOnlySpan<byte> input, Span<ulong> output)
    {
        int words = WeightMatrix.WordsFor(Channels);
        if (input.Length < Inputs || output.Length < words)
            throw new ArgumentException($"{Inputs} inputs and {Channels} outputs do not fit into {input.Length} bytes and {output.Length} words.");
        _kernel.Run(input[..Inputs], output[..words]);
    }
}
