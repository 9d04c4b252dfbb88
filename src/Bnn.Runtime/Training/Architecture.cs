using Bnn.Model;

namespace Bnn.Training;

/// <summary>Kinds, order and sizes of the layers of a network, as one short string: <c>conv3x3-32 pool conv3x3-64 pool dense-256 scores</c>.</summary>
/// <param name="Layers">From the input on; the last one, and no other, is <see cref="ScoresWord"/> or <see cref="SumScoresWord"/>.</param>
/// <remarks>
/// The words are explained in docs/training.md. Sizes of images are not part of it: the same architecture fits many inputs, and
/// <see cref="NetworkGeometry"/> tells whether it fits one.
/// </remarks>
public sealed record Architecture(EquatableArray<ArchitectureLayer> Layers)
{
    /// <summary>Reads words separated by blanks, or the name of a preset, which may have a width factor: <c>nin@0.25</c>.</summary>
    /// <exception cref="ArgumentException">A word is not known or does not stand at a possible place; the message names it and says what is.</exception>
    public static Architecture Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 1 && ArchitecturePreset.Find(words[0]) is { } preset)
            return preset;
        if (words.Length == 0)
            throw Bad($"the architecture is empty; write for example 'dense-256 dense-128 scores', or one of {ArchitecturePreset.Names}");
        if (words.Length > ModelCaps.Layers)
            throw Bad($"{words.Length} layers; at most {ModelCaps.Layers} are allowed");
        ArchitectureLayer[] layers = [.. words.Select(ArchitectureWords.Read)];
        for (int i = 0; i < layers.Length; i++)
            CheckPlace(layers, words, i);
        return new(layers.ToEquatableArray());
    }

    /// <summary>Channels of each hidden layer with weights, first to last.</summary>
    public EquatableArray<int> Hidden => Layers.Where(layer => layer.Channels > 0).Select(layer => layer.Channels).ToEquatableArray();

    /// <summary>Whether any layer is a convolution.</summary>
    public bool HasConvolution => Layers.Any(layer => layer is ConvolutionWord);

    /// <summary>The same layers with other numbers of channels.</summary>
    /// <param name="hidden">One for each item of <see cref="Hidden"/>.</param>
    internal Architecture WithHidden(ReadOnlySpan<int> hidden)
    {
        ArchitectureLayer[] layers = Layers.ToArray();
        int next = 0;
        for (int i = 0; i < layers.Length; i++)
        {
            if (layers[i].Channels > 0)
                layers[i] = layers[i].WithChannels(hidden[next++]);
        }
        return new(layers.ToEquatableArray());
    }

    /// <summary>Every hidden width times <paramref name="factor"/>, rounded to a whole number and at least 1.</summary>
    internal Architecture Scale(double factor) =>
        WithHidden(Hidden.Select(width => Math.Max(1, (int)Math.Round(width * factor, MidpointRounding.AwayFromZero))).ToArray());

    /// <summary>The words, separated by single blanks; <see cref="Parse"/> reads them back.</summary>
    public override string ToString() => string.Join(' ', Layers);

    // What can follow what, whatever the sizes.
    private static void CheckPlace(ArchitectureLayer[] layers, string[] words, int index)
    {
        ArchitectureLayer layer = layers[index];
        ArchitectureLayer? before = index > 0 ? layers[index - 1] : null;
        bool isLast = index == layers.Length - 1;
        if (isLast != layer is ScoresWord or SumScoresWord)
        {
            throw isLast
                ? Bad($"'{words[index]}' cannot be the last word; the last one is 'scores' or 'sum-scores'")
                : Bad($"'{words[index]}' must be the last word, but '{words[index + 1]}' follows");
        }
        bool wasFlattened = layers.Take(index).Any(earlier => earlier is DenseWord or FlattenWord);
        if (wasFlattened && layer is ConvolutionWord or PoolWord or SumScoresWord)
            throw Bad($"'{words[index]}' needs an image, but after '{words[Array.FindIndex(layers, earlier => earlier is DenseWord or FlattenWord)]}' there is none");
        if (layer is PoolWord && before is not (ConvolutionWord or PoolWord))
            throw Bad($"'{words[index]}' must stand behind a convolution{(before is null ? "" : $", not behind '{words[index - 1]}'")}");
    }

    internal static ArgumentException Bad(FormattableString problem) => new(FormattableString.Invariant(problem) + ".");
}
