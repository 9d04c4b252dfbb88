namespace Bnn.Model;

/// <summary>Reads the rows of a layer: for each channel a line of a limit or bias, signs and, if any weight is pruned, a mask.</summary>
/// <param name="lines">Stand at the first row; stand behind the last one afterwards.</param>
/// <param name="layer">Name of the layer, for messages.</param>
/// <param name="channels">Number of rows.</param>
/// <param name="inputs">Weights of a row.</param>
internal sealed class BnnRows(BnnLines lines, string layer, int channels, int inputs)
{
    private readonly ulong[] _row = new ulong[WeightMatrix.WordsFor(inputs)];
    private ulong[] _signs = [];
    private ulong[]? _live;
    private int[] _limits = [];
    private (int Line, int Length)[] _limitPlaces = [];
    private int _read;

    /// <summary>The weights, once <see cref="Read"/> was true. Rows that are wrong were reported, and are all −1.</summary>
    public WeightMatrix Weights { get; private set; } = WeightMatrix.Create(0, 0, default(ReadOnlySpan<ulong>));

    /// <summary>Limits or biases, <c>[channels]</c>; 0 for one that is wrong.</summary>
    public EquatableArray<int> Limits => new(_limits);

    /// <summary>Where the limit of a row stands, or null if it was not read.</summary>
    public TextPlace? PlaceOf(int channel) =>
        channel >= 0 && channel < _read ? new(_limitPlaces[channel].Line, LimitColumn, _limitPlaces[channel].Length) : null;

    // Words are separated by exactly one space.
    private static int LimitColumn => BnnSyntax.Row.Length + 1;

    /// <summary>Reads all rows; false, and reported, if one is missing.</summary>
    public bool Read()
    {
        // What is left of the text tells how many rows there can be, so that memory follows from the text and not from what it states.
        Reserve((int)Math.Min(channels, lines.Left / (LimitColumn + 2 + BnnSyntax.Base64Length(inputs))));
        for (; _read < channels; _read++)
        {
            if (lines.AtEnd || !lines.Is(BnnSyntax.Row))
            {
                string expected = FormattableString.Invariant($"'row' {_read + 1} of {channels} of layer '{layer}'");
                if (lines.AtEnd)
                    lines.ReportTruncated(expected);
                else
                    lines.ReportSyntax(0, expected);
                return false;
            }
            if (lines.GaveUp)
                return false;
            if (_read == _limits.Length)
                Reserve(Math.Min(channels, Math.Max(16, 2 * _read)));
            Row();
            lines.Advance();
        }
        Weights = WeightMatrix.Own(channels, inputs, _signs, _live);
        return true;
    }

    private void Row()
    {
        BnnLine line = lines.Current;
        TextPlace place = line.PlaceOf(1);
        _limitPlaces[_read] = (place.Line, place.Length);
        if (!BnnSyntax.TryInteger(line.Word(1), out long limit))
            lines.ReportSyntax(1, "A limit or bias");
        else if (limit is < int.MinValue or > int.MaxValue)
            lines.Report(place, ModelErrors.OutOfRange, "Limit or bias", BnnLines.Text(limit), BnnLines.Text(int.MinValue), BnnLines.Text(int.MaxValue));
        else
            _limits[_read] = (int)limit;
        Bits(2, "Signs", _signs);
        if (line.Count > 3 || _live is not null)
            Mask(line.Count > 3);
        if (line.Count > 4)
            lines.ReportSyntax(4, "End of line");
    }

    // Masks are kept from the first row on that has one; before it everything lives.
    private void Mask(bool isStated)
    {
        if (_live is null)
        {
            _live = new ulong[_signs.Length];
            for (int row = 0; row < _read; row++)
                SetAllLive(row);
        }
        if (isStated)
            Bits(3, "Mask", _live);
        else
            SetAllLive(_read);
        bool isClean = true;
        for (int word = _read * _row.Length; word < (_read + 1) * _row.Length; word++)
            isClean &= (_signs[word] & ~_live[word]) == 0;
        if (!isClean)
            lines.Report(lines.Current.PlaceOf(2), ModelErrors.BadWeights, "Signs", BnnLines.Text(_read), layer, "a masked weight has sign +1; it must be 0");
    }

    private void SetAllLive(int row)
    {
        for (int word = 0; word < _row.Length; word++)
            _live![(row * _row.Length) + word] = WeightMatrix.TailMask(inputs, word);
    }

    private void Bits(int index, string what, ulong[] to)
    {
        string? wrong = BnnSyntax.ReadBits(lines.Current.Word(index), inputs, _row);
        if (wrong is null)
            Array.Copy(_row, 0, to, _read * _row.Length, _row.Length);
        else
            lines.Report(lines.Current.PlaceOf(index), ModelErrors.BadWeights, what, BnnLines.Text(_read), layer, wrong);
    }

    private void Reserve(int rows)
    {
        Array.Resize(ref _limits, rows);
        Array.Resize(ref _limitPlaces, rows);
        Array.Resize(ref _signs, rows * _row.Length);
        if (_live is not null)
            Array.Resize(ref _live, rows * _row.Length);
    }
}
