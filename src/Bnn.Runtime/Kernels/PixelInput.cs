using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>Planes of an input encoding with a pixel in each lane, straight from the bytes of an image.</summary>
/// <remarks>
/// Exact. A row of a channel is loaded once, and each of its planes takes a comparison or a shift, a mask of its bytes and a store of the pitch. Lanes between the rows get
/// bits of neighbouring bytes. Immutable; allocates nothing when it runs.
/// </remarks>
internal sealed class PixelInput : PixelSource
{
    private readonly int[] _tests;
    private readonly int[][] _planes;       // of each channel

    /// <param name="channels"><c>[planes]</c> channel of the image.</param>
    /// <param name="tests"><c>[planes]</c> a threshold in [1, 255]: the bit is v ≥ it; or −1 − b: it is bit b of v.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public PixelInput(ReadOnlySpan<int> channels, ReadOnlySpan<int> tests)
    {
        if (channels.Length != tests.Length)
            throw new ArgumentException($"{channels.Length} channels for {tests.Length} tests.", nameof(tests));
        _tests = tests.ToArray();
        foreach (int channel in channels)
            Channels = Math.Max(Channels, channel + 1);
        _planes = new int[Channels][];
        for (int c = 0; c < Channels; c++)
        {
            var planes = new List<int>();
            for (int p = 0; p < channels.Length; p++)
            {
                if (channels[p] == c)
                    planes.Add(p);
            }
            _planes[c] = [.. planes];
        }
    }

    /// <summary>The eight planes of each channel of bytes, plane b · channels + c bit b of channel c.</summary>
    public static PixelInput EightBit(int channels)
    {
        int[] of = new int[8 * channels], tests = new int[of.Length];
        for (int p = 0; p < of.Length; p++)
            (of[p], tests[p]) = (p % channels, -1 - (p / channels));
        return new(of, tests);
    }

    /// <summary>Channels of the image, as far as they are read.</summary>
    public int Channels { get; }

    /// <summary>Number of planes.</summary>
    public int Planes => _tests.Length;

    /// <inheritdoc/>
    public override void Fill<TLanes>(ReadOnlySpan<byte> image, PixelLayout layout, Span<ulong> planes, Span<ulong> scratch) =>
        Fill(image, layout, planes, layout.Stride<TLanes>());

    /// <summary>Packs the planes.</summary>
    /// <param name="image"><c>[channels, height, width]</c> bytes.</param>
    /// <param name="layout">Where the pixels go.</param>
    /// <param name="planes">Receives a plane every <paramref name="stride"/> words.</param>
    /// <param name="stride">Words from one plane to the next.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(ReadOnlySpan<byte> image, PixelLayout layout, Span<ulong> planes, int stride)
    {
        int pixels = layout.Height * layout.Width, width = layout.Width, pitchBytes = layout.Pitch / 8, planeBytes = 8 * stride;
        if (image.Length < (long)Channels * pixels || stride < layout.Words || planes.Length < ((long)(Planes - 1) * stride) + layout.Words)
            throw new ArgumentException($"{Planes} planes of {pixels} pixels do not fit {image.Length} bytes and {planes.Length} words, {stride} apart.", nameof(planes));
        ref byte bytes = ref MemoryMarshal.GetReference(image);
        Span<byte> end = stackalloc byte[64];
        int loaded = width <= 32 ? 32 : 64;
        ref byte to = ref Unsafe.As<ulong, byte>(ref MemoryMarshal.GetReference(planes));
        for (int channel = 0; channel < _planes.Length; channel++)
        {
            int[] planesOf = _planes[channel];
            for (int y = 0, from = channel * pixels; y < layout.Height; y++, from += width)
            {
                bool isWhole = from + loaded <= image.Length;
                if (!isWhole)
                    image[from..].CopyTo(end);
                ref byte row = ref isWhole ? ref Unsafe.Add(ref bytes, from) : ref MemoryMarshal.GetReference(end);
                Vector256<byte> low = Vector256.LoadUnsafe(ref row), high = width <= 32 ? low : Vector256.LoadUnsafe(ref row, 32);
                foreach (int p in planesOf)
                {
                    int test = _tests[p];
                    ref byte plane = ref Unsafe.Add(ref to, (p * planeBytes) + (y * pitchBytes));
                    ulong bits = Bits(low, test);
                    if (pitchBytes == 4)
                        Unsafe.WriteUnaligned(ref plane, (uint)bits);
                    else if (pitchBytes == 8)
                        Unsafe.WriteUnaligned(ref plane, bits | (ulong)Bits(high, test) << 32);
                    else if (pitchBytes == 2)
                        Unsafe.WriteUnaligned(ref plane, (ushort)bits);
                    else
                        plane = (byte)bits;
                }
            }
        }
    }

    // Shifting lanes of 16 bits moves bits across bytes, but never into the top bit of a byte from another one: it comes from below in the same byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Bits(Vector256<byte> row, int test) => (test > 0
        ? Vector256.GreaterThanOrEqual(row, Vector256.Create((byte)test))
        : Vector256.ShiftLeft(row.AsUInt16(), 8 + test).AsByte()).ExtractMostSignificantBits();
}
