using Bnn.Model;

namespace Bnn.Runtime.Tests.Model;

internal static class SampleModels
{
    /// <summary>One of every layer kind and field that the format has.</summary>
    public static Network Everything()
    {
        var random = new Random(5);
        WeightMatrix kernel = RandomNetworks.Weights(4, 18, random, masked: true);
        WeightMatrix dense = RandomNetworks.Weights(6, 4 * 2 * 2, random, masked: false);
        WeightMatrix classes = RandomNetworks.Weights(3, 6, random, masked: true);
        return new(
            "Every kind", new(2, 4, 4), new ThermometerEncoding(new([new([10, 20]), new([30, 255])])),
            new Layer[]
            {
                new ConvolutionLayer("conv", kernel, Limits(kernel), new(3, 3), new(1, 1), new(1, 1, 1, 1), PaddingBit: true, Groups: 2),
                new MaxPoolLayer("pool", new(2, 2), new(2, 2), default, new([true, false, false, true])),
                new FlattenLayer("flat"),
                new DenseLayer("dense", dense, Limits(dense)),
                new ScoresLayer("scores", classes, new([-5, 0, 5]), 2),
            }.ToEquatableArray(),
            new(["plain", "quotes \" and \\", "Zürich – 東京"]),
            new([new("data-set", "none"), new("note", "a\nb\u202E")]));
    }

    public static Network SumScores()
    {
        WeightMatrix classes = RandomNetworks.Weights(3, 2, new Random(1), masked: false);
        return new("sums", new(2, 3, 3), new RawBitsEncoding(), new([new SumScoresLayer("scores", classes, new([1, 2, 3]), 1)]), default, default);
    }

    /// <summary>Puts the right checksum under a text that was changed on purpose.</summary>
    public static string Sealed(string text)
    {
        string body = text[..text.LastIndexOf("sha256", StringComparison.Ordinal)];
        string hash = BnnReader.Read(body + "sha256 " + new string('0', 64) + "\n").Hash;
        return body + "sha256 " + hash + "\n";
    }

    public static EquatableArray<int> Limits(WeightMatrix weights) =>
        Enumerable.Range(0, weights.Rows).Select(row => weights.LiveCount(row) / 2).ToEquatableArray();
}
