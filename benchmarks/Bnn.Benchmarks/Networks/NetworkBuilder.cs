using Bnn.Model;

namespace Bnn.Benchmarks.Networks;

/// <summary>Builds a network with random weights, layer by layer, with limits near the middle, so that about half of the bits fire.</summary>
/// <param name="name">Name of the network.</param>
/// <param name="input">Shape of a sample.</param>
/// <param name="encoding">How its bytes become bits.</param>
/// <param name="seed">Decides weights, limits and biases.</param>
internal sealed class NetworkBuilder(string name, Shape input, InputEncoding encoding, int seed)
{
    private readonly List<Layer> _layers = [];
    private readonly Random _random = new(seed);
    private Shape _shape = encoding.Encoded(input);

    /// <summary>A dense layer.</summary>
    public NetworkBuilder Dense(int channels)
    {
        WeightMatrix weights = Weights(channels, _shape.Count);
        return Add(new DenseLayer(Name("dense"), weights, Limits(weights)));
    }

    /// <summary>A convolution with an odd square kernel that keeps the size of the image: padding of zero bits.</summary>
    public NetworkBuilder Convolution(int kernel, int channels)
    {
        int around = kernel / 2;
        WeightMatrix weights = Weights(channels, _shape.Channels * kernel * kernel);
        return Add(new ConvolutionLayer(Name("convolution"), weights, Limits(weights), new(kernel, kernel), new(1, 1),
            new(around, around, around, around), PaddingBit: false, Groups: 1));
    }

    /// <summary>A pool of 2x2.</summary>
    public NetworkBuilder Pool() => Add(new MaxPoolLayer(Name("pool"), new(2, 2), new(2, 2), default, default));

    /// <summary>The network with a layer of scores behind the others.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="isSum">Scores of each position, added up.</param>
    public Network Scores(int classes, bool isSum = false)
    {
        WeightMatrix weights = Weights(classes, isSum ? _shape.Channels : _shape.Count);
        EquatableArray<int> biases = Enumerable.Range(0, classes).Select(_ => _random.Next(-20, 21)).ToEquatableArray();
        Add(isSum ? new SumScoresLayer("scores", weights, biases, 1) : new ScoresLayer("scores", weights, biases, 1));
        return NetworkVerifier.Require(new(name, input, encoding, _layers.ToEquatableArray(), default, default));
    }

    private NetworkBuilder Add(Layer layer)
    {
        _layers.Add(layer);
        _shape = layer.Output(_shape);
        return this;
    }

    private string Name(string kind) => FormattableString.Invariant($"{kind} {_layers.Count + 1}");

    private WeightMatrix Weights(int rows, int columns)
    {
        var words = new ulong[rows * WeightMatrix.WordsFor(columns)];
        for (int i = 0; i < words.Length; i++)
            words[i] = (ulong)_random.NextInt64(long.MinValue, long.MaxValue);
        return WeightMatrix.Create(rows, columns, words);
    }

    // The middle, give or take a quarter of the spread of a count of random bits.
    private EquatableArray<int> Limits(WeightMatrix weights)
    {
        int most = weights.Columns * (_layers.Count == 0 && encoding.IsEightBit ? 255 : 1);
        int spread = (int)(most / Math.Sqrt(weights.Columns) / 8);
        return Enumerable.Range(0, weights.Rows).Select(_ => Math.Clamp((most / 2) + _random.Next(-spread, spread + 1), 0, most)).ToEquatableArray();
    }
}
