using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Counts a word of each of the eight planes at a time, one channel after another.</summary>
internal sealed unsafe class ByteSumWords : ByteSums
{
    private const int WordsOfChunk = 4;

    private readonly ulong[] _signs;
    private readonly int _words;

    /// <summary>Keeps the weights.</summary>
    public ByteSumWords(int inputs, ReadOnlySpan<ulong> signs, ReadOnlySpan<int> limits, SharedMask mask)
        : base(inputs, signs, limits, mask, 64 * WordsOfChunk) => (_signs, _words) = ([.. signs], mask.Live.Length);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Count(byte* inputs, int chunk, ushort* numbers)
    {
        Span<ulong> planes = stackalloc ulong[8 * WordsOfChunk];
        for (int bit = 0; bit < 8; bit++)
            InputPacking.Bit(new ReadOnlySpan<byte>(inputs, 64 * WordsOfChunk), bit, planes.Slice(bit * WordsOfChunk, WordsOfChunk), 0);
        int from = chunk * WordsOfChunk, count = Math.Min(WordsOfChunk, _words - from);
        for (int c = 0; c < Padded; c++)
        {
            int row = (c * _words) + from, sum = 0;
            for (int w = 0; row < _signs.Length && w < count; w++)
            {
                for (int bit = 0; bit < 8; bit++)
                    sum += BitOperations.PopCount(planes[(bit * WordsOfChunk) + w] & _signs[row + w]) << bit;
            }
            numbers[c] = (ushort)sum;
        }
    }
}
