using Bnn.Kernels;

namespace Bnn.Inference.Steps;

/// <summary>Gathers the patches of neighbouring positions of a layer, so that they meet each row of weights together.</summary>
internal sealed class PatchRuns
{
    /// <summary>Patches of a run at most.</summary>
    public const int Most = 16;

    private const int WordsOfRun = 1024;

    private readonly PatchShape _patches;
    private readonly int _planes;
    private readonly int _width;

    /// <param name="patches">Where the patches lie.</param>
    /// <param name="planes">1 or 8: images behind one another, and patches.</param>
    /// <param name="width">Columns of positions.</param>
    public PatchRuns(PatchShape patches, int planes, int width)
    {
        (_patches, _planes, _width) = (patches, planes, width);
        Length = Math.Clamp(WordsOfRun / (planes * patches.Words), 1, Math.Min(Most, width));
    }

    /// <summary>Positions of a run; the last one of a row of positions may be shorter.</summary>
    public int Length { get; }

    /// <summary>Words that a run needs.</summary>
    public int Words => Length * _planes * _patches.Words;

    /// <summary>Gathers a run.</summary>
    /// <param name="image"><c>[planes]</c> images, each with its readable word.</param>
    /// <param name="row">Row of the positions.</param>
    /// <param name="column">First column.</param>
    /// <param name="group">Group of channels.</param>
    /// <param name="run"><see cref="Words"/> words of any content.</param>
    /// <returns><c>[positions, planes, words]</c></returns>
    public ReadOnlySpan<ulong> Gather(ReadOnlySpan<ulong> image, int row, int column, int group, Span<ulong> run)
    {
        int words = _patches.Words, imageWords = _patches.ImageWords;
        int count = Math.Min(Length, _width - column);
        Span<ulong> left = run[..(count * _planes * words)];
        for (int i = 0; i < count; i++)
        {
            for (int plane = 0; plane < _planes; plane++)
            {
                _patches.Gather(image.Slice(plane * imageWords, imageWords), row, column + i, group, left);
                left = left[words..];
            }
        }
        return run[..(count * _planes * words)];
    }
}
