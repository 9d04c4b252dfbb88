using System.ComponentModel;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>A layer of constant weights that fires, for one sample or some positions of a kernel, with a channel in each byte: packed bits in, packed bits out.</summary>
/// <remarks>
/// Exact: bit for bit count ≤ limit. Time does not depend on the input. Cost for each register of 16, 32 or 64 channels: a look-up and an addition for
/// four inputs (seven with 64 channels), or for two (three) if masks differ between channels. Inputs that no channel reads cost as much as
/// others, unless each register of channels reads so few, as with masks in blocks, that it is less to bring these together; masks are looked up only where channels of a register differ. Channels beyond full registers are counted by eights with 512 bits, otherwise, if they are few, by words. Above 65,534 of those that are read, the portable way is taken. Made once from packed weights: a byte for each step and channel. Running
/// allocates nothing, takes up to 32 KB of the stack, and is thread-safe. Source: docs/decisions/0009-one-sample.md.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PermuteLayer
{
    private readonly PermuteKernel _kernel;
    private readonly PermuteKernel? _rest;
    private readonly int _inputWords;
    private readonly int _outputWords;

    private PermuteLayer(int inputs, int channels, bool isMasked, PermuteTier tier, PermuteKernel kernel, PermuteKernel? rest)
    {
        (Inputs, Channels, IsMasked, Tier, _kernel, _rest) = (inputs, channels, isMasked, tier, kernel, rest);
        (_inputWords, _outputWords) = (WeightMatrix.WordsFor(inputs), WeightMatrix.WordsFor(channels));
    }

    /// <summary>The fastest way that the processor has.</summary>
    /// <remarks>Code compiled ahead of time for every processor tests for AVX2 when it runs, but computes with vectors of 256 bits in software.</remarks>
    public static PermuteTier Best =>
        Avx512Vbmi.IsSupported && Vector512.IsHardwareAccelerated ? PermuteTier.Permute512
        : Avx2.IsSupported && Vector256.IsHardwareAccelerated ? PermuteTier.Shuffle256
        : Ssse3.IsSupported || AdvSimd.Arm64.IsSupported ? PermuteTier.Shuffle128
        : PermuteTier.Portable;

    /// <summary>Whether the processor has any of the vector ways.</summary>
    public static bool IsAccelerated => Best != PermuteTier.Portable;

    /// <summary>Number of inputs, K.</summary>
    public int Inputs { get; }

    /// <summary>Number of channels, C.</summary>
    public int Channels { get; }

    /// <summary>Whether masks differ between channels, which takes about twice the time.</summary>
    public bool IsMasked { get; }

    /// <summary>The way that is taken.</summary>
    public PermuteTier Tier { get; }

    /// <summary>Look-ups for one sample, and what brings inputs together in their measure, where registers skip inputs; null where they read all of them.</summary>
    internal long? SkippingWork => _kernel switch
    {
        PermuteBlocks<Bytes512> blocks => blocks.Work,
        PermuteBlocks<Bytes256> blocks => blocks.Work,
        PermuteBlocks<Bytes128> blocks => blocks.Work,
        _ => null,
    };

    /// <summary>Puts the weights in order for the processor's best way.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="OverflowException">K·C/4 bytes, twice as many if masks differ, are more than 2 GB.</exception>
    public static PermuteLayer Create(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits) =>
        Create(inputs, signs, masks, limits, Best);

    /// <summary>The same for one of the ways; every processor runs each with equal bits, those that it lacks slowly.</summary>
    /// <param name="inputs">K, in [1, 65,536].</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>, 1 = +1; bits of pruned weights and tail bits are 0.</param>
    /// <param name="masks">The same shape, 1 = live; empty: all live.</param>
    /// <param name="limits"><c>[C]</c>; a channel gives 1 iff count ≤ limit.</param>
    /// <param name="tier">The way.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="OverflowException">K·C/4 bytes, twice as many if masks differ, are more than 2 GB.</exception>
    public static PermuteLayer Create(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, PermuteTier tier)
    {
        AdderTable.Check(inputs, signs, masks, limits.Length);
        SharedMask mask = SharedMask.Of(inputs, masks);
        if (mask.LiveInputs > PermuteColumns<Bytes128>.MostInputs)
            tier = PermuteTier.Portable;
        int rest = tier switch
        {
            PermuteTier.Shuffle256 => PortableKernel.Rest(limits.Length, Bytes256.Channels),
            PermuteTier.Shuffle128 => PortableKernel.Rest(limits.Length, Bytes128.Channels),
            PermuteTier.Permute512 or PermuteTier.Portable => 0,
            _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "No such way."),
        };
        ReadOnlySpan<int> whole = limits[..^rest];
        PermuteKernel kernel = tier switch
        {
            PermuteTier.Permute512 => Kernel<Bytes512>(inputs, signs, masks, whole, mask),
            PermuteTier.Shuffle256 => Kernel<Bytes256>(inputs, signs, masks, whole, mask),
            PermuteTier.Shuffle128 => Kernel<Bytes128>(inputs, signs, masks, whole, mask),
            _ => PortableKernel.Last(signs, masks, limits, mask, limits.Length),
        };
        return new(inputs, limits.Length, mask.Differs, tier, kernel, rest == 0 ? null : PortableKernel.Last(signs, masks, limits, mask, rest));
    }

    /// <summary>Gives the output bits of all channels.</summary>
    /// <param name="input">Packed bits, <c>[⌈K/64⌉]</c>.</param>
    /// <param name="output">Receives <c>[⌈C/64⌉]</c> packed bits; tail bits 0. Does not overlap the input.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Run(ReadOnlySpan<ulong> input, Span<ulong> output)
    {
        if (input.Length < _inputWords || output.Length < _outputWords)
            throw TooShort(1, input.Length, output.Length);
        input = input[.._inputWords];
        output = output[.._outputWords];
        output.Clear();
        _kernel.RunOne(input, output);
        _rest?.RunOne(input, output);
    }

    /// <summary>Gives the output bits of all channels for each of some inputs, as are the positions of a kernel; four at a time share the weights.</summary>
    /// <param name="inputs">Packed bits, <c>[count, ⌈K/64⌉]</c>.</param>
    /// <param name="count">Number of inputs.</param>
    /// <param name="outputs">Receives <c>[count, ⌈C/64⌉]</c> packed bits; tail bits 0. Does not overlap the inputs.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Run(ReadOnlySpan<ulong> inputs, int count, Span<ulong> outputs)
    {
        if (count < 0 || inputs.Length < (long)count * _inputWords || outputs.Length < (long)count * _outputWords)
            throw TooShort(count, inputs.Length, outputs.Length);
        if (count == 0)
            return;
        outputs = outputs[..(count * _outputWords)];
        outputs.Clear();
        inputs = inputs[..(count * _inputWords)];
        _kernel.Run(inputs, count, outputs);
        _rest?.Run(inputs, count, outputs);
    }

    // Registers that read few of the inputs, if that is less work.
    private static PermuteKernel Kernel<TBytes>(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> masks, ReadOnlySpan<int> limits, SharedMask mask)
        where TBytes : unmanaged, IByteLanes<TBytes>
    {
        long plain = PermuteColumns<TBytes>.LookUps(inputs, limits.Length, mask.Differs);
        PermuteBlocks<TBytes>? blocks = masks.IsEmpty ? null
            : PermuteBlocks<TBytes>.IfFewer(signs, masks[..(limits.Length * mask.Live.Length)], limits, mask.Live.Length, plain);
        return blocks ?? (PermuteKernel)new PermuteColumns<TBytes>(inputs, signs, masks, limits, mask);
    }

    private ArgumentException TooShort(int count, int inputs, int outputs) =>
        new($"{count} times {Inputs} inputs and {Channels} outputs do not fit into {inputs} and {outputs} words.");
}
