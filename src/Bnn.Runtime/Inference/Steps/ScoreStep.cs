using System.Runtime.CompilerServices;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Steps;

/// <summary>The layer of scores, from packed bits to integers.</summary>
internal abstract class ScoreStep
{
    /// <summary>Words that the step needs for itself.</summary>
    public virtual int ScratchWords => 0;

    /// <summary>Computes the scores.</summary>
    /// <param name="input">Packed bits.</param>
    /// <param name="scores">Receives <c>[classes]</c> scores.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content.</param>
    public abstract void Run(ReadOnlySpan<ulong> input, Span<int> scores, Span<ulong> scratch);
}

/// <summary>Scores from counts of the whole input, or with sum-scores of every pixel, added.</summary>
internal sealed class CountedScores : ScoreStep
{
    private readonly ChannelRows _rows;
    private readonly PatchRuns? _pixels;
    private readonly (int Height, int Width) _positions;
    private readonly int _factor;
    private readonly int[] _constants;

    /// <param name="layer">The layer.</param>
    /// <param name="rows">Its weights, columns in the order of the input's bits.</param>
    /// <param name="input">Shape of what it takes.</param>
    public CountedScores(ScoreLayer layer, ChannelRows rows, Shape input)
    {
        _rows = rows;
        _positions = (1, 1);
        if (layer is SumScoresLayer)
        {
            _positions = (input.Height, input.Width);
            var pixel = new PatchShape(input.Channels, input.Height, input.Width, 1, 1, 1, 1, 0, 0, paddingBit: false);
            _pixels = new(pixel, rows.Planes, input.Width);
        }
        // scale · Σ (MaxCount − 2 · count) + bias, with what does not depend on the input taken together. In between, int may wrap; the score fits.
        _factor = 2 * layer.Scale;
        _constants = [.. Enumerable.Range(0, rows.Channels).Select(c =>
            (layer.Scale * layer.MaxCount(c, rows.Planes == 8) * _positions.Height * _positions.Width) + layer.Biases[c])];
    }

    /// <inheritdoc/>
    public override int ScratchWords => _pixels?.Words ?? 0;

    /// <inheritdoc/>
    public override void Run(ReadOnlySpan<ulong> input, Span<int> scores, Span<ulong> scratch)
    {
        scores.Clear();
        if (_pixels is null)
            AddCounts(input[..(_rows.Planes * _rows.Words)], scores);
        else
        {
            for (int row = 0; row < _positions.Height; row++)
            {
                for (int column = 0; column < _positions.Width; column += _pixels.Length)
                    AddCounts(_pixels.Gather(input, row, column, 0, scratch), scores);
            }
        }
        for (int c = 0; c < scores.Length; c++)
            scores[c] = _constants[c] - (_factor * scores[c]);
    }

    [SkipLocalsInit]
    private void AddCounts(ReadOnlySpan<ulong> inputs, Span<int> sums)
    {
        Span<int> counts = stackalloc int[PatchRuns.Most * ChannelRows.Lanes];
        int n = inputs.Length / (_rows.Planes * _rows.Words);
        for (int first = 0; first < sums.Length; first += ChannelRows.Lanes)
        {
            _rows.Count(inputs, 0, first, counts);
            Span<int> to = sums[first..Math.Min(first + ChannelRows.Lanes, sums.Length)];
            for (int i = 0; i < n; i++)
            {
                for (int c = 0; c < to.Length; c++)
                    to[c] += counts[(i * ChannelRows.Lanes) + c];
            }
        }
    }
}
