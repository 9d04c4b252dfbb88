using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>A part of a data set as it was read: its training files, its test files, or all of the user's own.</summary>
/// <param name="Name"><c>train</c>, <c>test</c> or <c>all</c>.</param>
/// <param name="Samples">Its samples.</param>
/// <param name="Files">The files they came from.</param>
/// <param name="Published">What should be in these files, one for each; empty: nobody says.</param>
internal sealed record DataPart(string Name, LabeledImages Samples, IReadOnlyList<DataFile> Files, IReadOnlyList<KnownFile> Published)
{
    /// <summary>Samples of each class.</summary>
    public int[] ClassCounts()
    {
        var counts = new int[Samples.ClassNames.Count];
        foreach (byte label in Samples.Labels)
            counts[label]++;
        return counts;
    }

    /// <summary>Samples of each byte value, <c>[256]</c>.</summary>
    public long[] ValueCounts()
    {
        var counts = new long[256];
        foreach (byte value in Samples.Pixels)
            counts[value]++;
        return counts;
    }

    /// <summary>Whether a file holds what was published; null: nobody says what that is.</summary>
    public bool? IsPublished(int file) => Published.Count == 0 ? null : Published[file].Hash == Files[file].Hash;

    /// <summary>Indices of the first samples of each class, <c>[classes][at most count]</c>.</summary>
    public int[][] Examples(int count)
    {
        List<int>[] found = [.. Samples.ClassNames.Select(_ => new List<int>())];
        for (int i = 0; i < Samples.Count; i++)
        {
            if (found[Samples.Labels[i]].Count < count)
                found[Samples.Labels[i]].Add(i);
        }
        return [.. found.Select(indices => indices.ToArray())];
    }
}
