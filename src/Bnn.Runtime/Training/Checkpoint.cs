namespace Bnn.Training;

/// <summary>The whole state of a run at the end of an epoch.</summary>
public sealed class Checkpoint
{
    /// <summary>What the run computes.</summary>
    public TrainingOptions Options => throw new NotImplementedException();

    /// <summary>Where the first weights came from; null: random.</summary>
    public RunProvenance? Provenance => throw new NotImplementedException();

    /// <summary>Name of the data set.</summary>
    public string DataName => throw new NotImplementedException();

    /// <summary><see cref="LabeledImages.Hash"/> of the data; resuming with other data is refused.</summary>
    public string DataHash => throw new NotImplementedException();

    /// <summary>One record for each epoch done.</summary>
    public IReadOnlyList<EpochRecord> History => throw new NotImplementedException();

    /// <summary>Writes the state.</summary>
    public void Write(Stream stream) => throw new NotImplementedException();

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The content is cut off, changed, or of another version; the message says which and names <paramref name="source"/>.</exception>
    public static Checkpoint Read(Stream stream, string source) => throw new NotImplementedException();
}
