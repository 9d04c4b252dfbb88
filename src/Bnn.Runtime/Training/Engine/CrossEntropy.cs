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
        double most = Most(values);
        double right = values[label] - most, all = 0;
        foreach (double value in values)
            all += value - most;
        double log = Softmax(values, most);
        return log - ((1 - smoothing) * right) - (smoothing / values.Length * all);
    }

    /// <summary>Turns logits into probabilities and gives their divergence from those of a target, Σ target · ln(target / p) in nats.</summary>
    /// <param name="values"><c>[classes]</c> logits, replaced by probabilities.</param>
    /// <param name="target"><c>[classes]</c> logits, replaced by the probabilities that are the target.</param>
    public static double Divergence(Span<double> values, Span<double> target)
    {
        Softmax(target, Most(target));
        double most = Most(values), sum = 0;
        for (int c = 0; c < values.Length; c++)
        {
            if (target[c] > 0)
                sum += target[c] * (DeterministicMath.Log(target[c]) - (values[c] - most));
        }
        return sum + Softmax(values, most);
    }

    private static double Most(ReadOnlySpan<double> values)
    {
        double most = values[0];
        foreach (double value in values)
            most = Math.Max(most, value);
        return most;
    }

    // Logits become probabilities; gives the logarithm of the sum of e^(logit − most).
    private static double Softmax(Span<double> values, double most)
    {
        double sum = 0;
        for (int c = 0; c < values.Length; c++)
        {
            values[c] = DeterministicMath.Exp(values[c] - most);
            sum += values[c];
        }
        for (int c = 0; c < values.Length; c++)
            values[c] /= sum;
        return DeterministicMath.Log(sum);
    }
}
