using System.Globalization;

namespace Bnn.Training;

/// <summary>Weights of a dense layer that live or are pruned together: so many neighbouring channels times so many neighbouring inputs.</summary>
/// <param name="Channels">In [1, <see cref="Most"/>]; the last block of a layer has those that are left.</param>
/// <param name="Inputs">In [1, <see cref="Most"/>], in the order of a model file; the last block has those that are left.</param>
internal readonly record struct MaskBlock(int Channels, int Inputs)
{
    /// <summary>Most of each.</summary>
    public const int Most = 1024;

    /// <summary>What <see cref="TryParse"/> takes, in words.</summary>
    public static string Form { get; } = string.Create(CultureInfo.InvariantCulture, $"CHANNELSxINPUTS, each from 1 to {Most}, for example 64x8");

    /// <summary>Reads <c>64x8</c>.</summary>
    public static bool TryParse(string text, out MaskBlock block)
    {
        string[] parts = text.Split('x');
        block = default;
        if (parts.Length != 2 || !IsSize(parts[0], out int channels) || !IsSize(parts[1], out int inputs))
            return false;
        block = new(channels, inputs);
        return true;
    }

    /// <summary>Blocks that so many channels make.</summary>
    public int Rows(int channels) => (channels + Channels - 1) / Channels;

    /// <summary>Blocks that so many inputs make.</summary>
    public int Columns(int inputs) => (inputs + Inputs - 1) / Inputs;

    private static bool IsSize(string word, out int size) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is > 0 and <= Most;
}
