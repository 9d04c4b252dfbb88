using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>The weights of a layer that read one channel: some rows, and in each of them neighbouring columns.</summary>
/// <param name="FirstRow">First row that may read the channel.</param>
/// <param name="EndRow">Behind the last one.</param>
/// <param name="FirstColumn">First column that stands for the channel.</param>
/// <param name="EndColumn">Behind the last one.</param>
internal readonly record struct Readers(int FirstRow, int EndRow, int FirstColumn, int EndColumn);

/// <summary>The way of the channels of one layer, through pooling and flattening, to the next layer with weights.</summary>
/// <param name="From">Index of the layer that gives the channels; −1 for the input.</param>
/// <param name="To">Index of the layer with weights that reads them.</param>
/// <param name="Reader">That layer.</param>
/// <param name="Image">Shape of the channels where it reads them, before any flattening.</param>
/// <remarks>Law: pooling works on each channel alone, and flattening changes no order, so a channel stays in neighbouring columns of its reader.</remarks>
internal sealed record ChannelPath(int From, int To, WeightedLayer Reader, Shape Image)
{
    /// <summary>The way of what layer <paramref name="from"/> of <paramref name="network"/> gives (−1: of the input).</summary>
    /// <returns>Null if a flattened image is read as one again: its channels are other ones.</returns>
    public static ChannelPath? Of(Network network, int from)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        Shape image = shapes[from + 1];
        bool isFlat = false;
        for (int i = from + 1; i < network.Layers.Length; i++)
        {
            switch (network.Layers[i])
            {
                case DenseLayer or ScoresLayer:
                    return new(from, i, (WeightedLayer)network.Layers[i], image);
                case FlattenLayer:
                    isFlat |= image.Height * image.Width > 1;
                    break;
                case WeightedLayer reader:
                    return isFlat ? null : new(from, i, reader, image);
                case MaxPoolLayer when isFlat:
                    return null;
                default:
                    image = shapes[i + 1];
                    break;
            }
        }
        return null;
    }

    /// <summary>Groups of the reader: 1 but for convolutions.</summary>
    public int Groups => Reader is ConvolutionLayer convolution ? convolution.Groups : 1;

    /// <summary>Weights of a row of the reader that stand for one channel.</summary>
    public int ColumnsOfChannel => Reader switch
    {
        ConvolutionLayer convolution => convolution.Kernel.Height * convolution.Kernel.Width,
        SumScoresLayer => 1,
        _ => Image.Height * Image.Width,
    };

    /// <summary>How often a row of the reader is applied to a sample and added up: the positions of a sum of scores, else 1.</summary>
    public int Repeats => Reader is SumScoresLayer ? Image.Height * Image.Width : 1;

    /// <summary>The weights that read <paramref name="channel"/>.</summary>
    public Readers Of(int channel)
    {
        int ofGroup = Image.Channels / Groups;
        int rowsOfGroup = Reader.Weights.Rows / Groups;
        int group = channel / ofGroup;
        int column = (channel % ofGroup) * ColumnsOfChannel;
        return new(group * rowsOfGroup, (group + 1) * rowsOfGroup, column, column + ColumnsOfChannel);
    }

    /// <summary>For each channel whether a live weight reads it.</summary>
    public bool[] ReadChannels()
    {
        bool[][] isRead = Enumerable.Range(0, Groups).Select(group => Reader.Weights.ReadColumns(
            group * (Reader.Weights.Rows / Groups), (group + 1) * (Reader.Weights.Rows / Groups))).ToArray();
        int ofGroup = Image.Channels / Groups;
        return Enumerable.Range(0, Image.Channels)
            .Select(channel => Array.IndexOf(isRead[channel / ofGroup], true, (channel % ofGroup) * ColumnsOfChannel, ColumnsOfChannel) >= 0).ToArray();
    }

    /// <summary>Whether the reader sees, where its kernel stands over the edge, something else than <paramref name="bit"/>.</summary>
    public bool SeesOther(bool bit) => Reader is ConvolutionLayer convolution && convolution.PaddingBit != bit && SeesPadding(convolution);

    /// <summary>Whether the reader sees padding, of whatever bit, where its kernel stands over the edge.</summary>
    public bool SeesPadding() => Reader is ConvolutionLayer convolution && SeesPadding(convolution);

    /// <summary>The reader with other weights, which give the same bits or scores if count = count' + <paramref name="added"/> in each row.</summary>
    /// <param name="weights">Some of the live weights of the reader, or as many at other places; count' is theirs.</param>
    /// <param name="added"><c>[rows]</c> parts of a count that do not depend on the input any more.</param>
    /// <remarks>
    /// Law: count' + d ≤ t iff count' ≤ t − d. A score over P positions is scale · Σ (K − 2·count) + bias =
    /// scale · Σ (K' − 2·count') + (bias + scale · P · (K − K' − 2·d)), and its range does not grow.
    /// </remarks>
    public WeightedLayer WithConstants(WeightMatrix weights, int[] added) => Reader switch
    {
        ScoreLayer scores => scores with
        {
            Weights = weights,
            Biases = scores.Biases.Select((bias, row) => checked((int)(bias
                + ((long)scores.Scale * Repeats * (Reader.Weights.LiveCount(row) - weights.LiveCount(row) - (2 * added[row])))))).ToEquatableArray(),
        },
        // The clamp keeps the verifier's range; beyond either end of it the channel is saturated all the same.
        _ => Reader.With(weights, Reader.Limits()!.Value
            .Select((limit, row) => Math.Max(-1, Math.Min(limit - added[row], weights.LiveCount(row)))).ToEquatableArray()),
    };

    /// <summary>Layers <paramref name="layers"/> with only the channels <paramref name="kept"/> on this way; the layer that gives them is left as
    /// it is.</summary>
    /// <remarks>The reader must have one group.</remarks>
    public void Select(Layer[] layers, int[] kept)
    {
        for (int i = From + 1; i < To; i++)
        {
            if (layers[i] is MaxPoolLayer { AndChannels.Length: > 0 } pool)
                layers[i] = pool with { AndChannels = kept.Select(channel => pool.AndChannels[channel]).ToEquatableArray() };
        }
        int[] columns = kept.SelectMany(channel => Enumerable.Range(channel * ColumnsOfChannel, ColumnsOfChannel)).ToArray();
        layers[To] = Reader with { Weights = Reader.Weights.SelectColumns(columns) };
    }

    private bool SeesPadding(ConvolutionLayer layer)
    {
        Shape output = layer.Output(Image);
        int bottom = ((output.Height - 1) * layer.Stride.Height) + layer.Kernel.Height - layer.Padding.Top;
        int right = ((output.Width - 1) * layer.Stride.Width) + layer.Kernel.Width - layer.Padding.Left;
        return layer.Padding.Top > 0 || layer.Padding.Left > 0 || bottom > Image.Height || right > Image.Width;
    }
}
