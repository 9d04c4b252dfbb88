namespace Bnn.Training;

/// <summary>Samples in some order, changed or as they are.</summary>
internal interface ISampleSource
{
    /// <summary>Number of samples.</summary>
    int Count { get; }

    /// <summary>Bytes of a sample, good until the same worker asks again; called from many threads.</summary>
    ReadOnlySpan<byte> Sample(int index, int worker);
}

/// <summary>The samples of a data set as they are.</summary>
internal sealed class PlainSource(LabeledImages images) : ISampleSource
{
    public int Count => images.Count;

    public ReadOnlySpan<byte> Sample(int index, int worker) => images.Image(index);
}
