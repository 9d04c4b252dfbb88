namespace Bnn.Model;

/// <summary>Walks over the lines of a model file that count, collects errors, and adds to the checksum what it passes.</summary>
internal sealed class BnnLines : IDisposable
{
    private readonly string _text;
    private readonly CancellationToken _cancel;
    private readonly BnnChecksum _checksum = new();
    private readonly List<ModelError> _errors = [];
    private readonly List<(int Start, int Length)> _words = new(BnnLine.MostWords);
    private int _next;
    private int _number = -1;

    public BnnLines(string text, CancellationToken cancel)
    {
        _text = text;
        _cancel = cancel;
        Advance(addToChecksum: false);
    }

    /// <summary>The line to look at; means nothing at the end of the file.</summary>
    public BnnLine Current { get; private set; }

    public bool AtEnd { get; private set; }

    /// <summary>Set once so many errors were found that reading on would help nobody.</summary>
    public bool GaveUp => _errors.Count >= ModelCaps.ReportedErrors;

    /// <summary>Characters from the current line on, at least.</summary>
    public int Left => AtEnd ? 0 : _text.Length - _next + Current.Text.Length + 1;

    public bool HasErrors => _errors.Count > 0;

    /// <summary>Whether the current line's first word is <paramref name="word"/>.</summary>
    public bool Is(string word) => !AtEnd && Current.Word(0).SequenceEqual(word.AsSpan());

    /// <summary>Goes to the next line that is neither blank nor a comment.</summary>
    public void Advance(bool addToChecksum = true)
    {
        if (addToChecksum && !AtEnd)
            _checksum.Add(Current.Text);
        while (_next < _text.Length && !GaveUp)
        {
            _cancel.ThrowIfCancellationRequested();
            int start = _next;
            int end = _text.IndexOf('\n', start);
            _next = end < 0 ? _text.Length : end + 1;
            end = end < 0 ? _text.Length : end;
            end -= end > start && _text[end - 1] == '\r' ? 1 : 0;
            _number++;
            if (end - start > ModelCaps.LineLength)
            {
                Report(new(_number, 0, ModelCaps.LineLength), ModelErrors.TooLarge, "Length of the line", Text(end - start), Text(ModelCaps.LineLength));
                continue;
            }
            if (end == start || _text[start] == '#')
                continue;
            Current = new(_text, _number, start, end - start, _words);
            return;
        }
        AtEnd = true;
    }

    /// <summary>The checksum of all lines passed so far. Call once.</summary>
    public string FinishChecksum() => _checksum.Finish();

    public void Report(TextPlace place, ModelErrorKind kind, params string[] arguments)
    {
        if (!GaveUp)
            _errors.Add(new(kind, place.Line, place.Column, place.Length, arguments.Select(Shown).ToEquatableArray()));
    }

    /// <summary>Reports at word <paramref name="index"/> of the current line that something else is expected there.</summary>
    public void ReportSyntax(int index, string expected) =>
        Report(Current.PlaceOf(index), ModelErrors.Syntax, expected, index < Current.Count ? Shown(index) : "end of line");

    public void ReportTruncated(string expected) => Report(new(Math.Max(_number, 0), 0, 0), ModelErrors.Truncated, expected);

    /// <summary>All errors in the order of their places; if these are too many, one behind the last says so.</summary>
    public EquatableArray<ModelError> Errors()
    {
        List<ModelError> sorted = [.. _errors.OrderBy(error => error.Line).ThenBy(error => error.Column)];
        if (GaveUp && sorted[sorted.Count - 1] is var last)
            sorted.Add(new(ModelErrors.TooManyErrors, last.Line, last.Column, 0, new([Text(ModelCaps.ReportedErrors)])));
        return sorted.ToEquatableArray();
    }

    public void Dispose() => _checksum.Dispose();

    internal static string Text(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Word <paramref name="index"/> of the current line, of a long one the beginning, as messages repeat it.</summary>
    public string Shown(int index) => Shown(Current.Word(index));

    private static string Shown(string text) => Shown(text.AsSpan());

    // Short, and without characters that could play tricks on a terminal or an editor.
    private static string Shown(ReadOnlySpan<char> text)
    {
        const int most = 200;
        var shown = new System.Text.StringBuilder(Math.Min(text.Length, most + 3));
        foreach (char c in text.Slice(0, Math.Min(text.Length, most)))
            shown.Append(c is >= ' ' and <= '~' ? c : '?');
        return shown.Append(text.Length <= most ? "" : "...").ToString();
    }
}
