using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>A run of input values of which one bit each goes to neighbouring places of the packed input.</summary>
/// <param name="First">Index of the first value.</param>
/// <param name="Length">Number of values.</param>
/// <param name="IsThreshold">Whether the bit is (v ≥ <paramref name="Value"/>) or bit number <paramref name="Value"/> of v.</param>
/// <param name="Value">Threshold or bit number; nothing for an 8-bit input, which takes all eight.</param>
/// <param name="Offset">Index of the first packed bit.</param>
internal sealed record InputRun(int First, int Length, bool IsThreshold, int Value, int Offset);

/// <summary>Which input values are read, and where their bits lie in the words of the first layer.</summary>
/// <param name="Runs">In the order of their bits, which follow one another without gaps.</param>
/// <param name="Columns">For each packed bit the column of the first layer that it stands for.</param>
/// <param name="IsEightBit">Whether all eight bits of each value are read, each into a plane of <see cref="Words"/> words.</param>
/// <param name="EncodedBits">Bits of the encoding, read or not.</param>
/// <remarks>
/// Values at the ends that nobody reads are never loaded; a gap between values that are read is skipped when the words it saves are worth one more call.
/// What is left of gaps is cleared by one <c>and</c> for each word.
/// </remarks>
internal sealed record InputLayout(IReadOnlyList<InputRun> Runs, int[] Columns, bool IsEightBit, int EncodedBits)
{
    /// <summary>Words of packed bits; of one plane if the input has eight.</summary>
    public int Words => WeightMatrix.WordsFor(Columns.Length);

    /// <summary>The layout in a few words.</summary>
    public string Describe() => FormattableString.Invariant(
        $"{Columns.Length} of {EncodedBits} {(IsEightBit ? "values" : "bits")} packed into {Words}{(IsEightBit ? " x 8" : "")} words, by {Runs.Count} {(Runs.Count == 1 ? "run" : "runs")} of values");

    /// <summary>Lays out the input of <paramref name="network"/>, whose first layer is dense or scores.</summary>
    public static InputLayout Of(Network network)
    {
        InputLayout layout = Of(network, 64L * CostModel.PackingCall);
        return layout.Runs.Count <= CostModel.PackingCalls ? layout : Of(network, long.MaxValue);
    }

    // A gap is skipped if the columns it takes from all rows together, 64 to a word operation, are more than worthOfCall.
    private static InputLayout Of(Network network, long worthOfCall)
    {
        WeightMatrix weights = ((WeightedLayer)network.Layers[0]).Weights;
        bool[] isRead = Passes.WeightMatrixRewrites.ReadColumns(weights);
        int planeSize = network.Input.Height * network.Input.Width;
        IReadOnlyList<InputPlane> planes = network.Encoding.IsEightBit
            ? Enumerable.Range(0, network.Input.Channels).Select(channel => new InputPlane(channel, IsThreshold: false, 0)).ToArray()
            : network.Encoding.Planes(network.Input.Channels);
        var runs = new List<InputRun>();
        var columns = new List<int>();
        int lastColumn = 0;
        for (int column = 0; column < isRead.Length; column++)
        {
            if (!isRead[column])
                continue;
            InputPlane plane = planes[column / planeSize];
            int value = (plane.Channel * planeSize) + (column % planeSize);
            InputRun? open = runs.Count > 0 ? runs[runs.Count - 1] : null;
            bool follows = open is not null && open.IsThreshold == plane.IsThreshold && open.Value == plane.Value
                && value - (open.First + open.Length - 1) == column - lastColumn
                && (long)(column - lastColumn - 1) * weights.Rows <= worthOfCall;
            if (follows)
            {
                columns.AddRange(Enumerable.Range(lastColumn + 1, column - lastColumn));
                runs[runs.Count - 1] = open! with { Length = open.Length + column - lastColumn };
            }
            else
            {
                runs.Add(new(value, 1, plane.IsThreshold, plane.Value, columns.Count));
                columns.Add(column);
            }
            lastColumn = column;
        }
        return new(runs, columns.ToArray(), network.Encoding.IsEightBit, isRead.Length);
    }
}
