using Bnn.Model;

namespace Bnn.Runtime.Tests;

/// <summary>Random sound networks from a seed; also linked into other test projects.</summary>
internal static class RandomNetworks
{
    public static readonly string[] Encodings = ["threshold", "thermometer", "bit-planes", "eight-bit", "raw-bits"];

    /// <summary>A dense network; odd seeds have element masks, and some limits make channels saturated.</summary>
    public static Network Dense(int seed)
    {
        var random = new Random(seed);
        int[] sides = [1, 2, 3, 5, 8];
        var input = new Shape(random.Next(1, 4), sides[random.Next(sides.Length)], sides[random.Next(sides.Length)]);
        InputEncoding encoding = Encoding(Encodings[seed % Encodings.Length], input.Channels, random);
        int fanIn = encoding.Encoded(input).Count;
        var layers = new List<Layer>();
        int[] widths = [1, 7, 63, 64, 65, 100, 129];
        for (int i = random.Next(0, 4); i > 0; i--)
        {
            WeightMatrix weights = Weights(widths[random.Next(widths.Length)], fanIn, random, masked: seed % 2 == 1);
            bool isEightBit = layers.Count == 0 && encoding.IsEightBit;
            layers.Add(new DenseLayer($"dense {layers.Count}", weights, Limits(weights, isEightBit, random)));
            fanIn = weights.Rows;
            if (random.Next(4) == 0)
                layers.Add(new FlattenLayer($"flatten {layers.Count}"));
        }
        WeightMatrix classes = Weights(random.Next(1, 12), fanIn, random, masked: seed % 2 == 1);
        layers.Add(new ScoresLayer("scores", classes, Enumerable.Range(0, classes.Rows).Select(_ => random.Next(-20, 21)).ToEquatableArray(), random.Next(1, 4)));
        return NetworkVerifier.Require(new($"random {seed}", input, encoding, layers.ToEquatableArray(), default, default));
    }

    /// <summary>A network of any layer kinds on an image; every second one has element masks in its layers.</summary>
    /// <remarks>Sizes are kept such that the reference runs a sample in about a millisecond.</remarks>
    public static Network Any(int seed)
    {
        var random = new Random(seed);
        var input = new Shape(Pick(random, 1, 1, 2, 3, 5), random.Next(1, 10), random.Next(1, 10));
        InputEncoding encoding = Encoding(Encodings[seed % Encodings.Length], input.Channels, random);
        Shape shape = encoding.Encoded(input);
        var layers = new List<Layer>();
        for (int i = random.Next(0, 5); i > 0; i--)
            Add(ImageLayer($"{layers.Count}", shape, layers.Count == 0 && encoding.IsEightBit, seed, random));
        if (random.Next(3) == 0 && !(layers.Count == 0 && encoding.IsEightBit))
            Add(new FlattenLayer("flatten"));
        if (random.Next(3) == 0)
        {
            WeightMatrix weights = Weights(Width(random, shape.Count), shape.Count, random, masked: seed % 2 == 1);
            Add(new DenseLayer("dense", weights, Limits(weights, layers.Count == 0 && encoding.IsEightBit, random)));
        }
        bool isSum = random.Next(2) == 0;
        WeightMatrix classes = Weights(random.Next(1, 12), isSum ? shape.Channels : shape.Count, random, masked: seed % 2 == 1);
        EquatableArray<int> biases = Enumerable.Range(0, classes.Rows).Select(_ => random.Next(-20, 21)).ToEquatableArray();
        Add(isSum ? new SumScoresLayer("scores", classes, biases, random.Next(1, 4)) : new ScoresLayer("scores", classes, biases, random.Next(1, 4)));
        return NetworkVerifier.Require(new($"any {seed}", input, encoding, layers.ToEquatableArray(), default, default));

        void Add(Layer layer)
        {
            layers.Add(layer);
            shape = layer.Output(shape);
        }
    }

    private static Layer ImageLayer(string name, Shape input, bool isEightBit, int seed, Random random)
    {
        int kind = random.Next(isEightBit ? 5 : 9);
        if (kind == 8 && random.Next(3) == 0)
            return new FlattenLayer($"flatten {name}");
        Extent window = new(random.Next(1, 5), random.Next(1, 5));
        Extent stride = new(Pick(random, 1, 1, 2, 3), Pick(random, 1, 1, 2, 3));
        bool isPool = kind >= 5;
        Padding padding = random.Next(2) == 0 ? default : new(Amount(window.Height), Amount(window.Width), Amount(window.Height), Amount(window.Width));
        window = new(Math.Min(window.Height, input.Height + padding.Top + padding.Bottom), Math.Min(window.Width, input.Width + padding.Left + padding.Right));
        if (isPool)
        {
            EquatableArray<bool> and = random.Next(2) == 0 ? default : Enumerable.Range(0, input.Channels).Select(_ => random.Next(2) == 0).ToEquatableArray();
            return new MaxPoolLayer($"pool {name}", window, stride, padding, and);
        }
        int[] divisors = [.. Enumerable.Range(1, input.Channels).Where(g => input.Channels % g == 0)];
        int groups = random.Next(3) == 0 ? Pick(random, divisors) : 1;
        int fanIn = input.Channels / groups * window.Height * window.Width;
        int positions = (int)new MaxPoolLayer("", window, stride, padding, default).Output(input with { Channels = 1 }).LongCount;
        int channels = Math.Max(1, Width(random, fanIn * positions * (isEightBit ? 8 : 1)) / groups) * groups;
        WeightMatrix weights = Weights(channels, fanIn, random, masked: seed % 2 == 1);
        return new ConvolutionLayer($"convolution {name}", weights, Limits(weights, isEightBit, random), window, stride, padding, random.Next(2) == 0, groups);

        int Amount(int size) => random.Next(0, isPool ? size : size + 1);
    }

    // Around the borders of words, and such that channels · cost stays small.
    private static int Width(Random random, int cost) =>
        Math.Clamp(Pick(random, 1, 2, 3, 8, 16, 31, 63, 64, 65, 100, 128, 129, 130), 1, Math.Max(1, 60_000 / cost));

    private static int Pick(Random random, params int[] choices) => choices[random.Next(choices.Length)];

    public static InputEncoding Encoding(string keyword, int channels, Random random) => keyword switch
    {
        "threshold" => new ThresholdEncoding(Enumerable.Range(0, channels).Select(_ => random.Next(1, 256)).ToEquatableArray()),
        "thermometer" => new ThermometerEncoding(Enumerable.Range(0, channels).Select(_ => Rising(random.Next(1, 5), 1, 255, random)).ToEquatableArray()),
        "bit-planes" => new BitPlanesEncoding(Enumerable.Range(0, channels).Select(_ => Rising(random.Next(1, 9), 0, 7, random)).ToEquatableArray()),
        "eight-bit" => new EightBitEncoding(),
        _ => new RawBitsEncoding(),
    };

    public static WeightMatrix Weights(int rows, int columns, Random random, bool masked)
    {
        double live = masked ? random.NextDouble() : 1;
        return WeightMatrix.Create(rows, columns, (_, _) => random.NextDouble() < live ? (random.Next(2) * 2) - 1 : 0);
    }

    public static byte[] Input(Network network, int seed)
    {
        var bytes = new byte[network.InputLength];
        new Random(seed).NextBytes(bytes);
        if (seed % 3 == 0)
            Array.Fill(bytes, (byte)(seed % 2 == 0 ? 0 : 255));
        return bytes;
    }

    // Mostly near the middle, where both answers occur; one in six saturated.
    public static EquatableArray<int> Limits(WeightMatrix weights, bool isEightBit, Random random) => Enumerable.Range(0, weights.Rows).Select(c =>
    {
        int most = weights.LiveCount(c) * (isEightBit ? 255 : 1);
        return random.Next(12) switch { 0 => -1, 1 => most, _ => Math.Clamp((most / 2) + random.Next(-2, 3), -1, most) };
    }).ToEquatableArray();

    private static EquatableArray<int> Rising(int count, int least, int most, Random random) =>
        Enumerable.Range(least, most - least + 1).OrderBy(_ => random.Next()).Take(count).Order().ToEquatableArray();
}
