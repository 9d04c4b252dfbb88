using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>Adds up, for each channel, the bytes whose weights are +1: some inputs at a time, so that their sums fit 16 bits.</summary>
internal abstract unsafe class ByteSums
{
    // Registers of channels are filled up with channels of weights −1.
    private const int ChannelsAtOnce = 128;
    private const int MostInputs = 256;

    private readonly byte[]? _live;
    private readonly int[] _bounds;
    private readonly int _inputsOfChunk;

    /// <summary>Keeps what all ways need.</summary>
    /// <param name="inputs">K</param>
    /// <param name="signs">Packed, <c>[C, ⌈K/64⌉]</c>.</param>
    /// <param name="limits"><c>[C]</c></param>
    /// <param name="mask">What all channels read.</param>
    /// <param name="inputsOfChunk">Inputs that are counted together, at most 256, whose sum is at most 65,535.</param>
    protected ByteSums(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<int> limits, SharedMask mask, int inputsOfChunk)
    {
        _inputsOfChunk = inputsOfChunk;
        Padded = (limits.Length + ChannelsAtOnce - 1) / ChannelsAtOnce * ChannelsAtOnce;
        Chunks = (inputs + inputsOfChunk - 1) / inputsOfChunk;
        _bounds = new int[Padded];
        Array.Fill(_bounds, int.MaxValue);
        for (int c = 0; c < limits.Length; c++)
            _bounds[c] = (255 * new WeightRow(inputs, signs, default, c).Count(WeightKind.Plus)) - limits[c];
        if (mask.LiveInputs < inputs)
            _live = [.. Enumerable.Range(0, inputs).Select(i => (byte)(0 - (int)(mask.Live[i >> 6] >> (i & 63) & 1)))];
    }

    /// <summary>Channels, filled up to a whole number of registers of any width.</summary>
    protected int Padded { get; }

    /// <summary>How often some inputs are counted.</summary>
    protected int Chunks { get; }

    /// <summary>Gives the output bits of all channels.</summary>
    /// <param name="input"><c>[K]</c> bytes.</param>
    /// <param name="output">Receives <c>[⌈C/64⌉]</c> packed bits.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(ReadOnlySpan<byte> input, Span<ulong> output)
    {
        int* sums = stackalloc int[Padded];
        ushort* numbers = stackalloc ushort[Padded];
        Span<byte> chunk = stackalloc byte[MostInputs];
        new Span<int>(sums, Padded).Clear();
        int all = 0;
        for (int i = 0; i < Chunks; i++)
        {
            int from = i * _inputsOfChunk, count = Math.Min(_inputsOfChunk, input.Length - from);
            input.Slice(from, count).CopyTo(chunk);
            chunk[count..].Clear();
            if (_live is not null)
                And(chunk, _live.AsSpan(from, count));
            all += Sum(chunk);
            fixed (byte* bytes = chunk)
                Count(bytes, i, numbers);
            for (int c = 0; c < Padded; c += 16)
            {
                (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(Vector256.Load(numbers + c));
                (Vector256.Load(sums + c) + low.AsInt32()).Store(sums + c);
                (Vector256.Load(sums + c + 8) + high.AsInt32()).Store(sums + c + 8);
            }
        }
        Fire(sums, all, output);
    }

    /// <summary>The sums of some inputs.</summary>
    /// <param name="inputs">256 bytes, 0 beyond those of the chunk.</param>
    /// <param name="chunk">Which.</param>
    /// <param name="numbers">Receives the number of each channel, <c>[Padded]</c>.</param>
    protected abstract void Count(byte* inputs, int chunk, ushort* numbers);

    // count ≤ limit iff 2 · Σ v·w ≥ Σ v + 255 · |w| − limit.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fire(int* sums, int all, Span<ulong> output)
    {
        Vector256<int> shared = Vector256.Create(all);
        fixed (int* bounds = _bounds)
        {
            for (int w = 0; w < output.Length; w++)
            {
                ulong word = 0;
                for (int c = 0; c < 64; c += 8)
                {
                    Vector256<int> sum = Vector256.Load(sums + (64 * w) + c);
                    word |= (ulong)Vector256.GreaterThanOrEqual(sum + sum - shared, Vector256.Load(bounds + (64 * w) + c)).ExtractMostSignificantBits() << c;
                }
                output[w] = word;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(ReadOnlySpan<byte> bytes)
    {
        Vector256<ushort> sum = default;
        for (int i = 0; i < MostInputs; i += 32)
        {
            (Vector256<ushort> low, Vector256<ushort> high) = Vector256.Widen(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(bytes), (nuint)i));
            sum += low + high;
        }
        (Vector256<uint> a, Vector256<uint> b) = Vector256.Widen(sum);
        return (int)Vector256.Sum(a + b);
    }

    private static void And(Span<byte> bytes, ReadOnlySpan<byte> live)
    {
        for (int i = 0; i < live.Length; i++)
            bytes[i] &= live[i];
    }
}
