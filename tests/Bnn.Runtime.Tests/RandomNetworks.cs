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
    private static EquatableArray<int> Limits(WeightMatrix weights, bool isEightBit, Random random) => Enumerable.Range(0, weights.Rows).Select(c =>
    {
        int most = weights.LiveCount(c) * (isEightBit ? 255 : 1);
        return random.Next(12) switch { 0 => -1, 1 => most, _ => Math.Clamp((most / 2) + random.Next(-2, 3), -1, most) };
    }).ToEquatableArray();

    private static EquatableArray<int> Rising(int count, int least, int most, Random random) =>
        Enumerable.Range(least, most - least + 1).OrderBy(_ => random.Next()).Take(count).Order().ToEquatableArray();
}
