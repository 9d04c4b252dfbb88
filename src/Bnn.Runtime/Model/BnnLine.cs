namespace Bnn.Model;

/// <summary>A place in a text: line and column from 0, and a number of characters.</summary>
readonly partial record struct TextPlace(int Line, int Column, int Length);

/// <summary>One line of a model file, cut into its words at single spaces; a word that begins with a quote goes to its closing quote.</summary>
/// <remarks>Means nothing any more once the next line is cut: all lines of a file share one list of words.</remarks>
internal readonly struct BnnLine
{
    /// <summary>So many words are told apart; no line of the format has as many.</summary>
    public const int MostWords = 300;

    private readonly string _text;
    private readonly int _start;
    private readonly int _length;
    private readonly List<(int Start, int Length)> _words;

    /// <param name="text">The whole file.</param>
    /// <param name="number">Number of the line, from 0.</param>
    /// <param name="start">Where the line begins in the file.</param>
    /// <param name="length">Characters without the line end.</param>
    /// <param name="words">Receives the words.</param>
    public BnnLine(string text, int number, int start, int length, List<(int Start, int Length)> words)
    {
        _text = text;
        Number = number;
        _start = start;
        _length = length;
        _words = words;
        Cut(text.AsSpan(start, length), words);
    }

    public int Number { get; }

    public int Count => _words.Count;

    public TextPlace Place => new(Number, 0, _length);

    public ReadOnlySpan<char> Text => _text.AsSpan(_start, _length);

    /// <summary>Word <paramref name="index"/>, or nothing if the line has fewer.</summary>
    public ReadOnlySpan<char> Word(int index) => index < Count ? _text.AsSpan(_start + _words[index].Start, _words[index].Length) : default;

    /// <summary>Where word <paramref name="index"/> stands, or the end of the line if it has fewer.</summary>
    public TextPlace PlaceOf(int index) => index < Count
        ? new(Number, _words[index].Start, _words[index].Length)
        : new(Number, _length, 0);

    private static void Cut(ReadOnlySpan<char> line, List<(int Start, int Length)> words)
    {
        words.Clear();
        int at = 0;
        while (at <= line.Length && words.Count < MostWords)
        {
            int end = at;
            if (at < line.Length && line[at] == '"')
            {
                for (end++; end < line.Length && line[end] != '"'; end++)
                    end += line[end] == '\\' ? 1 : 0;
                end = Math.Min(end + 1, line.Length);
            }
            int space = line.Slice(end).IndexOf(' ');
            end = space < 0 ? line.Length : end + space;
            words.Add((at, end - at));
            at = end + 1;
        }
    }
}
