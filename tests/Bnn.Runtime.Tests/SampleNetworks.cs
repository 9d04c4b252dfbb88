using Bnn.Model;

namespace Bnn.Runtime.Tests;

/// <summary>Small networks that together hold every kind of layer and encoding; also linked into other test projects.</summary>
/// <remarks>A new kind of the model has no sample at first: each test that walks <see cref="Kinds"/> fails until there is one and what it tests knows it.</remarks>
internal static class SampleNetworks
{
    /// <summary>For each encoding a convolutional network, and one of dense layers.</summary>
    public static IReadOnlyList<Network> All { get; } = [.. RandomNetworks.Encodings.Select(Convolutional), Dense()];

    /// <summary>Every concrete kind of layer and encoding of the model.</summary>
    public static IReadOnlyList<Type> Kinds { get; } =
    [
        .. typeof(Network).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && (type.IsSubclassOf(typeof(Layer)) || type.IsSubclassOf(typeof(InputEncoding)))),
    ];

    /// <summary>A sample that holds <paramref name="kind"/>.</summary>
    public static Network With(Type kind) => All.FirstOrDefault(network => network.Layers.Append<object>(network.Encoding).Any(part => part.GetType() == kind))
        ?? throw new InvalidOperationException($"No sample network holds a {kind.Name}.");

    private static Network Convolutional(string encodingKeyword)
    {
        var random = new Random(7);
        var input = new Shape(2, 6, 5);
        InputEncoding encoding = RandomNetworks.Encoding(encodingKeyword, input.Channels, random);
        int channels = encoding.Encoded(input).Channels;
        WeightMatrix first = RandomNetworks.Weights(8, channels * 9, random, masked: false);
        WeightMatrix second = RandomNetworks.Weights(6, 8 / 2 * 4, random, masked: true);
        WeightMatrix classes = RandomNetworks.Weights(3, 6, random, masked: false);
        return NetworkVerifier.Require(new($"convolutional, {encodingKeyword}", input, encoding, new(
        [
            new ConvolutionLayer("first", first, Limits(first, encoding.IsEightBit), new(3, 3), new(1, 1), new(1, 1, 1, 1), PaddingBit: true, Groups: 1),
            new MaxPoolLayer("pool", new(2, 2), new(2, 2), default, new([true, false, false, true, false, false, false, true])),
            new ConvolutionLayer("second", second, Limits(second), new(2, 2), new(1, 1), new(0, 1, 1, 0), PaddingBit: false, Groups: 2),
            new SumScoresLayer("scores", classes, new([5, 0, -5]), 2),
        ]), new(["a", "b", "c"]), default));
    }

    private static Network Dense()
    {
        var random = new Random(8);
        WeightMatrix kernel = RandomNetworks.Weights(3, 4, random, masked: false);
        WeightMatrix dense = RandomNetworks.Weights(10, 3 * 4 * 4, random, masked: true);
        WeightMatrix classes = RandomNetworks.Weights(4, 10, random, masked: false);
        return NetworkVerifier.Require(new("dense behind an image", new(1, 5, 5), new ThresholdEncoding(new([128])), new(
        [
            new ConvolutionLayer("image", kernel, Limits(kernel), new(2, 2), new(1, 1), default, PaddingBit: false, Groups: 1),
            new FlattenLayer("flatten"),
            new DenseLayer("dense", dense, Limits(dense)),
            new ScoresLayer("scores", classes, new([0, 1, 2, 3]), 1),
        ]), default, default));
    }

    private static EquatableArray<int> Limits(WeightMatrix weights, bool isEightBit = false) => RandomNetworks.Limits(weights, isEightBit, new Random(9));
}
