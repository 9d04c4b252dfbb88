using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>Turns the bytes of a batch into planes with a sample in each lane: plane i holds one bit of value i of 64 to 512 samples.</summary>
/// <remarks>
/// Exact. Bytes of eight samples are tested and gathered into one byte for each value, eight bits side by side; then blocks of 8 x 8 bytes are
/// transposed, which puts the bits of 64 samples into a word. About five vector operations for the 32 or 16 bytes that a vector holds, and
/// nine for a register. With vectors of 512 bits <see cref="SampleWords"/> does it instead. Allocates nothing.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SamplePlanes
{
    // Values that are gathered before they are transposed: 16 KiB with 512 lanes.
    private const int ChunkValues = 256;

    /// <summary>The planes of the bits <c>value ≥ threshold</c>.</summary>
    /// <param name="images"><c>[samples, imageLength]</c> bytes, at most as many samples as lanes; lanes without a sample give 0.</param>
    /// <param name="imageLength">Bytes of a sample.</param>
    /// <param name="from">The first value of each sample that is taken.</param>
    /// <param name="count">How many are taken.</param>
    /// <param name="threshold">In [1, 255].</param>
    /// <param name="planes">Receives <c>[count, TLanes.Words]</c> words.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void AtLeast<TLanes>(ReadOnlySpan<byte> images, int imageLength, int from, int count, int threshold, Span<ulong> planes)
        where TLanes : unmanaged, ILanes<TLanes> =>
        Gather<TLanes, AtLeastTest>(new((byte)threshold), images, imageLength, from, count, planes);

    /// <summary>The planes of bit number <paramref name="bit"/> of each value.</summary>
    /// <param name="images"><c>[samples, imageLength]</c> bytes, at most as many samples as lanes; lanes without a sample give 0.</param>
    /// <param name="imageLength">Bytes of a sample.</param>
    /// <param name="from">The first value of each sample that is taken.</param>
    /// <param name="count">How many are taken.</param>
    /// <param name="bit">In [0, 7], 0 the least significant.</param>
    /// <param name="planes">Receives <c>[count, TLanes.Words]</c> words.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Bit<TLanes>(ReadOnlySpan<byte> images, int imageLength, int from, int count, int bit, Span<ulong> planes)
        where TLanes : unmanaged, ILanes<TLanes> =>
        Gather<TLanes, BitTest>(new((byte)(1 << bit)), images, imageLength, from, count, planes);

    [SkipLocalsInit]
    private static void Gather<TLanes, TTest>(TTest test, ReadOnlySpan<byte> images, int imageLength, int from, int count, Span<ulong> planes)
        where TLanes : unmanaged, ILanes<TLanes>
        where TTest : struct, IByteTest
    {
        int samples = LaneMemory.Samples<TLanes>(images.Length, imageLength);
        LaneMemory.Check<TLanes>(planes.Length, count, nameof(planes));
        if (from < 0 || count < 0 || count > imageLength - from)
            throw new ArgumentException($"Values {from} to {from + count} are not among the {imageLength} of a sample.", nameof(count));
        if (Vector512.IsHardwareAccelerated)
            SampleWords.Gather<TLanes, TTest>(test, images, imageLength, from, samples, planes[..(count * TLanes.Words)]);
        else
            GatherBytes<TLanes, TTest>(test, images, imageLength, from, count, samples, planes);
    }

    [SkipLocalsInit]
    private static void GatherBytes<TLanes, TTest>(TTest test, ReadOnlySpan<byte> images, int imageLength, int from, int count, int samples, Span<ulong> planes)
        where TLanes : unmanaged, ILanes<TLanes>
        where TTest : struct, IByteTest
    {
        // Byte v of row g: bit s is that of value v of sample 8·g + s.
        Span<byte> rows = stackalloc byte[8 * TLanes.Words * ChunkValues];
        for (int done = 0; done < count; done += ChunkValues)
        {
            int values = Math.Min(ChunkValues, count - done);
            for (int g = 0; g < 8 * TLanes.Words; g++)
            {
                Span<byte> row = rows.Slice(g * ChunkValues, ChunkValues);
                int present = Math.Clamp(samples - (8 * g), 0, 8);
                if (present == 0)
                    row.Clear();
                else
                    GatherEight(test, images[((8 * g * imageLength) + from + done)..], imageLength, present, values, row);
            }
            Transpose<TLanes>(rows, values, planes[(done * TLanes.Words)..]);
        }
    }

    // Up to eight samples, imageLength bytes apart, into one byte for each value.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherEight<TTest>(TTest test, ReadOnlySpan<byte> images, int imageLength, int samples, int values, Span<byte> row)
        where TTest : struct, IByteTest
    {
        int step = Vector<byte>.Count;
        if (images.Length < ((samples - 1) * (long)imageLength) + values || row.Length < ChunkValues)
            throw new ArgumentException("Too short.", nameof(images));
        Span<byte> copy = stackalloc byte[8 * Vector<byte>.Count];
        scoped ref byte source = ref MemoryMarshal.GetReference(images);
        ref byte to = ref MemoryMarshal.GetReference(row);
        nint sampleStep = imageLength;
        for (int at = 0; at < values; at += step)
        {
            if (values - at < step)
            {
                // The last few values of each sample from a copy that may be read to its end.
                for (int s = 0; s < samples; s++)
                    images.Slice((s * imageLength) + at, values - at).CopyTo(copy[(s * step)..]);
                source = ref MemoryMarshal.GetReference(copy);
                sampleStep = step;
            }
            GatherVector(test, ref source, sampleStep, samples).StoreUnsafe(ref to, (nuint)at);
            source = ref Unsafe.Add(ref source, step);
        }
    }

    // Sample s into bit s of each byte: the last one first, and each doubles what came before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<byte> GatherVector<TTest>(TTest test, ref byte values, nint sampleStep, int samples)
        where TTest : struct, IByteTest
    {
        Vector<byte> gathered = default;
        int s = samples;
        if (s == 8)
        {
            ref byte upper = ref Unsafe.Add(ref values, 4 * sampleStep);
            gathered = Add(test, ref upper, Add(test, ref Unsafe.Add(ref upper, sampleStep),
                Add(test, ref Unsafe.Add(ref upper, 2 * sampleStep), Add(test, ref Unsafe.Add(ref upper, 3 * sampleStep), gathered))));
            s = 4;
        }
        if (s == 4)
        {
            return Add(test, ref values, Add(test, ref Unsafe.Add(ref values, sampleStep),
                Add(test, ref Unsafe.Add(ref values, 2 * sampleStep), Add(test, ref Unsafe.Add(ref values, 3 * sampleStep), gathered))));
        }
        while (--s >= 0)
            gathered = Add(test, ref Unsafe.Add(ref values, s * sampleStep), gathered);
        return gathered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<byte> Add<TTest>(TTest test, ref byte values, Vector<byte> gathered)
        where TTest : struct, IByteTest =>
        gathered + gathered - test.Passing(Vector.LoadUnsafe(ref values));

    // Blocks of eight values: word i of register r is the eight bytes of row 8·i + r, and then the eight rows of a value. All words are put in
    // place before the first block is transposed: a register that is loaded right behind the stores of its words waits for them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose<TLanes>(ReadOnlySpan<byte> rows, int values, Span<ulong> planes)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int blockWords = 8 * TLanes.Words, whole = values / 8;
        ref byte from = ref MemoryMarshal.GetReference(rows);
        ref ulong to = ref MemoryMarshal.GetReference(planes[..(whole * blockWords)]);
        for (int block = 0; block < whole; block++)
            PutBlock<TLanes>(ref Unsafe.Add(ref from, 8 * block), ref Unsafe.Add(ref to, block * blockWords));
        for (int block = 0; block < whole; block++)
            LaneTranspose.Bytes(ref Unsafe.As<ulong, TLanes>(ref Unsafe.Add(ref to, block * blockWords)));
        if (values % 8 == 0)
            return;
        Span<ulong> last = stackalloc ulong[blockWords];
        PutBlock<TLanes>(ref Unsafe.Add(ref from, 8 * whole), ref MemoryMarshal.GetReference(last));
        LaneTranspose.Bytes(ref LaneMemory.First<TLanes>(last));
        last[..(values % 8 * TLanes.Words)].CopyTo(planes[(whole * blockWords)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutBlock<TLanes>(ref byte rows, ref ulong block)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int r = 0; r < 8; r++)
        {
            for (int i = 0; i < TLanes.Words; i++)
                Unsafe.Add(ref block, i) = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref rows, 8 * i * ChunkValues));
            rows = ref Unsafe.Add(ref rows, ChunkValues);
            block = ref Unsafe.Add(ref block, TLanes.Words);
        }
    }
}
