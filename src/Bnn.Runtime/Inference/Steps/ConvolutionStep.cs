using System.Runtime.CompilerServices;
using Bnn.Kernels;

namespace Bnn.Inference.Steps;

/// <summary>A convolution: at each position a patch is gathered once, and meets the rows of all channels.</summary>
internal sealed class ConvolutionStep : Step
{
    private readonly PatchRuns _runs;
    private readonly ChannelRows _rows;
    private readonly (int Height, int Width) _positions;
    private readonly int _groups;
    private readonly int _wordsOfGroup;

    /// <param name="patches">Where the patches lie.</param>
    /// <param name="rows">The weights, columns in the order of a patch.</param>
    /// <param name="positions">Rows and columns of the output.</param>
    /// <param name="groups">Divides the channels.</param>
    public ConvolutionStep(PatchShape patches, ChannelRows rows, (int Height, int Width) positions, int groups)
    {
        (_rows, _positions, _groups) = (rows, positions, groups);
        _runs = new(patches, rows.Planes, positions.Width);
        _wordsOfGroup = (rows.ChannelsOfGroup + ChannelRows.Lanes - 1) / ChannelRows.Lanes;
        OutputWords = BitStream.WordsFor(rows.Channels * positions.Height * positions.Width);
    }

    /// <inheritdoc/>
    public override int OutputWords { get; }

    /// <inheritdoc/>
    public override int ScratchWords => _runs.Words + (_runs.Length * _groups * _wordsOfGroup);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Run(ReadOnlySpan<ulong> input, Span<ulong> output, Span<ulong> scratch)
    {
        Span<int> counts = stackalloc int[PatchRuns.Most * ChannelRows.Lanes];
        Span<ulong> run = scratch[.._runs.Words];
        Span<ulong> fired = scratch[_runs.Words..ScratchWords];
        var writer = new BitWriter(output);
        for (int row = 0; row < _positions.Height; row++)
        {
            for (int column = 0; column < _positions.Width; column += _runs.Length)
            {
                int n = Math.Min(_runs.Length, _positions.Width - column);
                for (int group = 0; group < _groups; group++)
                    Fire(_runs.Gather(input, row, column, group, run), group, n, counts, fired);
                Append(ref writer, fired[..(n * _groups * _wordsOfGroup)]);
            }
        }
        writer.Flush();
    }

    // Puts the bits of a group into fired, [n, groups, words of a group].
    private void Fire(ReadOnlySpan<ulong> patches, int group, int n, Span<int> counts, Span<ulong> fired)
    {
        for (int word = 0; word < _wordsOfGroup; word++)
        {
            int first = word * ChannelRows.Lanes;
            _rows.Count(patches, group, first, counts);
            for (int i = 0; i < n; i++)
                fired[(((i * _groups) + group) * _wordsOfGroup) + word] = _rows.Fires(counts[(i * ChannelRows.Lanes)..], group, first);
        }
    }

    private void Append(ref BitWriter writer, ReadOnlySpan<ulong> fired)
    {
        for (int i = 0; i < fired.Length; i += _wordsOfGroup)
        {
            int left = _rows.ChannelsOfGroup;
            for (int word = 0; word < _wordsOfGroup; word++, left -= ChannelRows.Lanes)
                writer.Write(fired[i + word], Math.Min(ChannelRows.Lanes, left));
        }
    }
}
