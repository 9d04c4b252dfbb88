using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Speed;

/// <summary>A network whose training is measured.</summary>
/// <param name="Name">As one types it.</param>
/// <param name="Options">Architecture, encoding and batch.</param>
/// <param name="Input">Shape of an image.</param>
/// <param name="Epoch">Images of an epoch: the training set that it is usually trained on.</param>
/// <param name="Rival">Images a second of TorchSharp on one core of another machine; 0: not measured.</param>
internal sealed record SpeedNetwork(string Name, TrainingOptions Options, Shape Input, int Epoch, double Rival)
{
    /// <summary>Classes of every network here.</summary>
    public const int Classes = 10;

    private static readonly Shape s_grey = new(1, 28, 28), s_colour = new(3, 32, 32);

    /// <summary>The networks that TorchSharp 0.107 with libtorch 2.10 was measured on, one Zen 4 core, the convolutions in bf16.</summary>
    public static IReadOnlyList<SpeedNetwork> All { get; } =
    [
        Grey("mlp-s", "mlp-s", "threshold-128", 35_000),
        Grey("mlp-512", "dense-512 dense-512 scores", "threshold-128", 11_500),
        Grey("conv-xs", "conv-xs", "thermometer-8", 4_800),
        Grey("conv-s", "conv-s", "thermometer-8", 2_050),
        Colour("vgg-small", 770),
        Colour("nin@0.25", 640),
        Colour("nin@0.5", 252),
        Colour("nin", 95),
    ];

    /// <summary>A network by its name here, or any architecture.</summary>
    /// <param name="word">A name, a preset or words of an architecture.</param>
    /// <param name="input">Shape of an image; null: what the name stands for, or 28x28 grey.</param>
    /// <param name="encoding">Null: what the name stands for, or <c>eight-bit</c>.</param>
    /// <exception cref="ArgumentException">The words are no architecture.</exception>
    public static SpeedNetwork Named(string word, Shape? input, string? encoding)
    {
        if (All.FirstOrDefault(network => network.Name == word) is { } known && input is null && encoding is null)
            return known;
        ArchitecturePreset? preset = ArchitecturePreset.Named(word);
        SpeedNetwork? like = All.FirstOrDefault(network => network.Name.Split('@')[0] == preset?.Name);
        Shape shape = input ?? like?.Input ?? s_grey;
        return Of(word, word, encoding ?? like?.Options.Encoding ?? preset?.Encoding ?? "eight-bit", shape, 0);
    }

    private static SpeedNetwork Grey(string name, string words, string encoding, double rival) => Of(name, words, encoding, s_grey, rival);

    private static SpeedNetwork Colour(string preset, double rival) => Of(preset, preset, "eight-bit", s_colour, rival);

    private static SpeedNetwork Of(string name, string words, string encoding, Shape input, double rival) => new(
        name, new TrainingOptions { Name = "bench", Architecture = Architecture.Parse(words).ToString(), Encoding = encoding }, input,
        input == s_colour ? 50_000 : 60_000, rival);
}
