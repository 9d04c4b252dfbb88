namespace Bnn.Training;

/// <summary>The official training set parted into what is trained on and what is held out for decisions.</summary>
/// <param name="Training">Samples that the weights see.</param>
/// <param name="Validation">Samples that choose between recipes; the test set is read once, for the final figure.</param>
public sealed record DataSplit(LabeledImages Training, LabeledImages Validation)
{
    /// <summary>Holds out a share of each class, chosen by <paramref name="seed"/>.</summary>
    /// <param name="data">The official training set.</param>
    /// <param name="seed">Same seed, same split.</param>
    /// <param name="validationShare">In [0, 1); of a class with n samples, ⌊n · share + ½⌋ are held out.</param>
    /// <remarks>Both parts keep the order of <paramref name="data"/>.</remarks>
    public static DataSplit Stratified(LabeledImages data, ulong seed = 0, double validationShare = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(validationShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(validationShare, 1);
        var held = new bool[data.Count];
        for (int label = 0; label < data.ClassNames.Count; label++)
        {
            int[] members = Enumerable.Range(0, data.Count).Where(i => data.Labels[i] == label).ToArray();
            CounterRandom.Shuffle(members, seed, CounterRandom.Stream.Split, (ulong)label);
            int take = (int)((members.Length * validationShare) + 0.5);
            foreach (int member in members.AsSpan(0, take))
                held[member] = true;
        }
        return new(
            data.Select(Enumerable.Range(0, data.Count).Where(i => !held[i]).ToArray()),
            data.Select(Enumerable.Range(0, data.Count).Where(i => held[i]).ToArray()));
    }
}
