namespace Bnn.Pruning;

/// <summary>How far two measures of the same things put them in the same order.</summary>
internal static class RankCorrelation
{
    /// <summary>Spearman's coefficient: Pearson's of the ranks, equal values sharing their mean rank.</summary>
    /// <param name="a">One measure.</param>
    /// <param name="b">The other one, as many.</param>
    /// <returns>From −1, the opposite order, to 1, the same; not a number where all values of a side are equal.</returns>
    public static double Spearman(double[] a, double[] b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"{a.Length} and {b.Length} values are not pairs.", nameof(b));
        double[] x = Ranks(a), y = Ranks(b);
        // Both have the mean (n − 1) / 2.
        double mean = (a.Length - 1) / 2.0, xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xy += (x[i] - mean) * (y[i] - mean);
            xx += (x[i] - mean) * (x[i] - mean);
            yy += (y[i] - mean) * (y[i] - mean);
        }
        return xy / Math.Sqrt(xx * yy);
    }

    private static double[] Ranks(double[] values)
    {
        double[] sorted = [.. values], ranks = new double[values.Length];
        int[] order = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(sorted, order);
        for (int first = 0, next; first < sorted.Length; first = next)
        {
            for (next = first + 1; next < sorted.Length && sorted[next] == sorted[first];)
                next++;
            for (int i = first; i < next; i++)
                ranks[order[i]] = (first + next - 1) / 2.0;
        }
        return ranks;
    }
}
