using System.Runtime.Intrinsics;
using Bnn.Model;
using I = System.Runtime.Intrinsics.Vector256<int>;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>Takes the sums of one channel from the tiles in which they were computed to the form that is kept, through the pools behind a convolution.</summary>
/// <remarks>The largest sum of a window wins, of equal ones the first (rows from the top, each from the left): it alone gets the gradient.</remarks>
internal sealed unsafe class SumPooling
{
    private readonly LayerGeometry _geometry;
    private readonly int _pitch;
    private readonly float[] _sums, _nextSums;
    private readonly int[] _sources, _nextSources;

    /// <param name="layout">The convolution; its pools are applied in order.</param>
    public SumPooling(ConvolutionLayout layout)
    {
        (_geometry, _pitch) = (layout.Geometry, layout.Pitch);
        int most = _geometry.Pools.Length < 2 ? 0 : _geometry.Output.Height * _geometry.Output.Width;
        (_sums, _nextSums, _sources, _nextSources) = (new float[most], new float[most], new int[most], new int[most]);
    }

    /// <summary>Whether each result is one output.</summary>
    public bool IsPlain => _geometry.Pools.Length == 0;

    /// <summary>Pools one channel.</summary>
    /// <param name="outputs"><c>[rows][pitch]</c></param>
    /// <param name="results">Receives the sums after all pools; up to seven floats behind them may be overwritten.</param>
    /// <param name="sources">Receives for each result the output it came from, as row · pitch + column; likewise. Null without pools.</param>
    public void Run(float* outputs, float* results, int* sources)
    {
        Shape shape = _geometry.Output;
        if (IsPlain)
        {
            CopyRows(outputs, _pitch, results, shape.Width, shape.Width, shape.Height);
            return;
        }
        if (_geometry.Pools.Length == 1)
        {
            First(outputs, shape, _geometry.Pools[0], results, sources);
            return;
        }
        fixed (float* sums = _sums, nextSums = _nextSums)
        fixed (int* from = _sources, nextFrom = _nextSources)
        {
            shape = General(outputs, null, _pitch, shape, _geometry.Pools[0], sums, from);
            float* before = sums, after = nextSums;
            int* beforeFrom = from, afterFrom = nextFrom;
            for (int i = 1; i < _geometry.Pools.Length; i++)
            {
                bool isLast = i == _geometry.Pools.Length - 1;
                shape = General(before, beforeFrom, shape.Width, shape, _geometry.Pools[i], isLast ? results : after, isLast ? sources : afterFrom);
                float* read = before;
                before = after;
                after = read;
                int* readFrom = beforeFrom;
                beforeFrom = afterFrom;
                afterFrom = readFrom;
            }
        }
    }

    /// <summary>Copies rows of floats in whole vectors, the last of which may copy some twice.</summary>
    public static void CopyRows(float* from, int fromPitch, float* to, int toPitch, int width, int rows)
    {
        if (fromPitch == width && toPitch == width)
            (width, rows) = (width * rows, 1);
        for (; rows > 0; rows--, from += fromPitch, to += toPitch)
        {
            if (width < V.Count)
            {
                for (int i = 0; i < width; i++)
                    to[i] = from[i];
                continue;
            }
            for (int i = 0; i < width; i += V.Count)
                Vector256.Load(from + Math.Min(i, width - V.Count)).Store(to + Math.Min(i, width - V.Count));
        }
    }

    private void First(float* outputs, Shape shape, PoolWord pool, float* results, int* sources)
    {
        if (pool == PoolWord.Default)
            Halves(outputs, shape.Height / 2, shape.Width / 2, results, sources);
        else
            General(outputs, null, _pitch, shape, pool, results, sources);
    }

    // Windows of 2x2 side by side, eight at a time. A row's surplus lies in the next one, which is written later.
    private void Halves(float* outputs, int height, int width, float* results, int* sources)
    {
        I even = Vector256.Create(0, 2, 4, 6, 0, 2, 4, 6), odd = Vector256.Create(1, 3, 5, 7, 1, 3, 5, 7), steps = Vector256.Create(0, 2, 4, 6, 8, 10, 12, 14);
        for (int row = 0; row < height; row++, results += width, sources += width)
        {
            float* top = outputs + (2 * row * _pitch), bottom = top + _pitch;
            for (int column = 0; column < width; column += V.Count)
            {
                V best = Every(top + (2 * column), even), other = Every(top + (2 * column), odd);
                I at = Vector256<int>.Zero;
                (best, at) = Larger(best, at, other, 1);
                (best, at) = Larger(best, at, Every(bottom + (2 * column), even), _pitch);
                (best, at) = Larger(best, at, Every(bottom + (2 * column), odd), _pitch + 1);
                best.Store(results + column);
                (at + steps + Vector256.Create((2 * row * _pitch) + (2 * column))).Store(sources + column);
            }
        }
    }

    private static V Every(float* from, I indices) => Vector256.Create(
        Vector256.Shuffle(Vector256.Load(from), indices).GetLower(), Vector256.Shuffle(Vector256.Load(from + V.Count), indices).GetLower());

    private static (V Best, I At) Larger(V best, I at, V other, int place)
    {
        V isLarger = Vector256.GreaterThan(other, best);
        return (Vector256.ConditionalSelect(isLarger, other, best), Vector256.ConditionalSelect(isLarger.AsInt32(), Vector256.Create(place), at));
    }

    private static Shape General(float* values, int* from, int pitch, Shape input, PoolWord pool, float* results, int* sources)
    {
        Padding padding = pool.Amounts;
        int height = Extent.Places(input.Height + padding.Top + padding.Bottom, pool.Window.Height, pool.Stride.Height);
        int width = Extent.Places(input.Width + padding.Left + padding.Right, pool.Window.Width, pool.Stride.Width);
        for (int row = 0; row < height; row++)
        {
            int top = (row * pool.Stride.Height) - padding.Top, bottom = Math.Min(top + pool.Window.Height, input.Height);
            for (int column = 0; column < width; column++)
            {
                int left = (column * pool.Stride.Width) - padding.Left, right = Math.Min(left + pool.Window.Width, input.Width);
                int best = (Math.Max(0, top) * pitch) + Math.Max(0, left);
                for (int y = Math.Max(0, top); y < bottom; y++)
                {
                    for (int x = Math.Max(0, left); x < right; x++)
                        best = values[(y * pitch) + x] > values[best] ? (y * pitch) + x : best;
                }
                *results++ = values[best];
                *sources++ = from is null ? best : from[best];
            }
        }
        return new(input.Channels, height, width);
    }
}
