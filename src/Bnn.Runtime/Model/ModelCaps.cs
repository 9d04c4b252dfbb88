namespace Bnn.Model;

/// <summary>The largest model that the format allows. The reader checks each before it allocates.</summary>
static partial class ModelCaps
{
    /// <summary>Characters of a model file, 32 Mi.</summary>
    public const int FileLength = 32 << 20;

    /// <summary>Characters of one line, 1 Mi.</summary>
    public const int LineLength = 1 << 20;

    /// <summary>Characters of a name of a model or layer, or of a metadata key.</summary>
    public const int NameLength = 128;

    /// <summary>Characters of a label or a metadata value.</summary>
    public const int TextLength = 4096;

    /// <summary>Metadata entries.</summary>
    public const int MetadataEntries = 256;

    /// <summary>Layers of a network.</summary>
    public const int Layers = 256;

    /// <summary>Channels of a layer, classes, and input channels.</summary>
    public const int Channels = 1 << 16;

    /// <summary>Weights of one channel (fan-in).</summary>
    public const int FanIn = 1 << 16;

    /// <summary>Values that a layer takes or gives, and input values: 2^22.</summary>
    public const int LayerValues = 1 << 22;

    /// <summary>Weights of the whole network, 64 Mi.</summary>
    public const int Weights = 64 << 20;

    /// <summary>Errors reported for one file; a further line says that there are more.</summary>
    public const int ReportedErrors = 100;
}
