using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Benchmarks.Contenders;

/// <summary>Number of bits in which two rows of words differ.</summary>
internal interface IDistance
{
    static abstract int Between(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> w);

    /// <summary>The same over the bits of <paramref name="live"/>.</summary>
    static abstract int Between(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> w, ReadOnlySpan<ulong> live);
}

/// <summary>The loop that everybody writes: xor, <see cref="BitOperations.PopCount(ulong)"/>, add.</summary>
internal readonly struct PopCountLoop : IDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Between(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> w)
    {
        x = x[..w.Length];
        int count = 0;
        for (int i = 0; i < w.Length; i++)
            count += BitOperations.PopCount(x[i] ^ w[i]);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Between(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> w, ReadOnlySpan<ulong> live)
    {
        x = x[..w.Length];
        live = live[..w.Length];
        int count = 0;
        for (int i = 0; i < w.Length; i++)
            count += BitOperations.PopCount((x[i] ^ w[i]) & live[i]);
        return count;
    }
}

/// <summary>What the base library offers: <see cref="TensorPrimitives.HammingBitDistance"/>, and with masks a bitwise and before it.</summary>
internal readonly struct HammingDistance : IDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Between(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> w) => (int)TensorPrimitives.HammingBitDistance(x[..w.Length], w);

    public static int Between(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> w, ReadOnlySpan<ulong> live)
    {
        Span<ulong> seen = stackalloc ulong[64];
        int count = 0;
        for (int from = 0; from < w.Length; from += seen.Length)
        {
            int words = Math.Min(seen.Length, w.Length - from);
            TensorPrimitives.BitwiseAnd(x.Slice(from, words), live.Slice(from, words), seen);
            count += (int)TensorPrimitives.HammingBitDistance(seen[..words], w.Slice(from, words));
        }
        return count;
    }
}

/// <summary>Counts on packed words, channel by channel; values are packed with the library's own vector code.</summary>
internal sealed class PackedCounter<TDistance> : ICounter
    where TDistance : struct, IDistance
{
    private readonly int _words;
    private readonly int _planes;
    private readonly ulong[] _signs;
    private readonly ulong[]? _live;
    private readonly ulong[] _input;

    public PackedCounter(WeightMatrix weights, bool isEightBit)
    {
        _words = weights.WordsPerRow;
        _planes = isEightBit ? 8 : 1;
        IEnumerable<int> rows = Enumerable.Range(0, weights.Rows);
        _signs = [.. rows.SelectMany(row => weights.Signs(row).ToArray())];
        _live = weights.HasMask ? [.. rows.SelectMany(row => Enumerable.Range(0, _words).Select(word => weights.Live(row, word)))] : null;
        _input = new ulong[_words * _planes];
    }

    // Optimised from the first call on: what the runtime learns while it warms up must not decide how good this baseline is.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Counts(ReadOnlySpan<byte> values, Span<int> counts)
    {
        Array.Clear(_input);
        if (_planes == 1)
        {
            InputPacking.AtLeast(values, 1, _input, 0);
            for (int c = 0; c < counts.Length; c++)
                counts[c] = Count(_input, c);
            return;
        }
        for (int plane = 0; plane < _planes; plane++)
            InputPacking.Bit(values, plane, _input, plane * _words * 64);
        for (int c = 0; c < counts.Length; c++)
        {
            int count = 0;
            for (int plane = 0; plane < _planes; plane++)
                count += Count(_input.AsSpan(plane * _words, _words), c) << plane;
            counts[c] = count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Count(ReadOnlySpan<ulong> x, int channel) => _live is null
        ? TDistance.Between(x, _signs.AsSpan(channel * _words, _words))
        : TDistance.Between(x, _signs.AsSpan(channel * _words, _words), _live.AsSpan(channel * _words, _words));
}
