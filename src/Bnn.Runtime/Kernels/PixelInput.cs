using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>Planes of an input encoding with a pixel in each lane, straight from the bytes of an image.</summary>
/// <remarks>
/// Exact. Plane by plane, so that nothing but a load, a comparison, a mask of its bytes and a store is done for each row. Lanes between the rows get bits of neighbouring bytes. Immutable; allocates
/// nothing when it runs.
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
        int height = layout.Height, width = layout.Width, pixels = height * width;
        if (image.Length < (long)Channels * pixels || stride < layout.Words || planes.Length < ((long)(Planes - 1) * stride) + layout.Words)
            throw new ArgumentException($"{Planes} planes of {pixels} pixels do not fit {image.Length} bytes and {planes.Length} words, {stride} apart.", nameof(planes));
        // Rows are loaded with what follows them; the last ones of the image, whose bytes are fewer than a load, from a copy.
        int loaded = width <= 32 ? 32 : 64;
        Span<byte> copy = stackalloc byte[2 * 64];
        for (int channel = 0; channel < _planes.Length; channel++)
        {
            int first = channel * pixels, left = image.Length - first - loaded, whole = left < 0 ? 0 : Math.Min(height, (left / width) + 1);
            if (whole < height)
                image[(first + (whole * width))..].CopyTo(copy);
            foreach (int p in _planes[channel])
            {
                Span<byte> plane = MemoryMarshal.AsBytes(planes.Slice(p * stride, layout.Words));
                PackRows(image[first..], whole, layout, _tests[p], plane);
                if (whole < height)
                    PackRows(copy, height - whole, layout, _tests[p], plane[(whole * layout.Pitch / 8)..]);
            }
        }
    }

    private static void PackRows(ReadOnlySpan<byte> image, int rows, PixelLayout layout, int test, Span<byte> plane)
    {
        // v ≥ threshold, or bit b of v: v & 2^b ≥ 2^b.
        byte mask = test > 0 ? byte.MaxValue : (byte)(1 << (-1 - test)), least = test > 0 ? (byte)test : mask;
        if (layout.Pitch == 8)
            PackRows<byte>(image, rows, layout.Width, mask, least, plane);
        else if (layout.Pitch == 16)
            PackRows<ushort>(image, rows, layout.Width, mask, least, plane);
        else if (layout.Pitch == 32)
            PackRows<uint>(image, rows, layout.Width, mask, least, plane);
        else
            PackRows<ulong>(image, rows, layout.Width, mask, least, plane);
    }

    // TRow: a row of a plane.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows<TRow>(ReadOnlySpan<byte> image, int rows, int width, byte mask, byte least, Span<byte> plane)
        where TRow : unmanaged, IBinaryInteger<TRow>
    {
        Vector256<byte> bit = Vector256.Create(mask), threshold = Vector256.Create(least);
        ref byte from = ref MemoryMarshal.GetReference(image);
        ref TRow to = ref Unsafe.As<byte, TRow>(ref MemoryMarshal.GetReference(plane));
        for (int y = 0; y < rows; y++)
        {
            ulong bits = Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref from) & bit, threshold).ExtractMostSignificantBits();
            if (Unsafe.SizeOf<TRow>() == sizeof(ulong))
                bits |= (ulong)Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref from, 32) & bit, threshold).ExtractMostSignificantBits() << 32;
            Unsafe.Add(ref to, y) = TRow.CreateTruncating(bits);
            from = ref Unsafe.Add(ref from, width);
        }
    }
}
