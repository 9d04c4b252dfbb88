using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>Planes of a batch where registers hold 512 bits: 64 values of a sample become a word at once, and blocks of 64 x 64 bits are transposed.</summary>
/// <remarks>
/// Exact. Four operations for 64 bytes and 18 for a register of the output, on a Zen 5 a third of the time of <see cref="SamplePlanes"/>' bytes.
/// Without masks, that is with narrower registers, the transposition of whole words takes longer than it saves.
/// </remarks>
internal static class SampleWords
{
    // Values of a sample that are read in one go; their words lie a page apart, of which the first-level cache holds few.
    private const int ChunkWords = 4;

    /// <summary>The planes of the values that pass.</summary>
    /// <param name="test">Tells the bits.</param>
    /// <param name="images"><c>[samples, imageLength]</c> bytes.</param>
    /// <param name="imageLength">Bytes of a sample.</param>
    /// <param name="from">The first value of each sample that is taken.</param>
    /// <param name="samples">At most as many as lanes; lanes without a sample give 0.</param>
    /// <param name="planes">Receives <c>[values, TLanes.Words]</c> words; their number says how many values are taken.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<TLanes, TTest>(TTest test, ReadOnlySpan<byte> images, int imageLength, int from, int samples, Span<ulong> planes)
        where TLanes : unmanaged, ILanes<TLanes>
        where TTest : struct, IByteTest
    {
        int blockWords = LaneTranspose.Rows * TLanes.Words, blocks = planes.Length / blockWords;
        for (int block = 0; block < blocks; block += ChunkWords)
        {
            int words = Math.Min(ChunkWords, blocks - block);
            Span<ulong> chunk = planes.Slice(block * blockWords, words * blockWords);
            Put<TLanes, TTest>(test, images, imageLength, from + (64 * block), samples, words, chunk);
            for (int w = 0; w < words; w++)
                LaneTranspose.Run(ref LaneMemory.First<TLanes>(chunk[(w * blockWords)..]));
        }
        Span<ulong> rest = planes[(blocks * blockWords)..];
        if (rest.IsEmpty)
            return;
        // Rows beyond the last value hold bits of no meaning and are not copied.
        Span<ulong> last = stackalloc ulong[blockWords];
        Put<TLanes, TTest>(test, images, imageLength, from + (64 * blocks), samples, 1, last);
        LaneTranspose.Run(ref LaneMemory.First<TLanes>(last));
        last[..rest.Length].CopyTo(rest);
    }

    // Word i of register r of a block: 64 values of sample 64·i + r.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Put<TLanes, TTest>(
        TTest test, ReadOnlySpan<byte> images, int imageLength, int from, int samples, int words, Span<ulong> blocks)
        where TLanes : unmanaged, ILanes<TLanes>
        where TTest : struct, IByteTest
    {
        int blockWords = LaneTranspose.Rows * TLanes.Words;
        if (samples < blockWords)
            blocks.Clear();
        Span<byte> copy = stackalloc byte[64 * ChunkWords];
        ref ulong to = ref MemoryMarshal.GetReference(blocks[..(words * blockWords)]);
        for (int s = 0; s < samples; s++)
        {
            ref ulong word = ref Unsafe.Add(ref to, ((s & 63) * TLanes.Words) + (s >> 6));
            scoped ReadOnlySpan<byte> values = images[((s * imageLength) + from)..];
            if (values.Length < 64 * words)
            {
                // The last samples may end before the block does: from a copy, whose other bytes have no meaning.
                values.CopyTo(copy);
                values = copy;
            }
            scoped ref byte value = ref MemoryMarshal.GetReference(values);
            if (words == ChunkWords)
            {
                word = Bits(test, ref value, 0);
                Unsafe.Add(ref word, blockWords) = Bits(test, ref value, 1);
                Unsafe.Add(ref word, 2 * blockWords) = Bits(test, ref value, 2);
                Unsafe.Add(ref word, 3 * blockWords) = Bits(test, ref value, 3);
                continue;
            }
            for (int w = 0; w < words; w++)
                Unsafe.Add(ref word, w * blockWords) = Bits(test, ref value, w);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits<TTest>(TTest test, ref byte values, int word)
        where TTest : struct, IByteTest => test.Bits(Vector512.LoadUnsafe(ref values, (nuint)(64 * word)));
}
