using System.Globalization;

namespace Bnn.Training;

/// <summary>How many of its weights a channel keeps, layer by layer.</summary>
internal static class LiveShares
{
    /// <summary>A share for each layer with weights.</summary>
    /// <param name="text">A share for all hidden layers, the scores keeping all weights, or one for each layer with weights, in its order; commas between them.</param>
    /// <param name="architecture">The layers.</param>
    /// <exception cref="ArgumentException">A number is none in (0, 1], or there is another number of them.</exception>
    public static double[] Parse(string text, Architecture architecture)
    {
        double[] shares = [.. text.Split(',').Select(Share)];
        int layers = architecture.Hidden.Length + 1;
        return shares.Length == 1 && layers > 1 ? [.. Enumerable.Repeat(shares[0], layers - 1), 1]
            : shares.Length == layers ? shares
            : throw Bad($"has {shares.Length} numbers, but must have one, or one for each of the {layers} layers with weights");

        double Share(string word) =>
            double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is > 0 and <= 1
                ? share
                : throw Bad("must be a share of live weights above 0 and at most 1, or several with commas between them");

        ArgumentException Bad(string problem) => new($"Training option LiveShares '{text}' {problem}.", nameof(text));
    }
}
