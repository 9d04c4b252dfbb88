namespace Bnn.Training;

/// <summary>Softmax and cross-entropy of one sample.</summary>
internal static class CrossEntropy
{
    /// <summary>Turns logits into probabilities and gives −Σ target · ln p in nats.</summary>
    /// <remarks>target = (1 − smoothing) at the label + smoothing / classes everywhere.</remarks>
    /// <param name="values"><c>[classes]</c> logits, replaced by probabilities.</param>
    /// <param name="label">The right class.</param>
    /// <param name="smoothing">In [0, 1).</param>
    public static double Evaluate(Span<double> values, int label, double smoothing)
    {
        double most = values[0];
        foreach (double value in values)
            most = Math.Max(most, value);
        double sum = 0, right = values[label] - most, all = 0;
        for (int c = 0; c < values.Length; c++)
        {
            all += values[c] - most;
            values[c] = DeterministicMath.Exp(values[c] - most);
            sum += values[c];
        }
        for (int c = 0; c < values.Length; c++)
            values[c] /= sum;
        return DeterministicMath.Log(sum) - ((1 - smoothing) * right) - (smoothing / values.Length * all);
    }
}
