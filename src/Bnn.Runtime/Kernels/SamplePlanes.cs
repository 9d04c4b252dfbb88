using System.ComponentModel;
using System.Runtime.CompilerServices;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Turns the bytes of a batch into planes with a sample in each lane: plane i holds one bit of value i of 64 to 512 samples.</summary>
/// <remarks>
/// Exact. Each sample is packed along its values as for one sample, then blocks of 64 values are transposed. A plane of 256 samples costs about
/// 50 vector operations. Allocates nothing.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SamplePlanes
{
    // Values of all samples that are packed before they are transposed: 32 KiB with 512 lanes.
    private const int ChunkWords = 8;
    private const int ChunkValues = 64 * ChunkWords;

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
        Pack<TLanes>(images, imageLength, from, count, isThreshold: true, threshold, planes);

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
        Pack<TLanes>(images, imageLength, from, count, isThreshold: false, bit, planes);

    [SkipLocalsInit]
    private static void Pack<TLanes>(ReadOnlySpan<byte> images, int imageLength, int from, int count, bool isThreshold, int value, Span<ulong> planes)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        LaneMemory.Check<TLanes>(planes.Length, count, nameof(planes));
        int samples = LaneMemory.Samples<TLanes>(images.Length, imageLength);
        if (from < 0 || count < 0 || count > imageLength - from)
            throw new ArgumentException($"Values {from} to {from + count} are not among the {imageLength} of a sample.", nameof(count));
        Span<ulong> packed = stackalloc ulong[64 * TLanes.Words * ChunkWords];
        Span<ulong> last = stackalloc ulong[LaneTranspose.Rows * TLanes.Words];
        packed[(samples * ChunkWords)..].Clear();
        for (int done = 0; done < count; done += ChunkValues)
        {
            int values = Math.Min(ChunkValues, count - done);
            int words = WeightMatrix.WordsFor(values);
            for (int s = 0; s < samples; s++)
            {
                ReadOnlySpan<byte> source = images.Slice((s * imageLength) + from + done, values);
                Span<ulong> target = packed.Slice(s * ChunkWords, words);
                target.Clear();
                if (isThreshold)
                    InputPacking.AtLeast(source, value, target, 0);
                else
                    InputPacking.Bit(source, value, target, 0);
            }
            for (int w = 0; w < words; w++)
            {
                // Whole blocks are transposed where they are to stand.
                Span<ulong> to = planes[((done + (64 * w)) * TLanes.Words)..];
                int left = Math.Min(64, values - (64 * w)) * TLanes.Words;
                Span<ulong> block = left == last.Length ? to[..left] : last;
                for (int i = 0; i < block.Length; i++)
                    block[i] = packed[(((i % TLanes.Words * 64) + (i / TLanes.Words)) * ChunkWords) + w];
                LaneTranspose.Run(ref LaneMemory.First<TLanes>(block));
                if (left < last.Length)
                    last[..left].CopyTo(to);
            }
        }
    }
}
