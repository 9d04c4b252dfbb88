using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Steps;

/// <summary>The layer of scores: counts of the whole input, or with sum-scores of every pixel, added.</summary>
internal sealed class ScoreStep
{
    private readonly ChannelRows _rows;
    private readonly PatchShape? _pixels;
    private readonly (int Height, int Width) _positions;
    private readonly int _factor;
    private readonly int[] _constants;

    /// <param name="layer">The layer.</param>
    /// <param name="rows">Its weights, columns in the order of the input's bits.</param>
    /// <param name="input">Shape of what it takes.</param>
    public ScoreStep(ScoreLayer layer, ChannelRows rows, Shape input)
    {
        bool isSum = layer is SumScoresLayer;
        _rows = rows;
        _positions = isSum ? (input.Height, input.Width) : (1, 1);
        _pixels = isSum ? new(input.Channels, input.Height, input.Width, 1, 1, 1, 1, 0, 0, paddingBit: false) : null;
        // scale · Σ (MaxCount − 2 · count) + bias, with what does not depend on the input taken together.
        _factor = 2 * layer.Scale;
        _constants = [.. Enumerable.Range(0, rows.Channels).Select(c =>
            (layer.Scale * layer.MaxCount(c, rows.Planes == 8) * _positions.Height * _positions.Width) + layer.Biases[c])];
    }

    /// <summary>Words that the step needs for itself.</summary>
    public int ScratchWords => _pixels is { } pixels ? _rows.Planes * pixels.Words : 0;

    /// <summary>Computes the scores.</summary>
    /// <param name="input">Packed bits.</param>
    /// <param name="scores">Receives <c>[classes]</c> scores.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content.</param>
    public void Run(ReadOnlySpan<ulong> input, Span<int> scores, Span<ulong> scratch)
    {
        scores.Clear();
        if (_pixels is { } pixels)
            AddPixels(pixels, input, scores, scratch[..ScratchWords]);
        else
            _rows.AddCounts(input, scores);
        for (int c = 0; c < scores.Length; c++)
            scores[c] = _constants[c] - (_factor * scores[c]);
    }

    private void AddPixels(PatchShape pixels, ReadOnlySpan<ulong> input, Span<int> counts, Span<ulong> pixel)
    {
        for (int row = 0; row < _positions.Height; row++)
        {
            for (int column = 0; column < _positions.Width; column++)
            {
                for (int plane = 0; plane < _rows.Planes; plane++)
                    pixels.Gather(input.Slice(plane * pixels.ImageWords, pixels.ImageWords), row, column, 0, pixel.Slice(plane * pixels.Words, pixels.Words));
                _rows.AddCounts(pixel, counts);
            }
        }
    }
}
