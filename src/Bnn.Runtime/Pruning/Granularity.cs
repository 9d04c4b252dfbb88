using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>What is pruned as one: the weights of a layer that live or go together.</summary>
public enum Granularity
{
    /// <summary>A channel of a hidden layer, with its limit and all that reads it: nothing of it is left in the model.</summary>
    Channel,

    /// <summary>A single weight.</summary>
    Weight,

    /// <summary>64 neighbouring inputs of a channel: a word of the packed form.</summary>
    Word,

    /// <summary>An input of a dense layer, or an input channel at one place of the kernel, for all channels.</summary>
    Column,

    /// <summary>A place of the kernel, for all channels and inputs; dense layers have none to lose.</summary>
    Tap,

    /// <summary>An input channel with all its taps or positions, for all channels.</summary>
    Input,
}

/// <summary>Parts the weights of a layer into groups.</summary>
internal static class Groups
{
    /// <summary>Number of groups.</summary>
    public static int Count(LatentLayer layer, Granularity granularity) => granularity switch
    {
        Granularity.Channel => layer.Channels,
        Granularity.Weight => layer.Inputs * layer.Channels,
        Granularity.Word => Words(layer) * layer.Channels,
        Granularity.Column => layer.Inputs,
        Granularity.Tap => Taps(layer),
        _ => layer.Inputs / InputsOfChannel(layer),
    };

    /// <summary>The group of a weight, in [0, <see cref="Count"/>).</summary>
    public static int Of(LatentLayer layer, Granularity granularity, int input, int channel) => granularity switch
    {
        Granularity.Channel => channel,
        Granularity.Weight => (input * layer.Channels) + channel,
        Granularity.Word => (input / 64 * layer.Channels) + channel,
        Granularity.Column => input,
        Granularity.Tap => input % Taps(layer),
        _ => input / InputsOfChannel(layer),
    };

    private static int Words(LatentLayer layer) => (layer.Inputs + 63) / 64;

    private static int Taps(LatentLayer layer) => layer.Geometry.Convolution is { } word ? word.Kernel.Height * word.Kernel.Width : 1;

    // Taps of a convolution, positions of an image before a dense layer, 1 behind one.
    private static int InputsOfChannel(LatentLayer layer) => layer.Geometry.Convolution is not null ? Taps(layer)
        : layer.Geometry.Kind == LayerKind.SumScores ? 1 : layer.Geometry.Input.Height * layer.Geometry.Input.Width;
}
