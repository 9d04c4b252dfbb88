using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Up to 64 inputs of 1,024 neighbouring ones, in any places, that are brought together by a look-up of bytes and a test of bits.</summary>
internal readonly struct InputPicks
{
    private const int Bytes = 128;

    // For each input its byte among the 128, and its bit there; no bit behind the last one.
    private readonly Vector512<byte> _bytes;
    private readonly Vector512<byte> _bits;

    private InputPicks(int at, int to, ReadOnlySpan<int> inputs)
    {
        (At, To, Count) = (at, to, inputs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            _bytes = _bytes.WithElement(i, (byte)((inputs[i] / 8) - at));
            _bits = _bits.WithElement(i, (byte)(1 << (inputs[i] % 8)));
        }
    }

    /// <summary>The first of the 128 bytes.</summary>
    public int At { get; }

    /// <summary>The byte that the first input goes to.</summary>
    public int To { get; }

    /// <summary>Number of inputs.</summary>
    public int Count { get; }

    /// <summary>An input.</summary>
    public int Input(int index) => (8 * (At + _bytes[index])) + BitOperations.TrailingZeroCount(_bits[index]);

    /// <summary>Covers the live inputs, all but the last with whole bytes.</summary>
    /// <param name="live">Packed bits.</param>
    /// <param name="picks">Receives them.</param>
    /// <returns>Number of bytes that the inputs take.</returns>
    public static int Cover(ReadOnlySpan<ulong> live, List<InputPicks> picks)
    {
        var inputs = new List<int>();
        for (int word = 0; word < live.Length; word++)
        {
            for (ulong left = live[word]; left != 0; left &= left - 1)
                inputs.Add((64 * word) + BitOperations.TrailingZeroCount(left));
        }
        int to = 0;
        for (int first = 0; first < inputs.Count;)
        {
            int at = Math.Min(inputs[first] / 8, Math.Max(0, (sizeof(ulong) * live.Length) - Bytes)), count = 0;
            while (count < 64 && first + count < inputs.Count && inputs[first + count] / 8 < at + Bytes)
                count++;
            if (first + count < inputs.Count && count > 8)
                count -= count % 8;
            picks.Add(new(at, to, [.. inputs.GetRange(first, count)]));
            first += count;
            to += (count + 7) / 8;
        }
        return to;
    }

    /// <summary>Brings the inputs together.</summary>
    /// <param name="all">What goes where, in rising order; from a cache line on.</param>
    /// <param name="count">Their number.</param>
    /// <param name="input">Packed bits.</param>
    /// <param name="bytes">Bytes of them.</param>
    /// <param name="gathered">Receives them; up to seven more bytes are 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Gather(InputPicks* all, int count, byte* input, int bytes, byte* gathered)
    {
        for (InputPicks* end = all + count; all < end; all++)
            *(ulong*)(gathered + all->To) = Avx512Vbmi.IsSupported ? all->ByLookUp(input, bytes) : all->OneByOne(input);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe ulong ByLookUp(byte* input, int bytes)
    {
        Vector512<byte> low, high;
        if (At + Bytes <= bytes)
            (low, high) = (Vector512.Load(input + At), Vector512.Load(input + At + 64));
        else
            (low, high) = (Rest(input + At, bytes - At), Rest(input + At + 64, bytes - At - 64));
        Vector512<byte> found = Avx512Vbmi.PermuteVar64x8x2(low, _bytes, high) & _bits;
        return ~Vector512.Equals(found, Vector512<byte>.Zero).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<byte> Rest(byte* input, int bytes)
    {
        Vector512<byte> isThere = Vector512.LessThan(Vector512<byte>.Indices, Vector512.Create((byte)Math.Clamp(bytes, 0, 64)));
        return Avx512BW.MaskLoad(input, isThere, Vector512<byte>.Zero);
    }

    private unsafe ulong OneByOne(byte* input)
    {
        ulong result = 0;
        for (int i = 0; i < Count; i++)
            result |= (input[At + _bytes[i]] & _bits[i]) != 0 ? 1UL << i : 0;
        return result;
    }
}
