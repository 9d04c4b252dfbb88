namespace Bnn.Model;

/// <summary>Something that makes a network inconsistent.</summary>
/// <param name="Layer">Index of the layer, or −1 for what comes before the layers.</param>
/// <param name="Channel">Row of the layer, or −1 for the layer as a whole.</param>
/// <param name="Field">Which part of that line is wrong; see <see cref="NetworkField"/>.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Arguments">What fills the holes of the kind's message.</param>
sealed partial record NetworkProblem(int Layer, int Channel, string Field, ModelErrorKind Kind, EquatableArray<string> Arguments)
{
    /// <summary>The message, in English, with the place.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Kind.Id}, layer {Layer}, channel {Channel}, {Field}: {new ModelError(Kind, 0, 0, 0, Arguments).Message}");
}

/// <summary>Names of the parts of a line that a <see cref="NetworkProblem"/> can point at.</summary>
static partial class NetworkField
{
    /// <summary>The whole line.</summary>
    public const string Line = "line";

    /// <summary>A name or key.</summary>
    public const string Name = "name";

    /// <summary>The shape of the input.</summary>
    public const string Shape = "shape";

    /// <summary>Thresholds, levels or kept bits of an input channel; the channel is that of the problem.</summary>
    public const string Encoding = "encoding";

    /// <summary>A class label; the channel of the problem is the class.</summary>
    public const string Label = "label";

    /// <summary>A metadata entry; the channel of the problem is its index.</summary>
    public const string Metadata = "metadata";

    /// <summary>Number of inputs of a layer.</summary>
    public const string Inputs = "inputs";

    /// <summary>Number of channels or classes.</summary>
    public const string Channels = "channels";

    /// <summary>The limit or bias of a row.</summary>
    public const string Limit = "limit";

    /// <summary>Scale of the scores.</summary>
    public const string Scale = "scale";

    /// <summary>Kernel or window.</summary>
    public const string Window = "window";

    /// <summary>Stride.</summary>
    public const string Stride = "stride";

    /// <summary>Amounts of padding.</summary>
    public const string Padding = "padding";

    /// <summary>Groups of a convolution.</summary>
    public const string Groups = "groups";

    /// <summary>Channels pooled by AND.</summary>
    public const string And = "and";
}

/// <summary>Checks that the parts of a network fit together: the law that reader, writer, passes and engines rely on.</summary>
static partial class NetworkVerifier
{
    /// <summary>The problems of <paramref name="network"/>, in the order of the file; empty if it is sound.</summary>
    /// <param name="network">Any network.</param>
    /// <param name="cancel">Asked at every layer.</param>
    /// <returns>All problems, but once there are more than <see cref="ModelCaps.ReportedErrors"/>, none of further rows and layers.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for it.</exception>
    public static IReadOnlyList<NetworkProblem> Check(Network network, CancellationToken cancel = default)
    {
        var check = new Checker();
        check.Run(network, cancel);
        return check.Problems;
    }

    /// <summary>Returns <paramref name="network"/> if it is sound.</summary>
    /// <exception cref="ArgumentException">It is not; the message lists every problem.</exception>
    public static Network Require(Network network)
    {
        IReadOnlyList<NetworkProblem> problems = Check(network);
        return problems.Count == 0 ? network : throw new ArgumentException("Not a sound network. " + string.Join("; ", problems), nameof(network));
    }

    private sealed class Checker
    {
        private int _layer = -1;
        private long _weights;

        public List<NetworkProblem> Problems { get; } = [];

        private bool HasEnough => Problems.Count > ModelCaps.ReportedErrors;

        public void Run(Network network, CancellationToken cancel)
        {
            Header(network);
            if (Problems.Count > 0 && !IsUsable(network))
                return;
            Shape shape = network.Encoding.Encoded(network.Input);
            string before = "input";
            if (shape.LongCount is 0 or > ModelCaps.LayerValues)
            {
                Range("Number of encoded input bits", shape.LongCount, 1, ModelCaps.LayerValues, NetworkField.Shape);
                return;
            }
            var names = new HashSet<string>(StringComparer.Ordinal);
            for (_layer = 0; _layer < network.Layers.Length && !HasEnough; _layer++)
            {
                cancel.ThrowIfCancellationRequested();
                Layer layer = network.Layers[_layer];
                Name("Name of a layer", layer.Name);
                if (!names.Add(layer.Name))
                    Add(NetworkField.Name, ModelErrors.BadStructure, $"A layer '{layer.Name}' stands earlier in the file; names must differ");
                bool isLast = _layer == network.Layers.Length - 1;
                if (layer is ScoreLayer != isLast)
                {
                    Add(NetworkField.Line, ModelErrors.BadStructure, isLast
                        ? $"The last layer must give scores, but '{layer.Name}' is of kind {layer.Keyword}"
                        : $"'{layer.Name}' gives scores, but is not the last layer");
                }
                if (!Layer(layer, shape, before, network.IsEightBit(_layer)))
                    return;
                shape = layer.Output(shape);
                before = layer.Name;
            }
            _layer = -1;
            if (network.Labels.Length != 0 && network.Layers[network.Layers.Length - 1] is ScoreLayer && network.Labels.Length != network.ClassCount)
                Add(NetworkField.Label, ModelErrors.BadStructure, $"There are {network.Labels.Length} labels for {network.ClassCount} classes");
        }

        private static bool IsUsable(Network network) =>
            network.Layers.Length is > 0 and <= ModelCaps.Layers && IsShape(network.Input) && EncodedChannels(network.Encoding) is var channels
            && (channels < 0 || channels == network.Input.Channels);

        private static bool IsShape(Shape shape) =>
            shape.Channels > 0 && shape.Height > 0 && shape.Width > 0 && shape.Channels <= ModelCaps.Channels
            && (long)shape.Height * shape.Width <= ModelCaps.LayerValues && shape.LongCount <= ModelCaps.LayerValues;

        // Number of channels that an encoding speaks of, or −1 if it serves any number.
        private static int EncodedChannels(InputEncoding encoding) => encoding switch
        {
            ThresholdEncoding threshold => threshold.Thresholds.Length,
            ThermometerEncoding thermometer => thermometer.Levels.Length,
            BitPlanesEncoding planes => planes.Kept.Length,
            _ => -1,
        };

        private void Header(Network network)
        {
            Name("Name of the model", network.Name);
            if (!IsShape(network.Input))
                Add(NetworkField.Shape, ModelErrors.OutOfRange, "Number of input values", network.Input.ToString(), "1", Text(ModelCaps.LayerValues));
            int channels = EncodedChannels(network.Encoding);
            if (channels >= 0 && channels != network.Input.Channels)
                Add(NetworkField.Encoding, ModelErrors.BadStructure, $"The encoding speaks of {channels} channels, but the input has {network.Input.Channels}");
            switch (network.Encoding)
            {
                case ThresholdEncoding threshold:
                    for (int c = 0; c < threshold.Thresholds.Length; c++)
                        Range("Threshold", threshold.Thresholds[c], 1, 255, NetworkField.Encoding, c);
                    break;
                case ThermometerEncoding thermometer:
                    Rising(thermometer.Levels, "Level", 1, 255);
                    break;
                case BitPlanesEncoding planes:
                    Rising(planes.Kept, "Bit number", 0, 7);
                    break;
                case EightBitEncoding or RawBitsEncoding:
                    break;
                default:
                    Add(NetworkField.Encoding, ModelErrors.BadStructure, $"The encoding is of the unknown kind '{network.Encoding.Keyword}'");
                    break;
            }
            for (int i = 0; i < network.Labels.Length; i++)
                TextOf("Label", network.Labels[i], NetworkField.Label, i);
            Cap("Number of metadata entries", network.Metadata.Length, ModelCaps.MetadataEntries, NetworkField.Metadata);
            var keys = new HashSet<string>(StringComparer.Ordinal);
            for (int i = 0; i < network.Metadata.Length; i++)
            {
                (string key, string value) = network.Metadata[i];
                if (!IsKey(key))
                    Add(NetworkField.Metadata, ModelErrors.Syntax, i, "A metadata key of lower-case letters, digits and hyphens", key);
                else if (!keys.Add(key))
                    Add(NetworkField.Metadata, ModelErrors.BadStructure, i, $"Metadata '{key}' stands earlier in the file; keys must differ");
                TextOf("Metadata value", value, NetworkField.Metadata, i);
            }
            if (network.Layers.Length == 0)
                Add(NetworkField.Line, ModelErrors.BadStructure, "A network needs at least a layer of scores");
            Cap("Number of layers", network.Layers.Length, ModelCaps.Layers, NetworkField.Line);
        }

        private static bool IsKey(string key) =>
            key.Length is > 0 and <= ModelCaps.NameLength && key.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

        private void Rising(EquatableArray<EquatableArray<int>> rows, string what, int least, int most)
        {
            for (int c = 0; c < rows.Length; c++)
            {
                for (int i = 0; i < rows[c].Length; i++)
                {
                    Range(what, rows[c][i], least, most, NetworkField.Encoding, c);
                    if (i > 0 && rows[c][i] <= rows[c][i - 1])
                        Add(NetworkField.Encoding, ModelErrors.BadStructure, c, $"{what} {rows[c][i]} of channel {c} does not rise above {rows[c][i - 1]} before it");
                }
            }
        }

        // False: later shapes would mean nothing.
        private bool Layer(Layer layer, Shape input, string before, bool isEightBit)
        {
            if (isEightBit && layer is not WeightedLayer)
            {
                Add(NetworkField.Line, ModelErrors.BadStructure, $"An eight-bit input needs a layer with weights first, but '{layer.Name}' is of kind {layer.Keyword}");
                return false;
            }
            int known = Problems.Count;
            string name = layer.Name.Length <= ModelCaps.NameLength ? layer.Name : layer.Name.Substring(0, ModelCaps.NameLength);
            switch (layer)
            {
                case DenseLayer dense:
                    FanIn(dense, input.Count, "inputs", input, before);
                    Limits(dense, dense.Limits, isEightBit);
                    break;
                case ConvolutionLayer convolution:
                    Convolution(convolution, input, before);
                    Limits(convolution, convolution.Limits, isEightBit);
                    break;
                case MaxPoolLayer pool:
                    Window(pool.Window, pool.Stride, pool.Padding, input, mayBePadding: false);
                    if (pool.AndChannels.Length != 0 && pool.AndChannels.Length != input.Channels)
                        Add(NetworkField.And, ModelErrors.ShapeMismatch, layer.Name, $"{pool.AndChannels.Length} channels", before, $"{input.Channels}");
                    break;
                case ScoresLayer scores:
                    FanIn(scores, input.Count, "inputs", input, before);
                    Biases(scores, 1, isEightBit);
                    break;
                case SumScoresLayer scores:
                    FanIn(scores, input.Channels, "channels", input, before);
                    Biases(scores, scores.Positions(input), isEightBit);
                    break;
                case FlattenLayer:
                    break;
                default:
                    Add(NetworkField.Line, ModelErrors.BadStructure, $"Layer '{layer.Name}' is of the unknown kind '{layer.Keyword}'");
                    break;
            }
            if (layer is WeightedLayer weighted)
            {
                Cap($"Number of channels of layer '{name}'", weighted.Weights.Rows, ModelCaps.Channels, NetworkField.Channels);
                Cap($"Fan-in of layer '{name}'", weighted.Weights.Columns, ModelCaps.FanIn, NetworkField.Inputs);
                _weights += (long)weighted.Weights.Rows * weighted.Weights.Columns;
                Cap("Number of weights of the network so far", _weights, ModelCaps.Weights, NetworkField.Channels);
                if (weighted.Weights.Rows == 0)
                    Add(NetworkField.Channels, ModelErrors.OutOfRange, $"Number of channels of layer '{name}'", "0", "1", Text(ModelCaps.Channels));
            }
            if (Problems.Skip(known).Any(problem => problem.Channel < 0))
                return false;
            Cap($"Number of values that layer '{name}' gives", layer.Output(input).LongCount, ModelCaps.LayerValues, NetworkField.Line);
            return layer.Output(input).LongCount <= ModelCaps.LayerValues;
        }

        private void FanIn(WeightedLayer layer, int given, string unit, Shape input, string before)
        {
            if (layer.Weights.Columns != given)
                Add(NetworkField.Inputs, ModelErrors.ShapeMismatch, layer.Name, $"{layer.Weights.Columns} {unit}", before, $"{given} ({input})");
        }

        private void Convolution(ConvolutionLayer layer, Shape input, string before)
        {
            if (layer.Groups < 1 || input.Channels % layer.Groups != 0 || layer.Weights.Rows % layer.Groups != 0)
            {
                Add(NetworkField.Groups, ModelErrors.BadStructure,
                    $"{layer.Groups} groups do not divide the {input.Channels} input channels and {layer.Weights.Rows} channels of layer '{layer.Name}'");
                return;
            }
            if (!Window(layer.Kernel, layer.Stride, layer.Padding, input, mayBePadding: true))
                return;
            long fanIn = (long)(input.Channels / layer.Groups) * layer.Kernel.Height * layer.Kernel.Width;
            if (layer.Weights.Columns != fanIn)
            {
                Add(NetworkField.Inputs, ModelErrors.ShapeMismatch, layer.Name, $"{layer.Weights.Columns} inputs a channel", before,
                    $"{input}: {fanIn} under a {layer.Kernel} kernel in {layer.Groups} groups");
            }
        }

        private bool Window(Extent window, Extent stride, Padding padding, Shape input, bool mayBePadding)
        {
            int known = Problems.Count;
            Range("Window rows", window.Height, 1, ModelCaps.FanIn, NetworkField.Window);
            Range("Window columns", window.Width, 1, ModelCaps.FanIn, NetworkField.Window);
            Range("Stride rows", stride.Height, 1, ModelCaps.FanIn, NetworkField.Stride);
            Range("Stride columns", stride.Width, 1, ModelCaps.FanIn, NetworkField.Stride);
            int most = mayBePadding ? ModelCaps.FanIn : int.MaxValue;
            Range("Padding", padding.Top, 0, mayBePadding ? most : window.Height - 1, NetworkField.Padding);
            Range("Padding", padding.Bottom, 0, mayBePadding ? most : window.Height - 1, NetworkField.Padding);
            Range("Padding", padding.Left, 0, mayBePadding ? most : window.Width - 1, NetworkField.Padding);
            Range("Padding", padding.Right, 0, mayBePadding ? most : window.Width - 1, NetworkField.Padding);
            if (Problems.Count > known)
                return false;
            if (input.Height + padding.Top + padding.Bottom < window.Height || input.Width + padding.Left + padding.Right < window.Width)
                Add(NetworkField.Window, ModelErrors.BadStructure, $"A {window} window does not fit into {input} with padding {padding}");
            return Problems.Count == known;
        }

        private void Limits(WeightedLayer layer, EquatableArray<int> limits, bool isEightBit)
        {
            if (limits.Length != layer.Weights.Rows)
            {
                Add(NetworkField.Line, ModelErrors.BadStructure, $"Layer '{layer.Name}' has {layer.Weights.Rows} channels, but {limits.Length} limits");
                return;
            }
            for (int c = 0; c < limits.Length; c++)
                Range("Limit", limits[c], -1, layer.MaxCount(c, isEightBit), NetworkField.Limit, c);
        }

        private void Biases(ScoreLayer layer, long positions, bool isEightBit)
        {
            Range("Scale", layer.Scale, 1, int.MaxValue, NetworkField.Scale);
            if (layer.Biases.Length != layer.Weights.Rows)
            {
                Add(NetworkField.Line, ModelErrors.BadStructure, $"Layer '{layer.Name}' has {layer.Weights.Rows} classes, but {layer.Biases.Length} biases");
                return;
            }
            for (int c = 0; c < layer.Biases.Length; c++)
            {
                // Scale and MaxCount are below 2^31 and 2^24, positions at most 2^22: decimal, because the product can pass long.
                decimal most = int.MaxValue - ((decimal)layer.Scale * layer.MaxCount(c, isEightBit) * positions);
                if (most < 0)
                    Add(NetworkField.Scale, ModelErrors.BadStructure, $"Scores of class {c} pass 2^31: scale {layer.Scale}, largest count {layer.MaxCount(c, isEightBit)}, {positions} positions");
                else if (Math.Abs((decimal)layer.Biases[c]) > most)
                    Add(NetworkField.Limit, ModelErrors.OutOfRange, c, "Bias", Text(layer.Biases[c]), Text(-(long)most), Text((long)most));
            }
        }

        private void Name(string what, string name)
        {
            if (name.Length == 0)
                Add(NetworkField.Name, ModelErrors.BadStructure, $"{what} is empty");
            Cap($"{what}: its length", name.Length, ModelCaps.NameLength, NetworkField.Name);
        }

        private void TextOf(string what, string text, string field, int index)
        {
            if (text.Length > ModelCaps.TextLength)
                Add(field, ModelErrors.TooLarge, index, $"{what}: its length", Text(text.Length), Text(ModelCaps.TextLength));
        }

        private void Cap(string what, long value, long most, string field)
        {
            if (value > most)
                Add(field, ModelErrors.TooLarge, what, Text(value), Text(most));
        }

        private void Range(string what, long value, long least, long most, string field, int channel = -1)
        {
            if (value < least || value > most)
                Add(field, ModelErrors.OutOfRange, channel, what, Text(value), Text(least), Text(most));
        }

        private void Add(string field, ModelErrorKind kind, params string[] arguments) => Add(field, kind, -1, arguments);

        private void Add(string field, ModelErrorKind kind, int channel, params string[] arguments)
        {
            if (channel < 0 || !HasEnough)
                Problems.Add(new(_layer, channel, field, kind, new(arguments)));
        }

        private static string Text(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
