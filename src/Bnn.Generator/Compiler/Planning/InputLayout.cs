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
/// <param name="Runs">In the order of their bits, which follow one another without gaps; none for an 8-bit image, whose values are all read.</param>
/// <param name="Columns">For each packed bit of a vector the column of the first layer that it stands for; an image has every encoded bit.</param>
/// <param name="IsEightBit">Whether all eight bits of each value are read, each into a plane of <see cref="Words"/> words.</param>
/// <param name="EncodedBits">Bits of the encoding, read or not.</param>
/// <param name="Image">The layout that the bits are brought into, if the first layer reads an image.</param>
/// <param name="Codes">The layout of codes instead, if the first layer reads those.</param>
/// <remarks>
/// A vector: values at the ends that nobody reads are never loaded; a gap between values that are read is skipped when the words it saves are
/// worth one more call. What is left of gaps is cleared by one <c>and</c> for each word. An image: planes are packed whole, then turned into pixels.
/// </remarks>
internal sealed record InputLayout(IReadOnlyList<InputRun> Runs, int[] Columns, bool IsEightBit, int EncodedBits, ImageLayout? Image, CodeLayout? Codes)
{
    /// <summary>Words of packed bits; of one plane if the input has eight. Behind those of an image lies a readable word. Codes lie eight to a word.</summary>
    public int Words => Codes is not null ? (Codes.Length + 7) / 8 : Image is null ? WeightMatrix.WordsFor(Columns.Length) : Image.Words + 1;

    /// <summary>Bit planes that meet the same weights: 1 or 8.</summary>
    public int Planes => IsEightBit && Codes is null ? 8 : 1;

    /// <summary>Whether an image stays plane by plane, because its pixels or samples go into lanes; an 8-bit input has eight planes for each channel.</summary>
    public bool IsChannelMajor { get; init; }

    /// <summary>Whether the planes of an image must be turned into pixels: not with one plane or one pixel.</summary>
    public bool IsTransposed => !IsChannelMajor && Image is { Shape: var shape } && shape.Channels > 1 && shape.Height * shape.Width > 1;

    /// <summary>The layout in a few words.</summary>
    public string Describe()
    {
        string what = IsEightBit ? "values" : "bits", words = FormattableString.Invariant($"{Words}{(IsEightBit ? " x 8" : "")} words");
        string runs = FormattableString.Invariant($"by {Runs.Count} {(Runs.Count == 1 ? "run" : "runs")} of values");
        if (Codes is not null)
        {
            string shape = FormattableString.Invariant($"{Codes.BorderCodes.Length}x{Codes.Plane.Height}x{Codes.Plane.Width}");
            return FormattableString.Invariant($"{shape} codes, a byte each, at most {(IsEightBit ? 256 : Codes.Codes)} of a value");
        }
        if (Image is null)
            return FormattableString.Invariant($"{Columns.Length} of {EncodedBits} {what} packed into {words}, {runs}");
        if (IsChannelMajor)
            return FormattableString.Invariant($"{Image.Shape} {what}, from bytes into lanes");
        string border = Image.HasBorder ? FormattableString.Invariant($" with a border to {Image.Height}x{Image.Width}") : "";
        return FormattableString.Invariant($"{Image.Shape} {what} packed into {words}, {(IsEightBit ? "" : runs + ", ")}pixel by pixel{border}");
    }

    /// <summary>Lays out the input of <paramref name="network"/>: as codes if the first layer reads those, else as bits.</summary>
    public static InputLayout Of(Network network, CodeLayout? codes = null)
    {
        if (codes is not null)
            return new([], [], network.Encoding.IsEightBit, network.Shapes()[0].Count, Image: null, codes);
        if (network.Layers[0] is not (DenseLayer or ScoresLayer))
            return OfImage(network, network.Layers[0]);
        // Bytes stay one run, as kernels read them where they lie.
        InputLayout layout = OfVector(network, network.Encoding.IsEightBit ? long.MaxValue : 64L * CostModel.PackingCall);
        return layout.Runs.Count <= CostModel.PackingCalls ? layout : OfVector(network, long.MaxValue);
    }

    /// <summary>The planes of an image one after another, as pixels or samples in lanes take them.</summary>
    public static InputLayout OfPlanes(Network network) => OfImage(network, reader: null) with { IsChannelMajor = true };

    private static InputLayout OfImage(Network network, Layer? reader)
    {
        ImageLayout image = ImageLayout.For(network.Shapes()[0], reader);
        if (network.Encoding.IsEightBit)
            return new([], [], IsEightBit: true, image.Shape.Count, image, Codes: null);
        int planeSize = network.Input.Height * network.Input.Width;
        var runs = new List<InputRun>();
        foreach (InputPlane plane in network.Encoding.Planes(network.Input.Channels))
        {
            InputRun? open = runs.Count > 0 ? runs[runs.Count - 1] : null;
            int first = plane.Channel * planeSize;
            if (open is not null && (open.IsThreshold, open.Value, open.First + open.Length) == (plane.IsThreshold, plane.Value, first))
                runs[runs.Count - 1] = open with { Length = open.Length + planeSize };
            else
                runs.Add(new(first, planeSize, plane.IsThreshold, plane.Value, open is null ? 0 : open.Offset + open.Length));
        }
        return new(runs, [], IsEightBit: false, image.Shape.Count, image, Codes: null);
    }

    // A gap is skipped if the columns it takes from all rows together, 64 to a word operation, are more than worthOfCall.
    private static InputLayout OfVector(Network network, long worthOfCall)
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
        return new(runs, columns.ToArray(), network.Encoding.IsEightBit, isRead.Length, Image: null, Codes: null);
    }
}
