namespace Bnn.Training;

/// <summary>Chooses levels of a thermometer that tell most about the class.</summary>
/// <remarks>
/// Levels part the values of a position into bins. Chosen one after the other, each is the level that raises most the mutual information of
/// bin and class, summed over all positions of the channel; of equal ones the lowest. Up to constants that sum is Σ over positions and bins of
/// (Σ over classes f(n of class) − f(n)), with f(n) = n · ln n of the number of images in the bin. Median and other quantiles of the
/// values do worse, because what tells most is often the outline: where an image is hardly brighter than its background.
/// </remarks>
internal static class InformativeLevels
{
    private const int Block = 64;      // positions counted at a time: bounds memory, and each image gives whole cache lines

    /// <summary><paramref name="count"/> levels in [1, 255], rising.</summary>
    public static int[] Choose(LabeledImages images, int channel, int count)
    {
        double[] entropy = Enumerable.Range(0, images.Count + 1).Select(n => n == 0 ? 0 : n * DeterministicMath.Log(n)).ToArray();
        int plane = images.Shape.Height * images.Shape.Width;
        var levels = new List<int>();
        while (levels.Count < count)
        {
            var gains = new double[256];
            for (int first = 0; first < plane; first += Block)
                AddGains(images, (channel * plane) + first, Math.Min(Block, plane - first), levels, entropy, gains);
            int best = 0;
            for (int level = 1; level < 256; level++)
            {
                if (!levels.Contains(level) && (best == 0 || gains[level] > gains[best]))
                    best = level;
            }
            levels.Add(best);
            levels.Sort();
        }
        return levels.ToArray();
    }

    // Adds to gains[t] what a further level t gains at the given positions.
    private static void AddGains(LabeledImages images, int first, int positions, List<int> levels, double[] entropy, double[] gains)
    {
        int classes = images.ClassNames.Count;
        var below = new int[positions, classes, 257];      // [position][class][t]: images of the class with a value below t
        for (int n = 0; n < images.Count; n++)
        {
            ReadOnlySpan<byte> values = images.Image(n).Slice(first, positions);
            for (int p = 0; p < values.Length; p++)
                below[p, images.Labels[n], values[p] + 1]++;
        }
        var all = new int[257];
        for (int p = 0; p < positions; p++)
        {
            all.AsSpan().Clear();
            for (int c = 0; c < classes; c++)
            {
                for (int t = 1; t < 257; t++)
                {
                    below[p, c, t] += below[p, c, t - 1];
                    all[t] += below[p, c, t];
                }
            }
            for (int bin = 0; bin <= levels.Count; bin++)
            {
                int low = bin == 0 ? 0 : levels[bin - 1], high = bin == levels.Count ? 256 : levels[bin];
                for (int t = low + 1; t < high; t++)
                {
                    double gain = entropy[all[high] - all[low]] - entropy[all[t] - all[low]] - entropy[all[high] - all[t]];
                    for (int c = 0; c < classes; c++)
                    {
                        int lowest = below[p, c, low], middle = below[p, c, t], highest = below[p, c, high];
                        gain += entropy[middle - lowest] + entropy[highest - middle] - entropy[highest - lowest];
                    }
                    gains[t] += gain;
                }
            }
        }
    }
}
