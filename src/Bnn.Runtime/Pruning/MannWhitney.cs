namespace Bnn.Pruning;

/// <summary>Whether the values of one group are smaller than those of another, whatever their sizes: Mann and Whitney's U over the number of pairs.</summary>
internal static class MannWhitney
{
    /// <summary>The share of pairs whose first value is smaller; equal ones count half.</summary>
    /// <param name="first">One group; sorted when it returns.</param>
    /// <param name="second">The other one; sorted when it returns.</param>
    /// <returns>In [0, 1]: 1, all of the first are smaller; 1/2, neither group is. Not a number where one is empty.</returns>
    public static double ShareSmaller(double[] first, double[] second)
    {
        Array.Sort(first);
        Array.Sort(second);
        double pairs = 0;
        int below = 0, upTo = 0;
        foreach (double value in second)
        {
            while (below < first.Length && first[below] < value)
                below++;
            while (upTo < first.Length && first[upTo] <= value)
                upTo++;
            pairs += (below + upTo) / 2.0;
        }
        return pairs / ((double)first.Length * second.Length);
    }
}
