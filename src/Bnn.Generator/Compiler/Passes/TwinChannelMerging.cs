using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>Merges what a layer reads of twins: channels whose bits are always equal, or always opposite.</summary>
/// <remarks>
/// Law: channels with the same live weights and the same limit fire alike. With all signs flipped a count is MaxCount − count, so with the limit
/// MaxCount − limit − 1 a channel fires iff its twin does not; pools keep that iff one of them is OR where the other is AND. Let twins stand for a bit v,
/// each perhaps inverted, and a row of the reader have p weights of −1 and q of +1 for v at the same tap: they add p·v + q·(1 − v) to the count, which is
/// m = min(p, q) and |q − p| weights of one sign. So pairs of opposite weights become a constant, and as many twins are read as |q − p| is at its most.
/// A convolution that sees padding sees the same bit in both twins, so there inverted channels are none.
/// Needs: saturated channels folded, which are twins too. Leaves: columns that nobody reads. A row that loses weights where others keep theirs needs a
/// mask, which costs tables and literals more than the weights were worth; so nothing is merged that would make the rows of a reader differ in
/// their masks where they do not yet. Cost: O(weights).
/// </remarks>
internal sealed class TwinChannelMerging : NetworkPass
{
    public override string Name => "twin-channel-merging";

    public override Network Rewrite(Network network, CancellationToken cancel)
    {
        Network before = network;
        for (int i = 0; i < network.Layers.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (network.Layers[i] is not WeightedLayer layer || layer.Limits() is null || ChannelPath.Of(network, i) is not { } path)
                continue;
            Twin[][] families = Families(network, layer, path);
            if (families.Length == 0 || Merge(path, families) is not { } reader)
                continue;
            Layer[] layers = network.Layers.ToArray();
            layers[path.To] = reader;
            network = network with { Layers = new(layers) };
        }
        return ReferenceEquals(network, before) ? before : network;
    }

    /// <summary>A channel, and whether its bit is the opposite of the one that the family stands for.</summary>
    private readonly record struct Twin(int Channel, bool IsInverted);

    /// <summary>What makes twins: a row and a limit, both flipped if the first live weight is −1, and what lies between them and their reader.</summary>
    private sealed record Kin(WeightMatrix Row, int Limit, EquatableArray<bool> Pools, int Group, int ReaderGroup, bool IsInverted);

    private static Twin[][] Families(Network network, WeightedLayer layer, ChannelPath path)
    {
        MaxPoolLayer[] pools = network.Layers.Skip(path.From + 1).Take(path.To - path.From - 1).OfType<MaxPoolLayer>().ToArray();
        bool canInvert = !path.SeesPadding();
        int ofGroup = layer.Weights.Rows / (layer is ConvolutionLayer convolution ? convolution.Groups : 1);
        EquatableArray<int> limits = layer.Limits()!.Value;
        return Enumerable.Range(0, layer.Weights.Rows).GroupBy(KinOf, channel => new Twin(channel, canInvert && IsFlipped(layer.Weights, channel)))
            .Where(family => family.Count() > 1).Select(family => family.ToArray()).ToArray();

        Kin KinOf(int channel)
        {
            bool isFlipped = IsFlipped(layer.Weights, channel);
            int limit = isFlipped ? layer.MaxCount(channel, network.IsEightBit(path.From)) - limits[channel] - 1 : limits[channel];
            return new(
                Row(layer.Weights, channel, isFlipped), limit,
                pools.Select(pool => (pool.AndChannels.Length > 0 && pool.AndChannels[channel]) != isFlipped).ToEquatableArray(),
                channel / ofGroup, channel / (path.Image.Channels / path.Groups), !canInvert && isFlipped);
        }
    }

    private static bool IsFlipped(WeightMatrix weights, int row)
    {
        for (int word = 0; word < weights.WordsPerRow; word++)
        {
            ulong live = weights.Live(row, word);
            if (live != 0)
                return (weights.Signs(row)[word] & live & (0 - live)) == 0;
        }
        return false;
    }

    private static WeightMatrix Row(WeightMatrix weights, int row, bool isFlipped)
    {
        var signs = new ulong[weights.WordsPerRow];
        var mask = new ulong[signs.Length];
        for (int word = 0; word < signs.Length; word++)
        {
            mask[word] = weights.Live(row, word);
            signs[word] = isFlipped ? ~weights.Signs(row)[word] : weights.Signs(row)[word];
        }
        return WeightMatrix.Create(1, weights.Columns, signs, mask);
    }

    private static WeightedLayer? Merge(ChannelPath path, Twin[][] families)
    {
        WeightMatrix weights = path.Reader.Weights;
        bool hasMasks = RowsDiffer(weights);
        var columns = new Dictionary<(int Group, int Column), int[]>();
        var added = new int[weights.Rows];
        foreach (Twin[] twins in families)
            Merge(path, twins, hasMasks, columns, added);
        if (columns.Count == 0)
            return null;
        int rowsOfGroup = weights.Rows / path.Groups;
        WeightMatrix merged = WeightMatrix.Create(weights.Rows, weights.Columns, (row, column) =>
            columns.TryGetValue((row / rowsOfGroup, column), out int[]? ofColumn) ? ofColumn[row % rowsOfGroup] : weights.At(row, column));
        return path.WithConstants(merged, added);
    }

    // The new columns of a family, if they are worth it, and what its rows lose.
    private static void Merge(ChannelPath path, Twin[] twins, bool hasMasks, Dictionary<(int Group, int Column), int[]> columns, int[] added)
    {
        WeightMatrix weights = path.Reader.Weights;
        Readers[] of = twins.Select(twin => path.Of(twin.Channel)).ToArray();
        (int first, int end) = (of[0].FirstRow, of[0].EndRow);
        var sums = new int[path.ColumnsOfChannel, end - first];
        var lost = new int[end - first];
        var isRead = new bool[twins.Length];
        int most = 0;
        bool rowsAgree = true;
        for (int tap = 0; tap < path.ColumnsOfChannel; tap++)
        {
            for (int row = 0; row < end - first; row++)
            {
                int live = 0;
                for (int t = 0; t < twins.Length; t++)
                {
                    int weight = weights.At(first + row, of[t].FirstColumn + tap);
                    isRead[t] |= weight != 0;
                    live += Math.Abs(weight);
                    sums[tap, row] += twins[t].IsInverted ? -weight : weight;
                }
                int left = Math.Abs(sums[tap, row]);
                most = Math.Max(most, left);
                rowsAgree &= left == Math.Abs(sums[tap, 0]);
                lost[row] += (live - left) / 2;
            }
        }
        if (!(hasMasks || rowsAgree) || (most == isRead.Count(read => read) && lost.All(pairs => pairs == 0)))
            return;
        for (int row = 0; row < lost.Length; row++)
            added[first + row] += lost[row];
        for (int t = 0; t < twins.Length; t++)
        {
            for (int tap = 0; tap < path.ColumnsOfChannel; tap++)
            {
                // The first twins keep the weights that are left.
                int[] column = Enumerable.Range(0, lost.Length).Select(row => Math.Abs(sums[tap, row]) > t ? Math.Sign(sums[tap, row]) : 0).ToArray();
                columns[(first / lost.Length, of[t].FirstColumn + tap)] = twins[t].IsInverted ? column.Select(weight => -weight).ToArray() : column;
            }
        }
    }

    private static bool RowsDiffer(WeightMatrix weights) => weights.HasMask && Enumerable.Range(1, weights.Rows - 1).Any(row =>
        Enumerable.Range(0, weights.WordsPerRow).Any(word => weights.Live(row, word) != weights.Live(0, word)));
}
