namespace Bnn.Model;

/// <summary>Reads one model file from top to bottom. It goes on after an error, so that all are found, but then gives no network.</summary>
internal sealed class BnnParser(string text, CancellationToken cancel) : IDisposable
{
    // Lines of the header and the layers stand in this order; the encoding's lines differ in their word.
    private static readonly string[][] s_order =
    [
        [BnnSyntax.Name], [BnnSyntax.Input], [BnnSyntax.Threshold, BnnSyntax.Levels, BnnSyntax.Planes], [BnnSyntax.Label], [BnnSyntax.Meta],
        [BnnSyntax.Layers], [BnnSyntax.Layer, BnnSyntax.Row], [BnnSyntax.End], [BnnSyntax.Sha256],
    ];

    private readonly BnnLines _lines = new(text.Length > ModelCaps.FileLength ? "" : text, cancel);
    private readonly Dictionary<(int Channel, string Field), TextPlace> _headerPlaces = [];
    private readonly List<BnnLayerText> _layers = [];
    private string _name = "";
    private Shape _input;
    private InputEncoding? _encoding;
    private readonly List<string> _labels = [];
    private readonly List<MetadataEntry> _metadata = [];
    private TextPlace _layersPlace;
    private bool _isWhole = true;

    public void Dispose() => _lines.Dispose();

    public ReadResult Run()
    {
        string hash = "";
        if (text.Length > ModelCaps.FileLength)
            _lines.Report(default, ModelErrors.TooLarge, "Length of the file", BnnLines.Text(text.Length), BnnLines.Text(ModelCaps.FileLength));
        else if (FirstLine())
        {
            Header();
            Layers();
            Network? network = Assemble();
            hash = End();
            if (!_lines.HasErrors && network is not null)
                return new(network, default, hash, _layers.Select(layer => layer.Place).ToEquatableArray());
        }
        return new(null, _lines.Errors(), hash, default);
    }

    private bool FirstLine()
    {
        if (_lines.AtEnd || _lines.Current.Number != 0 || !_lines.Is(BnnSyntax.Magic) || _lines.Current.Count != 2
            || !BnnSyntax.TryInteger(_lines.Current.Word(1), out long version))
        {
            int end = text.IndexOf('\n');
            int length = Math.Min(end < 0 ? text.Length : end, 80);
            _lines.Report(new(0, 0, length), ModelErrors.NotAModel, text.Substring(0, length).TrimEnd('\r'));
            return false;
        }
        if (version != BnnSyntax.Version)
        {
            _lines.Report(_lines.Current.PlaceOf(1), ModelErrors.UnsupportedVersion, BnnLines.Text(version));
            return false;
        }
        _lines.Advance();
        return true;
    }

    private void Header()
    {
        if (Seek(BnnSyntax.Name, isRequired: true))
        {
            _headerPlaces[(-1, NetworkField.Name)] = _lines.Current.PlaceOf(1);
            _name = Quoted(1, "The model's name in quotes");
            EndLine(2);
        }
        if (Seek(BnnSyntax.Input, isRequired: true))
            Input();
        while (Seek(BnnSyntax.Label, isRequired: false))
        {
            _headerPlaces[(_labels.Count, NetworkField.Label)] = _headerPlaces[(-1, NetworkField.Label)] = _lines.Current.PlaceOf(1);
            if (_labels.Count == ModelCaps.Channels)
                _lines.Report(_lines.Current.Place, ModelErrors.TooLarge, "Number of labels", "more", BnnLines.Text(ModelCaps.Channels));
            if (_labels.Count <= ModelCaps.Channels)
                _labels.Add(Quoted(1, "A label in quotes"));
            EndLine(2);
        }
        while (Seek(BnnSyntax.Meta, isRequired: false))
        {
            _headerPlaces[(_metadata.Count, NetworkField.Metadata)] = _headerPlaces[(-1, NetworkField.Metadata)] = _lines.Current.PlaceOf(1);
            if (_metadata.Count <= ModelCaps.MetadataEntries)
                _metadata.Add(new(_lines.Current.Word(1).ToString(), Quoted(2, "A text in quotes")));
            EndLine(3);
        }
    }

    private void Input()
    {
        _headerPlaces[(-1, NetworkField.Shape)] = _lines.Current.PlaceOf(1);
        _headerPlaces[(-1, NetworkField.Encoding)] = _lines.Current.PlaceOf(2);
        int[]? sizes = BnnLayerText.Numbers(_lines.Current.Word(1), 'x', 3);
        if (sizes is null)
            _lines.ReportSyntax(1, "The shape of the input, channels x rows x columns such as 1x28x28,");
        _input = sizes is null ? default : new(sizes[0], sizes[1], sizes[2]);
        _isWhole &= sizes is not null;
        string keyword = _lines.Shown(2);
        switch (keyword)
        {
            case "eight-bit":
                _encoding = new EightBitEncoding();
                break;
            case "raw-bits":
                _encoding = new RawBitsEncoding();
                break;
            case "threshold" or "thermometer" or "bit-planes":
                EndLine(3);
                _encoding = ChannelEncoding(keyword);
                return;
            default:
                _lines.ReportSyntax(2, "One of threshold, thermometer, bit-planes, eight-bit, raw-bits");
                break;
        }
        EndLine(3);
    }

    // One line for each input channel.
    private InputEncoding? ChannelEncoding(string keyword)
    {
        string word = keyword switch { "threshold" => BnnSyntax.Threshold, "thermometer" => BnnSyntax.Levels, _ => BnnSyntax.Planes };
        var rows = new List<EquatableArray<int>>();
        int channels = _isWhole ? Math.Min(_input.Channels, ModelCaps.Channels) : int.MaxValue;
        while (rows.Count < channels && Seek(word, isRequired: _isWhole))
        {
            var row = new int[Math.Min(_lines.Current.Count, 257) - 1];
            _headerPlaces[(rows.Count, NetworkField.Encoding)] = _lines.Current.Place;
            for (int i = 0; i < row.Length; i++)
                row[i] = (int)Number(i + 1, "A number", int.MaxValue);
            if (_lines.Current.Count > 257)
                _lines.ReportSyntax(257, "At most 256 numbers");
            if (keyword == "threshold" && _lines.Current.Count != 2)
                _lines.ReportSyntax(Math.Min(_lines.Current.Count, 2), "One threshold");
            rows.Add(new(row));
            _lines.Advance();
        }
        return keyword switch
        {
            "threshold" => new ThresholdEncoding(rows.Select(row => row.Length > 0 ? row[0] : 1).ToEquatableArray()),
            "thermometer" => new ThermometerEncoding(rows.ToEquatableArray()),
            _ => new BitPlanesEncoding(rows.ToEquatableArray()),
        };
    }

    private void Layers()
    {
        long count = -1;
        if (Seek(BnnSyntax.Layers, isRequired: true))
        {
            _layersPlace = _lines.Current.PlaceOf(1);
            count = Number(1, "The number of layers", ModelCaps.Layers);
            EndLine(2);
        }
        long weights = 0;
        while (SeekLayer(count))
        {
            var layer = new BnnLayerText(_lines, ModelCaps.Weights - weights);
            weights += layer.WeightCount;
            _isWhole &= layer.Layer is not null;
            _layers.Add(layer);
        }
        if (!_lines.AtEnd && count >= 0 && _layers.Count < count)
            _lines.Report(_lines.Current.Place, ModelErrors.Syntax, $"Layer {_layers.Count + 1} of {count}", _lines.Shown(0));
    }

    private bool SeekLayer(long count)
    {
        long most = count < 0 ? ModelCaps.Layers : count;
        bool hasToldSurplus = false;
        while (!_lines.AtEnd && !_lines.GaveUp)
        {
            if (_lines.Is(BnnSyntax.Layer) && _layers.Count < most)
                return true;
            if (_lines.Is(BnnSyntax.End) || _lines.Is(BnnSyntax.Sha256))
                return false;
            bool isSurplus = _lines.Is(BnnSyntax.Layer) || _lines.Is(BnnSyntax.Row);
            if (isSurplus && !hasToldSurplus)
            {
                _lines.Report(_lines.Current.Place, ModelErrors.Syntax, _layers.Count >= most
                    ? $"'end' after {most} layers" : "A layer", _lines.Shown(0));
            }
            else if (!isSurplus)
                ReportStranger("A layer or 'end'");
            hasToldSurplus |= isSurplus;
            _isWhole = false;
            _lines.Advance();
        }
        if (count < 0 || _layers.Count < count)
            Truncated(count < 0 ? "a layer" : $"layer {_layers.Count + 1} of {count}");
        return false;
    }

    private string End()
    {
        if (Seek(BnnSyntax.End, isRequired: true))
            EndLine(1);
        if (!Seek(BnnSyntax.Sha256, isRequired: true))
            return "";
        string hash = _lines.FinishChecksum();
        ReadOnlySpan<char> stated = _lines.Current.Word(1);
        if (stated.Length != 64)
            _lines.ReportSyntax(1, "64 hexadecimal digits");
        else if (!stated.SequenceEqual(hash.AsSpan()))
            _lines.Report(_lines.Current.PlaceOf(1), ModelErrors.ChecksumMismatch, hash, _lines.Shown(1));
        if (_lines.Current.Count > 2)
            _lines.ReportSyntax(2, "End of line");
        _lines.Advance(addToChecksum: false);
        if (!_lines.AtEnd)
            _lines.Report(_lines.Current.Place, ModelErrors.Syntax, "End of file after the checksum", _lines.Shown(0));
        return hash;
    }

    // The network, if all its parts are there, so that their fit can be checked even if some numbers in them are wrong.
    private Network? Assemble()
    {
        if (!_isWhole || _encoding is null || _layers.Count == 0 || _lines.GaveUp)
            return null;
        var network = new Network(_name, _input, _encoding, _layers.Select(layer => layer.Layer!).ToEquatableArray(), _labels.ToEquatableArray(), _metadata.ToEquatableArray());
        foreach (NetworkProblem problem in NetworkVerifier.Check(network, cancel))
        {
            TextPlace place = problem.Layer >= 0 ? _layers[problem.Layer].PlaceOf(problem)
                : _headerPlaces.TryGetValue((problem.Channel, problem.Field), out TextPlace known) ? known : _layersPlace;
            _lines.Report(place, problem.Kind, problem.Arguments.ToArray());
        }
        return network;
    }

    // Goes to a line that starts with the word, over lines that do not belong here, which are reported. False: a line that comes later is next.
    private bool Seek(string word, bool isRequired)
    {
        int rank = Rank(word.AsSpan());
        string expected = $"'{word}'";
        while (!_lines.AtEnd && !_lines.GaveUp)
        {
            if (_lines.Is(word))
                return true;
            int found = Rank(_lines.Current.Word(0));
            if (found > rank)
            {
                if (isRequired)
                    _lines.ReportSyntax(0, expected);
                _isWhole &= !isRequired;
                return false;
            }
            ReportStranger(expected);
            _lines.Advance();
        }
        if (isRequired)
            Truncated(expected);
        return false;
    }

    private void ReportStranger(string expected)
    {
        if (Rank(_lines.Current.Word(0)) < 0)
            _lines.Report(_lines.Current.PlaceOf(0), ModelErrors.UnknownField, _lines.Shown(0));
        else
            _lines.ReportSyntax(0, expected);
    }

    private void Truncated(string expected)
    {
        if (_isWhole)
            _lines.ReportTruncated(expected);
        _isWhole = false;
    }

    private static int Rank(ReadOnlySpan<char> word)
    {
        for (int rank = 0; rank < s_order.Length; rank++)
        {
            foreach (string candidate in s_order[rank])
            {
                if (word.SequenceEqual(candidate.AsSpan()))
                    return rank;
            }
        }
        return -1;
    }

    private string Quoted(int index, string expected)
    {
        string? value = BnnSyntax.Unquote(_lines.Current.Word(index));
        if (value is null)
            _lines.ReportSyntax(index, expected);
        return value ?? "?";
    }

    private long Number(int index, string what, long most)
    {
        if (!BnnSyntax.TryInteger(_lines.Current.Word(index), out long value))
            _lines.ReportSyntax(index, what);
        else if (value > most)
            _lines.Report(_lines.Current.PlaceOf(index), ModelErrors.TooLarge, what, BnnLines.Text(value), BnnLines.Text(most));
        else if (value >= 0)
            return value;
        else
            _lines.Report(_lines.Current.PlaceOf(index), ModelErrors.OutOfRange, what, BnnLines.Text(value), "0", BnnLines.Text(most));
        _isWhole = false;
        return -1;
    }

    private void EndLine(int words)
    {
        if (_lines.Current.Count > words)
            _lines.ReportSyntax(words, "End of line");
        _lines.Advance();
    }
}
