using Bnn.Model;
using Bnn.Storage;

namespace Bnn.Benchmarks.Networks;

/// <summary>The networks that all are measured on, and what pruning makes of them.</summary>
internal static class BenchmarkNetworks
{
    private const int Seed = 1;

    /// <summary>Names of the unpruned networks.</summary>
    public static IReadOnlyList<string> Names { get; } = ["mlp-s", "conv", "nin", "mlp-l"];

    /// <summary>Endings of a name that ask for a pruned form.</summary>
    /// <remarks>Channels are removed until that percentage of the operations is left, or that percentage of the weights of hidden layers lives.</remarks>
    public static IReadOnlyList<string> Prunings { get; } = ["channels-50", "channels-25", "elements-50", "elements-25", "elements-10"];

    /// <summary>Whether a name is that of a model file.</summary>
    public static bool IsFile(string name) => name.EndsWith(".bnn", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name as it stands in tables: of a file that without its folder.</summary>
    public static string Title(string name) => IsFile(name) ? Path.GetFileNameWithoutExtension(name) : name;

    /// <summary>The network of a name such as <c>mlp-s</c> or <c>mlp-s/elements-25</c>, the same each time; or that of a model file.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static Network Named(string name)
    {
        if (IsFile(name))
            return BnnFile.Load(name);
        string[] parts = name.Split('/');
        Network network = parts[0] switch
        {
            "mlp-s" => new NetworkBuilder("MLP-S", new(1, 28, 28), new ThresholdEncoding(new([100])), Seed).Dense(256).Dense(128).Scores(10),
            "mlp-l" => new NetworkBuilder("MLP-L", new(1, 28, 28), new ThresholdEncoding(new([100])), Seed).Dense(4096).Dense(4096).Dense(4096).Scores(10),
            "nin" => new NetworkBuilder("NIN", new(3, 32, 32), new EightBitEncoding(), Seed)
                .Convolution(5, 192).Convolution(1, 160).Convolution(1, 96).Pool()
                .Convolution(5, 192).Convolution(1, 192).Convolution(1, 192).Pool()
                .Convolution(3, 192).Convolution(1, 192).Scores(10, isSum: true),
            "conv" => BnnFile.Load(Path.Combine(AppContext.BaseDirectory, "sample", "fashion-conv.bnn")),
            _ => throw Unknown(),
        };
        if (parts.Length == 1)
            return network;
        string[] pruning = parts[1].Split('-');
        if (parts.Length != 2 || !Prunings.Contains(parts[1]))
            throw Unknown();
        double share = int.Parse(pruning[1], System.Globalization.CultureInfo.InvariantCulture) / 100.0;
        return pruning[0] == "channels" ? Removal.Channels(network, share, Seed) : Removal.Elements(network, share, Seed);

        ArgumentException Unknown() =>
            new($"There is no network '{name}': one of {string.Join(", ", Names)}, alone or with /{string.Join(", /", Prunings)}.");
    }
}
