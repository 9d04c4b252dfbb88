namespace Bnn.Model;

/// <summary>A trained binary network: what a <c>.bnn</c> file holds, what the interpreter runs and the generator compiles.</summary>
/// <param name="Name">Name for people.</param>
/// <param name="Input">Shape of a sample; <c>InputLength</c> = its count, in bytes.</param>
/// <param name="Encoding">How bytes become bits.</param>
/// <param name="Layers">From input to scores; the last one, and only that, is a <see cref="ScoreLayer"/>.</param>
/// <param name="Labels">One for each class, or empty.</param>
/// <param name="Metadata">Free text entries: data set, accuracy measured, provenance of training and pruning.</param>
/// <remarks>A record made by hand may be inconsistent; <see cref="NetworkVerifier"/> tells, and the engines expect one that it passes.</remarks>
sealed partial record Network(
    string Name, Shape Input, InputEncoding Encoding, EquatableArray<Layer> Layers, EquatableArray<string> Labels, EquatableArray<MetadataEntry> Metadata)
{
    /// <summary>Bytes of a sample, one for each value.</summary>
    public int InputLength => Input.Count;

    /// <summary>The layer that gives the scores.</summary>
    public ScoreLayer Scores => (ScoreLayer)Layers[Layers.Length - 1];

    /// <summary>Number of classes.</summary>
    public int ClassCount => Scores.Weights.Rows;

    /// <summary>Shape of what each layer takes, <c>[layers + 1]</c>; the last entry is the shape of the scores.</summary>
    public IReadOnlyList<Shape> Shapes()
    {
        var shapes = new Shape[Layers.Length + 1];
        shapes[0] = Encoding.Encoded(Input);
        for (int i = 0; i < Layers.Length; i++)
            shapes[i + 1] = Layers[i].Output(shapes[i]);
        return shapes;
    }

    /// <summary>Whether layer <paramref name="index"/> sees bytes with shared weights instead of bits.</summary>
    public bool IsEightBit(int index) => index == 0 && Encoding.IsEightBit;

    /// <summary>Operations of layer <paramref name="index"/> for one sample: one per live weight and position, eight on an 8-bit input.</summary>
    public long Operations(int index) => Layers[index] is WeightedLayer layer
        ? layer.Weights.LiveCount() * layer.Positions(Shapes()[index]) * (IsEightBit(index) ? 8 : 1)
        : 0;

    /// <summary>Operations of all layers for one sample; see <see cref="Operations(int)"/>.</summary>
    public long Operations() => Enumerable.Range(0, Layers.Length).Sum(Operations);

    /// <summary>The value of the metadata entry <paramref name="key"/>, or null.</summary>
    public string? Meta(string key) => Metadata.FirstOrDefault(entry => entry.Key == key)?.Value;
}

/// <summary>One line of free text about a network.</summary>
/// <param name="Key">Lower-case letters, digits and hyphens; unique in its network.</param>
/// <param name="Value">Any text of at most <see cref="ModelCaps.TextLength"/> characters.</param>
sealed partial record MetadataEntry(string Key, string Value)
{
    /// <summary>Key of the mean share in a sample of the input bit that is rarer there, in [0, 0.5]: the trainer writes it, the planner reads it.</summary>
    public const string InputActive = "input-active";
}
