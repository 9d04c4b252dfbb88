using System.Diagnostics;
using System.Runtime.CompilerServices;
using Bnn.Model;

namespace Bnn.Benchmarks.Contenders;

/// <summary>RSR++: the binary matrix is known beforehand, so inputs that weigh alike in a block of k channels are added up once for all of these.</summary>
/// <remarks>
/// Source: Dehghankar, Erfanian, Asudeh, arXiv:2411.06360. Each block of k channels sorts the inputs by their k-bit pattern of weights; a segment is the
/// inputs of one pattern. A product adds up each segment and then, halving the patterns k times, what each channel gets of them: K + 2^(k+1) additions for
/// k channels instead of k·K. A matrix of ±1 is twice that of its positive weights less the sum of all inputs; with masks it is the difference of two
/// binary matrices, both as in the paper. It is made for real-valued inputs, where it saves multiplications; inputs of one bit it must unpack, and it then
/// adds bytes one at a time where a popcount takes 64. k is tuned: the fastest of <see cref="Widths"/> on this machine for this matrix.
/// </remarks>
internal sealed class SegmentCounter : ICounter
{
    private static readonly int[] Widths = [3, 4, 5, 6, 7, 8, 9, 10];

    private readonly Segments _positive;
    private readonly Segments? _negative;
    private readonly int[] _start;
    private readonly int[] _sums;

    public SegmentCounter(WeightMatrix weights, bool isEightBit)
    {
        _positive = Segments.Fastest(weights, isPositive: true, Widths);
        _negative = weights.HasMask ? Segments.Fastest(weights, isPositive: false, Widths) : null;
        _start = [.. Enumerable.Range(0, weights.Rows).Select(row =>
            (isEightBit ? 255 : 1) * Enumerable.Range(0, weights.Columns).Count(column => weights.IsPositive(row, column)))];
        _sums = new int[weights.Rows];
    }

    // A positive weight differs by what the input lacks, a negative one by what it has.
    public void Counts(ReadOnlySpan<byte> values, Span<int> counts)
    {
        _positive.Sums(values, _sums);
        if (_negative is not null)
        {
            _negative.Sums(values, counts);
            for (int c = 0; c < counts.Length; c++)
                counts[c] += _start[c] - _sums[c];
            return;
        }
        int all = 0;
        foreach (byte value in values)
            all += value;
        for (int c = 0; c < counts.Length; c++)
            counts[c] = _start[c] + all - (2 * _sums[c]);
    }

    /// <summary>A binary matrix in blocks of <paramref name="width"/> channels, the inputs of each sorted by pattern.</summary>
    /// <param name="width">k</param>
    /// <param name="order"><c>[blocks, K]</c> input numbers, by pattern.</param>
    /// <param name="ends"><c>[blocks, 2^k]</c> where the segment of each pattern ends in its block's order.</param>
    private sealed class Segments(int width, ushort[] order, int[] ends)
    {
        private readonly int[] _segments = new int[1 << width];

        public static Segments Fastest(WeightMatrix weights, bool isPositive, int[] widths)
        {
            var values = new byte[weights.Columns];
            new Random(4).NextBytes(values);
            for (int i = 0; i < values.Length; i++)
                values[i] &= 1;
            var sums = new int[weights.Rows];
            return widths.Select(width => Create(weights, isPositive, width)).MinBy(segments => Enumerable.Range(0, 7).Min(_ =>
            {
                long from = Stopwatch.GetTimestamp();
                segments.Sums(values, sums);
                return Stopwatch.GetTimestamp() - from;
            }))!;
        }

        private static Segments Create(WeightMatrix weights, bool isPositive, int width)
        {
            int blocks = (weights.Rows + width - 1) / width, patterns = 1 << width, inputs = weights.Columns;
            var order = new ushort[blocks * inputs];
            var ends = new int[blocks * patterns];
            var patternOf = new int[inputs];
            for (int block = 0; block < blocks; block++)
            {
                Array.Clear(patternOf);
                for (int row = block * width; row < Math.Min(weights.Rows, (block + 1) * width); row++)
                {
                    for (int i = 0; i < inputs; i++)
                        patternOf[i] |= weights.IsLive(row, i) && weights.IsPositive(row, i) == isPositive ? 1 << (row - (block * width)) : 0;
                }
                // Counting sort.
                Span<int> at = ends.AsSpan(block * patterns, patterns);
                foreach (int pattern in patternOf)
                    at[pattern]++;
                for (int pattern = 1; pattern < patterns; pattern++)
                    at[pattern] += at[pattern - 1];
                for (int i = inputs - 1; i >= 0; i--)
                    order[(block * inputs) + --at[patternOf[i]]] = (ushort)i;
                // Each now tells where its segment begins, which is where the one before it ends.
                at[1..].CopyTo(at);
                at[^1] = inputs;
            }
            return new(width, order, ends);
        }

        /// <summary>For each channel the sum of the values whose weight is 1.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Sums(ReadOnlySpan<byte> values, Span<int> sums)
        {
            int[] segments = _segments;
            for (int block = 0, channel = 0; channel < sums.Length; block++)
            {
                ReadOnlySpan<ushort> inputs = order.AsSpan(block * values.Length, values.Length);
                ReadOnlySpan<int> blockEnds = ends.AsSpan(block * segments.Length, segments.Length);
                // Pattern 0 adds to no channel.
                int i = blockEnds[0];
                for (int pattern = 1; pattern < blockEnds.Length; pattern++)
                {
                    int sum = 0;
                    for (int end = blockEnds[pattern]; i < end; i++)
                        sum += values[inputs[i]];
                    segments[pattern] = sum;
                }
                segments[0] = 0;
                // The channel of the lowest bit gets the odd patterns; then pairs become one.
                for (int left = segments.Length / 2; left > 0 && channel < sums.Length; left /= 2, channel++)
                {
                    int sum = 0;
                    for (int p = 0; p < left; p++)
                    {
                        int odd = segments[(2 * p) + 1];
                        sum += odd;
                        segments[p] = segments[2 * p] + odd;
                    }
                    sums[channel] = sum;
                }
            }
        }
    }
}
