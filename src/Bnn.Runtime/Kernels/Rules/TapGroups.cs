namespace Bnn.Kernels;

/// <summary>A tap of a window, and where its bytes are told to the kernel.</summary>
/// <param name="Slot">Index of its offset.</param>
/// <param name="Channel">Channel of the image.</param>
/// <param name="Row">Row of the kernel; of windows that are rows, 0.</param>
/// <param name="Column">Column of the kernel; of windows that are columns, 0.</param>
internal readonly record struct WindowTap(int Slot, int Channel, int Row, int Column);

/// <summary>How the taps of a kernel on bytes are put together for <c>TapSums</c>: in windows, whose sums neighbouring positions share, and in groups of taps whose sum is looked up at once.</summary>
/// <remarks>
/// <para>
/// A window is a row of the kernel, or a column where positions follow one another along rows: the sums under row 2 at one position are those under row 1 at the next one. So a position makes the sums of
/// one new window (with a stride of s, of s) and looks up all. Where that does not pay the whole kernel is the only window.
/// </para>
/// <para>A group of n taps has 2^n sums to make, and saves n − 1 additions to each channel. Sizes and windows are those that cost least by a count of both. The planner links this file, so that it goes by the same rule.</para>
/// </remarks>
internal sealed class TapGroups
{
    /// <summary>Most taps times channels: 128 · 255 is below 2^15. With masks sums are doubled, and half as many may live.</summary>
    public const int MostInputs = 128;

    /// <summary>Most taps of a group; offsets are given for so many.</summary>
    public const int MostGroup = 5;

    /// <summary>Positions of a row of a batch for which a block of samples keeps its sums.</summary>
    public const int Together = 16;

    // Sums are made eight at a time; all of them have 16-bit offsets in the widest table.
    private const int LeastGroup = 3, MostEntries = 512;

    // Look-ups that take as long as making a sum.
    private const double EntryCost = 1.5;

    private readonly int _height, _width;
    private readonly bool _isWhole;
    private readonly int[] _sizes, _starts;

    private TapGroups(int channels, int height, int width, bool isWhole, bool isAcross, int groups)
    {
        (_height, _width, _isWhole, IsAcross) = (height, width, isWhole, isAcross);
        Inputs = channels * height * width;
        Windows = isWhole ? 1 : isAcross ? width : height;
        int taps = Inputs / Windows;
        _sizes = [.. Enumerable.Range(0, groups).Select(g => (taps / groups) + (g < taps % groups ? 1 : 0))];
        _starts = new int[groups];
        var windowTaps = new List<WindowTap>();
        for (int g = 0, tap = 0; g < groups; g++)
        {
            _starts[g] = Entries;
            Entries += 1 << Math.Max(LeastGroup, _sizes[g]);
            for (int i = 0; i < _sizes[g]; i++, tap++)
            {
                int input = Input(0, tap);
                windowTaps.Add(new((g * MostGroup) + i, input / (height * width), input / width % height, input % width));
            }
        }
        Taps = [.. windowTaps];
    }

    /// <summary>K: channels times taps of the kernel.</summary>
    public int Inputs { get; }

    /// <summary>Whether windows are columns of the kernel, else rows.</summary>
    public bool IsAcross { get; }

    /// <summary>Windows of the kernel.</summary>
    public int Windows { get; }

    /// <summary>Sums that are made for a window.</summary>
    public int Entries { get; }

    /// <summary>Taps of a window.</summary>
    public WindowTap[] Taps { get; }

    /// <summary>Taps of each group.</summary>
    public IReadOnlyList<int> Sizes => _sizes;

    /// <summary>Offsets that the kernel takes for a window.</summary>
    public int OffsetCount => _sizes.Length * MostGroup;

    /// <summary>Whether all sums fit their numbers.</summary>
    /// <param name="inputs">K.</param>
    /// <param name="mostLive">The most live weights of a channel.</param>
    /// <param name="hasMasks">Whether any weight is pruned.</param>
    public static bool Fits(int inputs, int mostLive, bool hasMasks) => inputs <= MostInputs && (!hasMasks || mostLive <= MostInputs / 2);

    /// <summary>The groups that cost least.</summary>
    /// <param name="channels">Channels of the image; times the taps at most <see cref="MostInputs"/>.</param>
    /// <param name="height">Rows of the kernel.</param>
    /// <param name="width">Columns of the kernel.</param>
    /// <param name="stride">From one position to the next: steps down, or right if <paramref name="isAcross"/>.</param>
    /// <param name="isAcross">Whether positions follow one another along rows; else down columns.</param>
    /// <param name="rows">Channels of the output.</param>
    public static TapGroups Of(int channels, int height, int width, int stride, bool isAcross, int rows)
    {
        if (channels * height * width > MostInputs)
            throw new ArgumentException($"{channels * height * width} inputs are too many.", nameof(channels));
        TapGroups? best = null;
        double least = 0;
        foreach (bool isWhole in new[] { false, true })
        {
            int taps = isWhole ? channels * height * width : channels * (isAcross ? height : width);
            for (int groups = (taps + MostGroup - 1) / MostGroup; groups <= (taps + LeastGroup - 1) / LeastGroup; groups++)
            {
                var candidate = new TapGroups(channels, height, width, isWhole, isAcross, groups);
                double cost = (Math.Min(stride, candidate.Windows) * candidate.Entries * EntryCost) + (candidate.Windows * groups * (double)rows);
                if (candidate.Windows * candidate.Entries <= MostEntries && (best is null || cost < least))
                    (best, least) = (candidate, cost);
            }
        }
        return best!;
    }

    /// <summary>The sums that a channel looks up.</summary>
    /// <param name="signs">Packed, <c>[⌈K/64⌉]</c>, column = (channel · kernel rows + row) · kernel columns + column; 1 = +1, bits of pruned weights 0.</param>
    /// <param name="live">The same shape, 1 = live; empty: all live.</param>
    /// <param name="added">Receives those of weights +1: window · <see cref="Entries"/> + number of the sum. Without masks one of each group.</param>
    /// <param name="removed">With masks, those of weights −1.</param>
    public void Look(ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> live, ICollection<int> added, ICollection<int> removed)
    {
        for (int window = 0; window < Windows; window++)
        {
            for (int g = 0, tap = 0; g < _sizes.Length; g++)
            {
                int plus = 0, minus = 0;
                for (int i = 0; i < _sizes[g]; i++, tap++)
                {
                    int input = Input(window, tap), bit = 1 << i;
                    if ((signs[input >> 6] >> (input & 63) & 1) != 0)
                        plus |= bit;
                    else if (!live.IsEmpty && (live[input >> 6] >> (input & 63) & 1) != 0)
                        minus |= bit;
                }
                int start = (window * Entries) + _starts[g];
                if (plus != 0 || live.IsEmpty)
                    added.Add(start + plus);
                if (minus != 0)
                    removed.Add(start + minus);
            }
        }
    }

    // The column of a weight.
    private int Input(int window, int tap) => _isWhole ? tap
        : IsAcross ? (tap * _width) + window
        : (((tap / _width * _height) + window) * _width) + (tap % _width);
}
