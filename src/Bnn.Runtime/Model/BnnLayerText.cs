namespace Bnn.Model;

/// <summary>Reads one layer, its own line and its rows, and remembers where everything stands.</summary>
internal sealed class BnnLayerText
{
    private const int None = -1;

    private readonly BnnLines _lines;
    private readonly string _name;
    private readonly Dictionary<string, TextPlace> _places = [];
    private BnnRows? _rows;
    private int _word = 3;
    private bool _isSound = true;

    /// <param name="lines">Stand at the layer's line; stand behind its rows afterwards.</param>
    /// <param name="weightsLeft">How many weights the network may still have.</param>
    public BnnLayerText(BnnLines lines, long weightsLeft)
    {
        _lines = lines;
        Place = lines.Current.Place;
        _places[NetworkField.Name] = lines.Current.PlaceOf(2);
        string? name = BnnSyntax.Unquote(lines.Current.Word(2));
        if (name is null)
            Syntax(2, "The layer's name in quotes");
        _name = name ?? "?";
        Layer = Read(lines.Shown(1), _name, weightsLeft);
    }

    /// <summary>The layer, or null if it cannot be told even roughly.</summary>
    public Layer? Layer { get; }

    /// <summary>Where its own line stands.</summary>
    public TextPlace Place { get; }

    /// <summary>Weights that its line states.</summary>
    public long WeightCount { get; private set; }

    /// <summary>Where a problem of this layer stands.</summary>
    public TextPlace PlaceOf(NetworkProblem problem) =>
        _rows?.PlaceOf(problem.Channel) is { } limit ? limit : _places.TryGetValue(problem.Field, out TextPlace place) ? place : Place;

    /// <summary>Numbers such as <c>3x3</c>, exactly <paramref name="count"/> of them in [0, 2^31); null for anything else.</summary>
    public static int[]? Numbers(ReadOnlySpan<char> word, char between, int count)
    {
        var numbers = new int[count];
        for (int i = 0; i < count; i++)
        {
            int end = i == count - 1 ? word.Length : word.IndexOf(between);
            if (end < 0 || !BnnSyntax.TryInteger(word.Slice(0, end), out long value) || value is < 0 or > int.MaxValue)
                return null;
            numbers[i] = (int)value;
            word = i == count - 1 ? default : word.Slice(end + 1);
        }
        return numbers;
    }

    private Layer? Read(string kind, string name, long weightsLeft)
    {
        switch (kind)
        {
            case "dense":
                return Rows(BnnSyntax.Channels, NetworkField.Channels, EndLine, weightsLeft) is var (denseWeights, denseLimits)
                    ? new DenseLayer(name, denseWeights, denseLimits) : null;
            case "convolution":
                Extent kernel = default, stride = default;
                Padding padding = default;
                int bit = 0, groups = 1;
                var rows = Rows(BnnSyntax.Channels, NetworkField.Channels, () =>
                {
                    kernel = Pair(BnnSyntax.Kernel, NetworkField.Window);
                    stride = Pair(BnnSyntax.Stride, NetworkField.Stride);
                    padding = Four(BnnSyntax.Padding, NetworkField.Padding);
                    bit = Number(BnnSyntax.Bit, NetworkField.Line, 1);
                    groups = Number(BnnSyntax.Groups, NetworkField.Groups, ModelCaps.Channels);
                    EndLine();
                }, weightsLeft);
                return rows is var (weights, limits) ? new ConvolutionLayer(name, weights, limits, kernel, stride, padding, bit == 1, groups) : null;
            case "scores" or "sum-scores":
                int scale = 1;
                var classes = Rows(BnnSyntax.Classes, NetworkField.Channels, () =>
                {
                    scale = Number(BnnSyntax.Scale, NetworkField.Scale, int.MaxValue);
                    EndLine();
                }, weightsLeft);
                return classes is not var (classWeights, biases) ? null
                    : kind == "scores" ? new ScoresLayer(name, classWeights, biases, scale) : new SumScoresLayer(name, classWeights, biases, scale);
            case "max-pool":
                var pool = new MaxPoolLayer(name, Pair(BnnSyntax.Window, NetworkField.Window), Pair(BnnSyntax.Stride, NetworkField.Stride),
                    Four(BnnSyntax.Padding, NetworkField.Padding), AndChannels());
                EndLine();
                return _isSound ? pool : null;
            case "flatten":
                EndLine();
                return _isSound ? new FlattenLayer(name) : null;
            default:
                _lines.Report(_lines.Current.PlaceOf(1), ModelErrors.UnknownField, _lines.Shown(1));
                _lines.Advance();
                SkipRows();
                return null;
        }
    }

    // Sizes, what else stands on the line, and then a line for each channel.
    private (WeightMatrix, EquatableArray<int>)? Rows(string sizeWord, string sizeField, Action restOfLine, long weightsLeft)
    {
        int channels = Number(sizeWord, sizeField, ModelCaps.Channels);
        int inputs = Number(BnnSyntax.Inputs, NetworkField.Inputs, ModelCaps.FanIn);
        WeightCount = Math.Max(0L, channels) * Math.Max(0, inputs);
        if (WeightCount > weightsLeft)
        {
            _lines.Report(_places[sizeField], ModelErrors.TooLarge, "Number of weights of the network", "more with this layer", BnnLines.Text(ModelCaps.Weights));
            _isSound = false;
        }
        restOfLine();
        if (channels < 0 || inputs < 0 || WeightCount > weightsLeft)
        {
            SkipRows();
            return null;
        }
        _rows = new(_lines, _name, channels, inputs);
        return _rows.Read() && _isSound ? (_rows.Weights, _rows.Limits) : null;
    }

    private EquatableArray<bool> AndChannels()
    {
        if (_lines.Current.Count <= _word)
            return default;
        if (!Keyword(BnnSyntax.And))
            return default;
        int channels = Number(BnnSyntax.Channels, NetworkField.And, ModelCaps.Channels, hasKeyword: false);
        if (channels < 0)
            return default;
        var words = new ulong[WeightMatrix.WordsFor(channels)];
        if (BnnSyntax.ReadBits(_lines.Current.Word(_word), channels, words) is { } wrong)
            Syntax(_word, $"The base64 of {channels} bits ({wrong})");
        _word++;
        return Enumerable.Range(0, channels).Select(c => (words[c >> 6] >> (c & 63) & 1) != 0).ToEquatableArray();
    }

    private void SkipRows()
    {
        while (_lines.Is(BnnSyntax.Row))
            _lines.Advance();
    }

    private Extent Pair(string word, string field) =>
        Keyword(word) && Numbers(field, 'x', 2, "Rows x columns such as 2x2") is { } n ? new(n[0], n[1]) : default;

    private Padding Four(string word, string field) =>
        Keyword(word) && Numbers(field, ',', 4, "top,left,bottom,right such as 1,1,1,1") is { } n ? new(n[0], n[1], n[2], n[3]) : default;

    private int[]? Numbers(string field, char between, int count, string expected)
    {
        _places[field] = _lines.Current.PlaceOf(_word);
        int[]? numbers = Numbers(_lines.Current.Word(_word), between, count);
        if (numbers is null)
            Syntax(_word, expected);
        _word++;
        return numbers;
    }

    private int Number(string word, string field, int most, bool hasKeyword = true)
    {
        if (hasKeyword && !Keyword(word))
            return None;
        int index = _word++;
        _places[field] = _lines.Current.PlaceOf(index);
        if (!BnnSyntax.TryInteger(_lines.Current.Word(index), out long value))
            Syntax(index, $"A number of {word}");
        else if (value > most)
            Report(index, ModelErrors.TooLarge, $"Number of {word}", BnnLines.Text(value), BnnLines.Text(most));
        else if (value < 0)
            Report(index, ModelErrors.OutOfRange, $"Number of {word}", BnnLines.Text(value), "0", BnnLines.Text(most));
        else
            return (int)value;
        return None;
    }

    private bool Keyword(string word)
    {
        if (_isSound && _lines.Current.Word(_word).SequenceEqual(word.AsSpan()))
        {
            _word++;
            return true;
        }
        if (_isSound)
            Syntax(_word, $"'{word}'");
        return false;
    }

    private void EndLine()
    {
        if (_isSound && _lines.Current.Count > _word)
            Syntax(_word, "End of line");
        _lines.Advance();
    }

    private void Syntax(int index, string expected)
    {
        _lines.ReportSyntax(index, expected);
        _isSound = false;
    }

    private void Report(int index, ModelErrorKind kind, params string[] arguments)
    {
        _lines.Report(_lines.Current.PlaceOf(index), kind, arguments);
        _isSound = false;
    }
}
